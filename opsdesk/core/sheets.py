"""Tables out to CSV and XLSX and in again: no cell leaves or arrives as a formula."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice

from opsdesk.core import workbooks
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.core.workbooks import as_text
from probes.finding import Words

Cell = str | int | float | date | None
Rows = tuple[tuple[str, ...], ...]

MOST_BYTES = 16 << 20
MOST_UNPACKED = 256 << 20
MOST_ROWS = 50_000
MOST_COLUMNS = 200
_LIMITS = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
_WIDEST_NUMBER = 15  # digits a spreadsheet keeps
_LONGEST_CELL = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS; XLS
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # what a spreadsheet calls "Unicode text"


class NotASheet(RefusedInWords):
    """A file is no table at all; nothing of it was read."""


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file: UTF-8 with BOM, CRLF, cells that look like formulas quoted.

    A text that begins with =, +, -, @ or a control character gets an apostrophe in
    front, which `read` takes off again; numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig", "replace")


def guarded(cell: Cell) -> str:
    """Return a cell as a CSV file may hold it."""
    if isinstance(cell, str):
        text = storable(cell)
        return f"'{text}" if _looks_like_formula(text) else text
    return as_text(cell)


def _looks_like_formula(text: str) -> bool:
    if not text.lstrip(" '").startswith(_FORMULA):
        return False
    if text.startswith("'"):  # so that taking one off gives it back
        return True
    try:
        float(text)
    except ValueError:
        return True
    return not text.isascii() or text != text.strip()


def write_xlsx(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet: bold head that stays, text as text."""
    import xlsxwriter  # noqa: PLC0415 - only for workbooks

    into = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(into, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        widths = [_width(cell) for cell in head]
        for column, cell in enumerate(head):
            sheet.write_string(0, column, cell, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value)
                if column < len(widths):
                    widths[column] = max(widths[column], _width(value))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
    return into.getvalue()


def _write(sheet: object, row: int, column: int, cell: Cell) -> None:
    if _is_number(cell):
        sheet.write_number(row, column, cell)  # type: ignore[attr-defined]
        return
    text = as_text(cell)[:_LONGEST_CELL]
    if text:
        sheet.write_string(row, column, text)  # type: ignore[attr-defined]


def _is_number(cell: Cell) -> bool:
    """Tell whether a spreadsheet keeps every digit of it."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return math.isfinite(cell) and len(str(abs(cell))) <= _WIDEST_NUMBER


def _width(cell: Cell) -> int:
    text = as_text(cell)
    return min(max(8, sum(1 if char.isascii() else 2 for char in text[:60]) + 2), 48)


def read(name: str, content: bytes) -> Rows:
    """Return the rows of a CSV, XLSX, XLS or ODS file's first sheet that has any.

    The content says which it is, the name is only for what is said. Rows keep their
    place (row n of the file is at n - 1); cells are text, without the apostrophe that
    `write_csv` sets. Raises NotASheet.
    """
    if len(content) > MOST_BYTES:
        raise NotASheet(_TOO_BIG, name=name, most=MOST_BYTES >> 20)
    found = (
        _workbook(name, content) if content.startswith(_BOOKS) else _csv(name, content)
    )
    rows = tuple(tuple(_cleaned(cell) for cell in row) for row in found)
    if not any(any(row) for row in rows):
        raise NotASheet(_EMPTY, name=name)
    if len(rows) > MOST_ROWS or max(map(len, rows)) > MOST_COLUMNS:
        raise NotASheet(_TOO_MANY, **_LIMITS, name=name)
    return rows


def _cleaned(cell: object) -> str:
    text = storable(as_text(cell)).strip()
    quoted = text.startswith("'") and text.lstrip(" '").startswith(_FORMULA)
    return text[1:].strip() if quoted else text


def _csv(name: str, content: bytes) -> list[list[str]]:
    text = _decoded(name, content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return list(islice(rows, MOST_ROWS + 1))
    except csv.Error as error:
        raise NotASheet(_BROKEN, name=name, why=error) from error


def _decoded(name: str, content: bytes) -> str:
    if content.startswith(_WIDE):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in content:
        raise NotASheet(_NOT_TEXT, name=name)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotASheet(_NOT_TEXT, name=name)


def _workbook(name: str, content: bytes) -> Sequence[Sequence[object]]:
    """Return the first sheet that holds anything."""
    _refuse_bombs(name, content)
    try:
        rows = workbooks.rows_apart(content, MOST_ROWS + 1)
    except workbooks.TooLarge as error:
        raise NotASheet(_TOO_MANY, **_LIMITS, name=name) from error
    except workbooks.Unreadable as error:
        raise NotASheet(_BROKEN, name=name, why=error) from error
    if not rows:
        raise NotASheet(_EMPTY, name=name)
    return rows


def _refuse_bombs(name: str, content: bytes) -> None:
    """Refuse a small file that unpacks into a huge one."""
    if not content.startswith(_BOOKS[0]):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NotASheet(_BROKEN, name=name, why=error) from error
    if size > MOST_UNPACKED:
        raise NotASheet(_TOO_BIG, name=name, most=MOST_UNPACKED >> 20)


_TOO_BIG = Words(
    "{name} 太大（上限 {most} MiB），没有读取，没有任何改动。请拆成几份再导入。",
    "{name} is too large (at most {most} MiB); nothing was read or changed. "
    "Split it and import the parts.",
)
_TOO_MANY = Words(
    "{name} 的行或列太多（上限 {rows} 行、{columns} 列），没有任何改动。请拆成几份再导入。",
    "{name} has too many rows or columns (at most {rows} and {columns}); nothing was "
    "changed. Split it and import the parts.",
)
_NOT_TEXT = Words(
    "{name} 既不是工作簿，也不是 UTF-8 或 GB18030 文本，没有任何改动。请另存为 XLSX 或 CSV。",
    "{name} is neither a workbook nor UTF-8 or GB18030 text; nothing was changed. "
    "Save it as XLSX or CSV.",
)
_BROKEN = Words(
    "{name} 读不成表格：{why}。没有任何改动，请另存为 XLSX 或 CSV 再试。",
    "{name} is no table: {why}. Nothing was changed; save it as XLSX or CSV and try "
    "again.",
)
_EMPTY = Words(
    "{name} 里没有任何内容，没有任何改动。请确认数据在第一张工作表里。",
    "{name} holds nothing; nothing was changed. Check that the data is on the first "
    "sheet.",
)
