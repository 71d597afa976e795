"""Tables go out to CSV and XLSX and come in again, and no cell is a formula."""

from __future__ import annotations

import io
import zipfile

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.core import sheets

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
TABLES = st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=8)
EVIL = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "'=1")


@given(TABLES)
def test_what_was_written_as_csv_is_read_again(table: list[list[str]]) -> None:
    table = [["a", "b"], *table]
    read = sheets.read("list.csv", sheets.write_csv(table))
    assert [list(row) for row in read] == [[c.strip() for c in row] for row in table]


@settings(max_examples=25, deadline=None)  # each is read by a process of its own
@given(TABLES)
def test_what_was_written_as_workbook_is_read_again(table: list[list[str]]) -> None:
    bare = [[cell.strip().lstrip("'") for cell in row] for row in table]
    read = sheets.read("list.xlsx", sheets.write_xlsx(["a", "b"], bare))
    told = [[c.strip() for c in row] for row in bare]
    while told and not any(told[-1]):
        told.pop()
    assert [list(row) for row in read[1:]][: len(told)] == told


@pytest.mark.parametrize("cell", EVIL)
def test_no_text_reaches_a_spreadsheet_as_formula(cell: str) -> None:
    out = sheets.write_csv([["name"], [cell]]).decode("utf-8-sig")
    assert out.splitlines()[1].lstrip('"').startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(sheets.write_xlsx(["name"], [[cell]])))
    found = book.worksheets[0]["A2"]
    assert (found.data_type, found.value.strip()) == ("s", cell.strip())


def test_negative_numbers_stay_numbers() -> None:
    assert sheets.write_csv([[-5, "-5.5", 3.0]]).decode("utf-8-sig") == "-5,-5.5,3\r\n"


def test_csv_begins_with_the_mark_that_spreadsheets_need_for_chinese() -> None:
    assert sheets.write_csv([["名称"]]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_people_save_in(encoding: str) -> None:
    content = "名称,备注\r\n数据库服务器,䶮㙓\r\n".encode(encoding)
    assert sheets.read("a.csv", content)[1] == ("数据库服务器", "䶮㙓")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen(delimiter: str) -> None:
    assert sheets.read("a.csv", f"a{delimiter}b\n1{delimiter}2".encode())[1] == (
        "1",
        "2",
    )


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x00\x01\x02", b"\x80\xff\xff", b"PK\x03\x04broken"]
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(sheets.NotASheet) as refusal:
        sheets.read("x.csv", content)
    assert "没有任何改动" in refusal.value.words.zh


def test_a_workbook_that_unpacks_into_gigabytes_is_refused() -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MOST_UNPACKED + 1))
    with pytest.raises(sheets.NotASheet):
        sheets.read("x.xlsx", into.getvalue())


def test_a_small_workbook_that_claims_the_last_cell_is_refused_and_harms_nobody() -> (
    None
):
    book = openpyxl.Workbook()
    book.active["A1"] = "name"
    book.active["XFD1048576"] = "a"
    into = io.BytesIO()
    book.save(into)
    assert len(into.getvalue()) < 10_000
    with pytest.raises(sheets.NotASheet, match="50000"):
        sheets.read("x.xlsx", into.getvalue())


@pytest.mark.parametrize("line", [b"\n", b"a\n"])
def test_a_csv_of_nothing_but_lines_is_left_at_the_limit(line: bytes) -> None:
    with pytest.raises(sheets.NotASheet):
        sheets.read("x.csv", line * (1 << 20))


def test_a_formula_in_a_workbook_arrives_as_its_last_value() -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "n"])
    book.active.append(["a", "=1+1"])
    into = io.BytesIO()
    book.save(into)
    assert "=" not in "".join(sheets.read("x.xlsx", into.getvalue())[1])
