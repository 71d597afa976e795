"""What a page is made of; HTML and DOCX both print these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reports.documents.words import Text


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head and its width; a table's widths add up to the page's."""

    title: Text
    width: float  # mm
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `span` columns wide."""

    text: Text
    tone: Tone = Tone.PLAIN
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A section's title; it stays with what follows."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A paragraph, or with `points` a numbered list under it."""

    text: Text
    points: tuple[Text, ...] = ()
    strong: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with a head that is repeated on every page. No row is split."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    headed: bool = True
    dense: bool = False  # smaller type, for a dozen columns and more


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place to sign; `lines` are labels and what the desk already holds for them."""

    part: Text
    lines: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Boxes of 60 x 25 mm that keep together with what stands before them."""

    boxes: tuple[Box, ...]


Part = Heading | Prose | Grid | Signatures


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every form carries in its head."""

    project: str
    contract_number: str
    customer: str
    contractor: str
    confidentiality: Text


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
