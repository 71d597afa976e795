"""The official forms as Word files: the same words, to edit in Word or WPS."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import docx as python_docx
import pytest
from docx.oxml.ns import qn

from reports.documents.forms.catalogue import FORMS
from reports.documents.parts import Grid, Heading, Part, Prose, Signatures, Together
from reports.documents.record_layout import compose
from reports.documents.words import say
from reports.word import docx
from tests.factories.forms import empty_form, form_sample, long_form
from tests.reports.kept import VARIANTS

MADE = {"typical": form_sample, "empty": empty_form, "long": long_form}


def texts(part: Part, language: str) -> Iterator[str]:
    """Return everything that a part says."""
    match part:
        case Heading() | Prose():
            yield say(part.text, language)
        case Grid():
            heads = [column.title for column in part.columns if part.headed]
            below = [cell.text for row in part.rows for cell in row]
            told = (part.caption, *heads, *below)
            yield from (say(one, language) for one in told)
        case Signatures():
            for box in part.boxes:
                yield say(box.part, language)
                yield from (say(a, language) + say(b, language) for a, b in box.lines)
        case Together():
            for inner in part.parts:
                yield from texts(inner, language)
        case _:
            raise AssertionError(f"no official form has a {type(part).__name__}")


def squeezed(told: str) -> str:
    return "".join(told.split())


def body(made: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        tree = ET.fromstring(archive.read("word/document.xml"))
    return squeezed("".join(tree.itertext()))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_word_file_says_all_that_the_paper_says(
    name: str, variant: str, language: str
) -> None:
    form = MADE[variant](name)
    found, sheet = body(docx(form, language)), compose(form)
    said = [t for part in (*sheet.parts, *sheet.closing) for t in texts(part, language)]
    assert len(said) > 20
    assert [t for t in said if squeezed(t) not in found] == []


def test_a_form_stands_upright_with_chinese_styles_and_its_code() -> None:
    word = python_docx.Document(io.BytesIO(docx(form_sample("change"), "zh")))
    section = word.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width < section.page_height
    assert word.paragraphs[0].text == "运维重大变更申请表"
    used = {p.style.name for p in word.paragraphs if p.style is not None}
    assert used <= {"标题", "副标题", "标题 1", "正文", "注释", "表后"}
    pictures = word.element.findall(f".//{qn('wp:docPr')}")
    assert [p.get("descr") for p in pictures] == [
        "https://desk.example/changes/CHG-20260918-0001"
    ]


def test_heads_of_tables_repeat_and_only_very_long_rows_are_split() -> None:
    word = python_docx.Document(io.BytesIO(docx(long_form("change"), "zh")))
    items = next(
        t for t in word.tables if t.rows[0].cells[0].text.startswith("涉及配置项")
    )
    repeated = items._tbl.findall(f".//{qn('w:tblHeader')}")
    whole = items._tbl.findall(f".//{qn('w:cantSplit')}")
    assert (len(repeated), len(whole)) == (2, len(items.rows) - 2)
    split = [
        row.cells[0].text
        for table in word.tables
        for row in table.rows
        if row._tr.trPr is None or row._tr.trPr.find(qn("w:cantSplit")) is None
        if row._tr.trPr is None or row._tr.trPr.find(qn("w:tblHeader")) is None
    ]
    assert len(split) == 1
    assert len(split[0]) > 9000


def test_void_and_superseded_are_drawn_across_every_page() -> None:
    form = form_sample("change")
    assert form.issue is not None
    issue = dataclasses.replace(form.issue, void=True, superseded=True)
    word = python_docx.Document(
        io.BytesIO(docx(dataclasses.replace(form, issue=issue), "zh"))
    )
    head = word.sections[0].header._element
    drawn = head.findall(".//{urn:schemas-microsoft-com:vml}textpath[@string]")
    assert [shape.get("string") for shape in drawn] == ["作废", "已被新版取代"]
    assert "〔作废〕〔已被新版取代〕" in word.sections[0].header.paragraphs[0].text


def test_a_form_that_holds_carries_no_watermark() -> None:
    word = python_docx.Document(io.BytesIO(docx(form_sample("change"), "zh")))
    head = word.sections[0].header._element
    assert head.findall(".//{urn:schemas-microsoft-com:vml}textpath") == []


def test_properties_of_cells_stand_in_the_order_of_the_schema() -> None:
    order = ["tcW", "gridSpan", "vMerge", "tcBorders", "shd", "vAlign"]
    word = python_docx.Document(io.BytesIO(docx(form_sample("change"), "zh")))
    found = word.element.findall(f".//{qn('w:tcPr')}")
    assert found
    for properties in found:
        names = [child.tag.rpartition("}")[2] for child in properties]
        assert names == sorted(names, key=order.index)
