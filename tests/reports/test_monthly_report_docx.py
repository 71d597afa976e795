"""The month's report as a Word file: its contents lead to its chapters, with their pages."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from docx.oxml.ns import qn

from reports.__main__ import report_sample
from reports.documents.monthly import MonthlyReport
from reports.documents.words import say
from reports.word import docx
from tests.factories.reports import every_block, short_report

RARE = "𠮷龘㐂"


@pytest.fixture(scope="module")
def record() -> MonthlyReport:
    return report_sample("monthly")


@pytest.fixture(scope="module")
def whole(record: MonthlyReport) -> bytes:
    return docx(record)


def part(made: bytes, name: str) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return ET.fromstring(archive.read(f"word/{name}.xml"))


def entries(tree: ET.Element) -> list[tuple[str, str]]:
    """Return (text, field) of each line of the contents."""
    return [
        (
            "".join(one.text or "" for one in link.iter(qn("w:t"))),
            "".join(one.text or "" for one in link.iter(qn("w:instrText"))),
        )
        for link in tree.iter(qn("w:hyperlink"))
    ]


def test_contents_name_each_chapter_and_ask_for_its_page(
    record: MonthlyReport, whole: bytes
) -> None:
    tree = part(whole, "document")
    headings = {
        start.get(qn("w:name"), ""): "".join(
            text.text or "" for text in p.iter(qn("w:t"))
        )
        for p in tree.iter(qn("w:p"))
        for start in p.iter(qn("w:bookmarkStart"))
    }
    found = entries(tree)
    for text, field in found:
        kind, name, _link = field.split()
        assert kind == "PAGEREF"
        assert text.startswith(headings[name])
    chapters = [say(one.title, "zh") for one in (*record.sections, *record.appendices)]
    told = [text for text, _field in found]
    assert [one for one in chapters if not any(one in text for text in told)] == []
    assert len(found) == len(chapters) + 1  # and the signatures


def test_bookmarks_are_told_apart_and_every_field_ends(whole: bytes) -> None:
    tree = part(whole, "document")
    ids = [one.get(qn("w:id")) for one in tree.iter(qn("w:bookmarkStart"))]
    assert len(ids) == len({*ids})
    assert ids == [one.get(qn("w:id")) for one in tree.iter(qn("w:bookmarkEnd"))]
    kinds = [one.get(qn("w:fldCharType")) for one in tree.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end") == kinds.count("separate")
    assert kinds[0] == "begin"


def test_the_word_processor_is_asked_to_put_in_the_pages(whole: bytes) -> None:
    settings = part(whole, "settings")
    names = [one.tag for one in settings]
    assert names.count(qn("w:updateFields")) == 1
    assert names.index(qn("w:updateFields")) < names.index(qn("w:compat"))


def test_rare_characters_and_a_long_paragraph_are_in_the_word_file() -> None:
    made = docx(short_report(*every_block(RARE + "叙" * 10_000)))
    told = "".join(part(made, "document").itertext())
    assert told.count(RARE) >= 8
    assert told.count("叙" * 10_000) >= 8
