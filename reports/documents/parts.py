"""What a page is made of; HTML and DOCX both print these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from reports.documents.charts import Chart
from reports.documents.words import Text, Words

VOID = Words("作废", "VOID")
SUPERSEDED = Words("已被新版取代", "SUPERSEDED")
PREVIEW = Words("预览", "PREVIEW")
EXERCISE = Words("演练", "DRILL")
DEMONSTRATION = Words("演示", "DEMONSTRATION")
_HIGHEST = 20  # lines of a row that is still kept whole
_SHORT = 6  # rows of a table that a report keeps whole
_CHARACTER = 3.2  # mm: a Chinese character of a table, at 9 pt


class Align(StrEnum):
    """Where a column's text stands."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


class Tone(StrEnum):
    """What a cell means; its words say it too, a tint only helps the eye."""

    PLAIN = "plain"
    LABEL = "label"
    ATTENTION = "attention"
    ABNORMAL = "abnormal"
    GAP = "gap"  # unreached, not checked, not obtained


def height(text: Text, room: float) -> int:
    """Return about how many lines a text takes in `room` mm, in the longer language."""
    said = {text} if isinstance(text, str) else set(text)
    return max(sum(map(partial(_lines, room=room), one.split("\n"))) for one in said)


def _lines(line: str, room: float) -> int:
    narrow = sum(char.isascii() for char in line)
    wide = len(line) - narrow
    return 1 + int((wide + 0.55 * narrow) * _CHARACTER / max(room - 2, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head and its width; a table's widths add up to the page's."""

    title: Text
    width: float  # mm
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `span` columns wide and at least `lines` lines high."""

    text: Text
    tone: Tone = Tone.PLAIN
    span: int = 1
    lines: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A section's title; it stays with what follows.

    With `page` it begins a page; `anchor` is what a list of contents leads to.
    """

    text: Text
    level: int = 2
    anchor: str = ""
    page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A paragraph, or with `points` a numbered list under it."""

    text: Text
    points: tuple[Text, ...] = ()
    strong: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with a head that is repeated on every page.

    `caption` stands above the head, and is repeated with it. No row is split but
    those that could not stand on one page: see `splits`.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    headed: bool = True
    dense: bool = False  # smaller type, for a dozen columns and more
    caption: Text = ""

    @property
    def short(self) -> bool:
        """Tell whether the table is no loss to a page that has no room for all of it."""
        return len(self.rows) <= _SHORT and not any(map(self.splits, self.rows))

    def splits(self, row: tuple[Cell, ...]) -> bool:
        """Tell whether a row is too high to be kept whole."""
        place, highest = 0, 0
        for cell in row:
            over = self.columns[place : place + cell.span]
            room = sum(column.width for column in over)
            highest = max(highest, height(cell.text, room))
            place += cell.span
        return highest > _HIGHEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place to sign; `lines` are labels and what the desk already holds for them."""

    part: Text
    lines: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Boxes of 25 mm and more that keep together with what stands before them."""

    boxes: tuple[Box, ...]
    across: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Parts that are kept on one page: what is signed, and the names under it."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A list of contents: what each chapter is called, and its anchor."""

    entries: tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart; where nothing can be drawn it is printed as a table."""

    chart: Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Many rows set as lines under a head that is repeated; the last column wraps."""

    caption: Text
    columns: tuple[Column, ...]
    lines: tuple[tuple[Text, ...], ...]
    small: bool = False


Part = Heading | Prose | Grid | Signatures | Together | Contents | Drawing | Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What is known of a document only once it is issued.

    `content_sha256` is the hash of the frozen content, `audit_head` the end of the
    audit chain at that time: on paper they anchor both.
    """

    version: int
    printed_at: datetime
    content_sha256: str
    audit_head: str
    superseded: bool = False
    void: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every form carries in its head."""

    project: str
    contract_number: str
    customer: str
    contractor: str
    confidentiality: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The first page of a report."""

    above: Text
    title: Text
    subtitle: Text
    lines: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form laid out: its running head and foot, its marks, and its parts in order.

    `marks` stand on every page (演示, 预览, 已作废); `closing` is kept on one page with
    the signatures in it.
    """

    title: Text
    number: str
    frame: Frame
    parts: tuple[Part, ...]
    closing: tuple[Part, ...]
    marks: tuple[Text, ...] = ()
    foot: tuple[Text, ...] = ()  # printed at, hash, audit head
    version: Text = ""
    subject: Text = ""
    created: datetime | None = None
    upright: bool = False  # A4 upright, 170 mm wide; otherwise across, 267 mm
    address: str = ""  # of the record, for the QR code
    cover: Cover | None = None  # a report has one, a form begins with its title
