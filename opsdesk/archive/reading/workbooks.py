"""The words of an XLSX: every sheet's name and cells, formulas by their last value."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from opsdesk.archive.reading.limits import unpacked
from opsdesk.archive.reading.markup import Listener, listen

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_BESIDE = re.compile(r"xl/(comments\d*|drawings/drawing\d+)\.xml")
_STRINGS, _STYLES, _BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
_ENOUGH = 400_000
_MOST_STRINGS = 8_000_000  # characters
_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_CODE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's days have no zone
_LAST_DAY = 2_958_466


class _Quiet:
    """Hears everything and keeps nothing; the others add what they need."""

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""

    def ends(self, name: str) -> None:
        """Hear that an element ends."""

    def says(self, text: str) -> None:
        """Hear a piece of text."""

    def has_enough(self) -> bool:
        return False


class _Strings(_Quiet):
    """The texts that cells point at; readings beside the characters are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._text: list[str] = []
        self._heard = False
        self._aside = False
        self._length = 0

    def begins(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        self._aside = self._aside or name == "rPh"
        self._heard = name == "t" and not self._aside

    def ends(self, name: str) -> None:
        self._heard = False
        if name == "rPh":
            self._aside = False
        elif name in {"si", "comment", "p"}:
            self.texts.append("".join(self._text))
            self._text.clear()

    def says(self, text: str) -> None:
        if self._heard:
            self._text.append(text)
            self._length += len(text)

    def has_enough(self) -> bool:
        return self._length > _MOST_STRINGS


class _Names(_Quiet):
    """The sheets' names, and whether its days are counted from 1904."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.from_1904 = False

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.names.append(attributes.get("name", ""))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


class _Styles(_Quiet):
    """Which styles show a number as a date."""

    def __init__(self) -> None:
        self.dated: list[bool] = []
        self._codes: dict[str, bool] = {}
        self._cells = False

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            code = _QUOTED.sub("", attributes.get("formatCode", ""))
            dated = bool(_DATE_CODE.search(code))
            self._codes[attributes.get("numFmtId", "")] = dated
        elif name == "cellXfs":
            self._cells = True
        elif name == "xf" and self._cells:
            number = attributes.get("numFmtId", "0")
            built_in = number.isdigit() and int(number) in _DATES
            self.dated.append(self._codes.get(number, built_in))

    def ends(self, name: str) -> None:
        if name == "cellXfs":
            self._cells = False


class _Cells(_Quiet):
    """The cells of a sheet that hold anything, a line for each row."""

    def __init__(self, strings: list[str], dated: list[bool], epoch: datetime) -> None:
        self.said: list[str] = []
        self._strings, self._dated, self._epoch = strings, dated, epoch
        self._length = 0
        self._kind, self._style = "", ""
        self._value: list[str] = []
        self._heard = False

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value.clear()
        self._heard = name in {"v", "t"}

    def ends(self, name: str) -> None:
        self._heard = False
        if name == "c" and self._value:
            text = self._shown("".join(self._value))
            self._length += len(text) + 1
            self.said.append(f"{text}\t")
        elif name == "row" and self.said and self.said[-1] != "\n":
            self.said.append("\n")

    def says(self, text: str) -> None:
        if self._heard:
            self._value.append(text)

    def has_enough(self) -> bool:
        return self._length > _ENOUGH

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            place = int(value)
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        if self._kind == "n" and self._is_dated():
            return _day(value, self._epoch)
        return value

    def _is_dated(self) -> bool:
        place = int(self._style) if self._style.isdigit() else -1
        return 0 <= place < len(self._dated) and self._dated[place]


def pieces(content: bytes) -> Iterator[str]:
    """Yield the sheets' names, then every sheet's cells, then notes and text boxes."""
    with unpacked(content) as packed:
        book, styles, strings = _Names(), _Styles(), _Strings()
        for name, listener in ((_BOOK, book), (_STYLES, styles), (_STRINGS, strings)):
            _hear(packed, name, listener)
        yield f"{' '.join(book.names)}\n"
        epoch = _EPOCH + timedelta(days=1462 if book.from_1904 else 0)
        for name in sorted(packed.namelist(), key=_in_order):
            if _SHEET.fullmatch(name):
                cells = _Cells(strings.texts, styles.dated, epoch)
                _hear(packed, name, cells)
                yield f"{''.join(cells.said)}\n"
            elif _BESIDE.fullmatch(name):
                aside = _Strings()
                _hear(packed, name, aside)
                yield "\n".join([*aside.texts, ""])


def _hear(packed: zipfile.ZipFile, name: str, listener: Listener) -> None:
    """Listen to a part; a workbook may do without some of them."""
    if name in packed.namelist():
        with packed.open(name) as part:
            listen(part, listener)


def _in_order(name: str) -> tuple[bool, int, str]:
    digits = re.sub(r"\D", "", name.rpartition("/")[2])[:9]
    return not _SHEET.fullmatch(name), int(digits or 0), name


def _day(value: str, epoch: datetime) -> str:
    """Return a workbook's number of days as people write it."""
    days = float(value)
    if not math.isfinite(days) or not 0 <= days < _LAST_DAY:
        return value
    moment = epoch + timedelta(seconds=round(days * 86400))
    if days < 1:
        return moment.strftime("%H:%M")
    return f"{moment:%Y-%m-%d}" if days.is_integer() else f"{moment:%Y-%m-%d %H:%M}"
