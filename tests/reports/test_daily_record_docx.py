"""The same record as a Word file, for people who edit it in Word or WPS."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from xml.etree import ElementTree as ET

import docx as python_docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from reports.documents.daily_record import DailyRecord
from reports.documents.words import say
from reports.word import docx
from tests.factories.papers import sample


@pytest.fixture(scope="module")
def record() -> DailyRecord:
    return sample("daily_record")


@pytest.fixture(scope="module")
def word(record: DailyRecord) -> Document:
    return python_docx.Document(io.BytesIO(docx(record, "zh")))


def cells(word: Document) -> str:
    return "\n".join(
        "\t".join(cell.text for cell in row.cells)
        for table in word.tables
        for row in table.rows
    )


def test_every_server_and_item_is_in_the_word_file(
    record: DailyRecord, word: Document
) -> None:
    found = cells(word)
    assert [s.name for s in record.servers if s.name not in found] == []
    for item in record.items:
        assert say(item.phenomenon, "zh") in found
        assert all(say(line, "zh") in found for line in item.handling)


def test_its_styles_have_chinese_names_and_faces(word: Document) -> None:
    for name, face in (("标题 1", "黑体"), ("正文", "宋体"), ("表格", "宋体")):
        fonts = word.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == face
    used = {p.style.name for p in word.paragraphs if p.style is not None}
    assert used <= {"标题", "标题 1", "正文", "注释", "表后"}


def test_table_heads_repeat_and_rows_stay_whole(word: Document) -> None:
    servers = next(t for t in word.tables if "设备名称" in t.rows[0].cells[1].text)
    properties = servers.rows[0]._tr.trPr
    assert properties is not None
    assert properties.find(qn("w:tblHeader")) is not None
    whole = servers._tbl.findall(f".//{qn('w:cantSplit')}")
    assert len(whole) == len(servers.rows) - 1 == 29


def test_head_and_foot_say_number_hash_and_page(
    record: DailyRecord, word: Document
) -> None:
    assert record.issue is not None
    section = word.sections[0]
    assert record.number in section.header.paragraphs[0].text
    assert record.issue.content_sha256[:12] in section.footer.paragraphs[0].text
    fields = section.footer._element.findall(f".//{qn('w:instrText')}")
    assert [field.text for field in fields] == ["PAGE", "NUMPAGES"]


def test_a_demonstration_says_so_on_every_page_of_the_word_file(
    record: DailyRecord,
) -> None:
    demo = dataclasses.replace(record, demo=True)
    word = python_docx.Document(io.BytesIO(docx(demo, "zh")))
    assert "〔演示〕" in word.sections[0].header.paragraphs[0].text


def test_control_characters_do_not_break_the_word_file(record: DailyRecord) -> None:
    nasty = "red \x1b[31m\x00 \ud800 \ufffe 㼆䶮𠮷"
    item = dataclasses.replace(record.items[0], phenomenon=nasty)
    made = docx(dataclasses.replace(record, items=(item,)), "zh")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        body = archive.read("word/document.xml")
    found = "".join(ET.fromstring(body).itertext())
    assert "red ‹ESC›[31m‹NUL› ‹U+D800› ‹U+FFFE› 㼆䶮𠮷" in found


def test_the_english_word_file_speaks_english(record: DailyRecord) -> None:
    word = python_docx.Document(io.BytesIO(docx(record, "en")))
    headings = [p.text for p in word.paragraphs if p.style and p.style.name == "标题 1"]
    assert headings[:2] == ["Rounds", "A Servers"]
    assert word.paragraphs[0].text == "Daily inspection record"
