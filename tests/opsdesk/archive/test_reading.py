"""Words are found inside every kind of file, and a hostile file ends as a Reading."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.archive.models import Reading
from opsdesk.archive.reading import LONGEST, Found, words_of
from opsdesk.archive.reading.apart import read_apart
from reports.pdf import render_apart
from tests.lab.process import run

MOMENT = datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001 - a workbook has no zones
LONG = "全国污染源监测数据管理与共享系统运维服务" * 6


def a_pdf(cache: Path, html: str = f"<h1>机房巡检</h1><p>{LONG}</p>") -> bytes:
    return render_apart(html, cache=cache)


def a_word_file() -> bytes:
    paper = docx.Document()
    paper.add_paragraph("机房管理制度")
    paper.add_table(1, 2).rows[0].cells[1].text = "精密空调"
    paper.sections[0].header.paragraphs[0].text = "页眉密级内部"
    paper.sections[0].footer.paragraphs[0].text = "第一页"
    return saved(paper.save)


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "资产台账"
    book.active.append(["华为服务器", 42, 3.5, None, "说明"])
    book.create_sheet("备件").append(["硬盘四块"])
    return saved(book.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    into = io.BytesIO()
    save(into)
    return into.getvalue()


def packed(**parts: str | bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return into.getvalue()


@pytest.mark.pdf
def test_words_of_our_own_pdf_are_found_over_the_ends_of_lines(tmp_path: Path) -> None:
    found = read_apart(a_pdf(tmp_path))
    assert found.reading is Reading.READ
    assert "机房巡检" in found.words
    assert LONG in found.words


def test_words_of_a_word_file_are_found_in_tables_and_margins() -> None:
    found = read_apart(a_word_file())
    assert found.reading is Reading.READ
    for words in ("机房管理制度", "精密空调", "页眉密级内部", "第一页"):
        assert words in found.words


def test_words_of_every_sheet_are_found_and_numbers_as_they_are_shown() -> None:
    found = read_apart(a_workbook())
    assert found.reading is Reading.READ
    for words in ("资产台账", "华为服务器\t42\t3.5\t说明", "备件", "硬盘四块"):
        assert words in found.words


def test_a_date_in_a_workbook_is_found_as_people_write_it() -> None:
    book = openpyxl.Workbook()
    book.active.append([date(2026, 11, 23), MOMENT, 46349])
    assert "2026-11-23\t2026-11-23 08:30\t46349" in words_of(saved(book.save)).words


def test_a_formula_is_found_by_its_last_value() -> None:
    sheet = '<worksheet><sheetData><row><c t="str"><f>A1&amp;B1</f><v>合计正常</v></c>'
    content = packed(
        xl__workbook="<workbook/>",
        xl__worksheets__sheet1=f"{sheet}</row></sheetData></worksheet>",
    )
    assert words_of(content) == Found(Reading.READ, "合计正常")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_the_encodings_people_use(encoding: str) -> None:
    found = read_apart("备份,正常\n恢复演练,完成\n".encode(encoding))
    assert found == Found(Reading.READ, "备份,正常\n恢复演练,完成")


def test_json_is_found_by_its_characters_not_their_codes() -> None:
    assert "\u6f0f\u6c34" in words_of(b'{"a": "\\u6f0f\\u6c34"}').words


def test_a_long_text_keeps_its_beginning() -> None:
    found = read_apart(("备" * (LONGEST + 5)).encode())
    assert found == Found(Reading.READ, "备" * LONGEST)


@pytest.mark.pdf
def test_a_pdf_with_a_password_is_locked(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(a_pdf(tmp_path, "<p>密</p>")))
    writer.encrypt("secret", algorithm="RC4-128")
    assert read_apart(saved(writer.write)).reading is Reading.LOCKED


@pytest.mark.pdf
def test_a_pdf_of_pictures_has_no_words(tmp_path: Path) -> None:
    blank = a_pdf(tmp_path, "<hr>")
    assert read_apart(blank) == Found(Reading.WORDLESS)


def test_an_office_file_with_a_password_is_locked() -> None:
    content = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert words_of(content).reading is Reading.LOCKED


@pytest.mark.parametrize(
    ("content", "reading"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, Reading.WORDLESS),
        (b"\x7fELF" + bytes(range(256)), Reading.UNKNOWN),
        (b" \n\t\n", Reading.WORDLESS),
        (b"%PDF-1.7\nnothing follows", Reading.BROKEN),
        (a_word_file()[:-300], Reading.BROKEN),
        (packed(readme="<a/>"), Reading.UNKNOWN),
        (packed(word__document="<w><t>torn"), Reading.BROKEN),
    ],
    ids=["picture", "program", "blank", "pdf", "torn", "archive", "markup"],
)
def test_what_cannot_be_read_says_why(content: bytes, reading: Reading) -> None:
    assert read_apart(content).reading is reading


def test_a_small_file_that_unpacks_into_a_huge_one_is_too_large() -> None:
    content = packed(word__document=b"<w><t>" + b" " * (300 << 20))
    assert len(content) < 1 << 20
    assert read_apart(content).reading is Reading.TOO_LARGE


def test_entities_that_grow_are_refused() -> None:
    grows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    evil = f'<!DOCTYPE w [<!ENTITY e0 "x">{grows}]><w><t>&e11;</t></w>'
    assert read_apart(packed(word__document=evil)).reading is Reading.BROKEN


def test_a_sheet_that_claims_a_million_rows_is_read_for_what_it_has() -> None:
    sheet = (
        '<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">'
        '<c r="XFD1048576" t="inlineStr"><is><t>最后一格</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    content = packed(xl__workbook="<workbook/>", xl__worksheets__sheet1=sheet)
    assert read_apart(content) == Found(Reading.READ, "最后一格")


def test_elements_within_elements_without_end_are_read_or_refused() -> None:
    deep = "<p>" * 200_000 + "<t>底</t>" + "</p>" * 200_000
    content = packed(word__document=f"<w>{deep}</w>")
    assert read_apart(content) == Found(Reading.READ, "底")


def looping_pdf() -> bytes:
    """Give a PDF whose page tree is its own child, ten thousand arrays deep."""
    deep = b"[" * 10_000 + b"]" * 10_000
    objects = (
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 99999999/Parent 2 0 R>>"
        b"endobj\n3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj\n"
        b"4 0 obj " + deep + b" endobj\n"
    )
    return b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF"


def test_a_pdf_that_turns_in_circles_ends() -> None:
    assert read_apart(looping_pdf(), seconds=10).reading in {
        Reading.BROKEN,
        Reading.TOO_LARGE,
        Reading.WORDLESS,
    }


@pytest.mark.pdf
def test_a_file_of_two_kinds_is_read_as_one_of_them(tmp_path: Path) -> None:
    both = a_pdf(tmp_path, "<p>纸面文字</p>") + a_word_file()
    assert "纸面文字" in read_apart(both).words


def test_nuls_and_halves_of_characters_are_storable() -> None:
    sheet = "<w><t>甲&#xFFFD;乙\u200b丙</t></w>"
    for content in (
        packed(word__document=sheet),
        b"\xff\xfe" + "甲\0乙".encode("utf-16-le"),
        b'{"a": "\\ud800\\u7532"}',
    ):
        words = read_apart(content).words
        assert "甲" in words
        assert "\0" not in words
        words.encode()


def test_a_reader_without_time_or_memory_says_too_large() -> None:
    content = ("备" * 3_000_000).encode()
    assert read_apart(content, seconds=0).reading is Reading.TOO_LARGE
    starved = read_apart(content * 20, memory_mib=300)
    assert starved.reading is Reading.TOO_LARGE


@given(st.binary(max_size=300), st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"{"]))
@settings(max_examples=60)
def test_no_bytes_make_a_reader_raise(rest: bytes, head: bytes) -> None:
    found = words_of(head + rest)
    assert found.reading in set(Reading)
    found.words.encode()


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_what_libreoffice_writes_is_read(tmp_path: Path) -> None:
    source, out = tmp_path / "paper.docx", tmp_path / "out"
    source.write_bytes(a_word_file())
    home = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    for kind in ("pdf", "docx"):
        said = ["--convert-to", kind, "--outdir", str(out), str(source)]
        run(["soffice", home, "--headless", *said])
        found = read_apart((out / f"paper.{kind}").read_bytes())
        assert "精密空调" in found.words
        assert "页眉密级内部" in found.words
