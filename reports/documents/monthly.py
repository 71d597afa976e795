"""A report of a month, a year or any period: what its pages say, frozen.

Every text and every figure is in it, so that a report printed again years later is the
report of its day. Nothing here is computed: flows do that, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from reports.documents.charts import Chart
from reports.documents.daily_record import TableColumn
from reports.documents.parts import Frame, Issue
from reports.documents.record_form import SignBox
from reports.documents.words import Text, Words

NONE_IN_IT = Words("本期没有。", "None in this period.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Sentences made from figures, or a note under them."""

    text: Text
    points: tuple[Text, ...] = ()
    note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """What a person wrote; `text` is empty where nobody did."""

    key: str
    title: Text
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a few hundred cells at most; `formula` says what it counts, and how.

    With `total` the last line is a sum. Without lines it prints `nothing`.
    """

    title: Text
    columns: tuple[TableColumn, ...]
    lines: tuple[tuple[Text, ...], ...]
    formula: Text = ""
    nothing: Text = NONE_IN_IT
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Many rows, set as lines and not as cells; the last column wraps.

    `columns` are shares of the width, as in a table.
    """

    title: Text
    columns: tuple[TableColumn, ...]
    lines: tuple[tuple[Text, ...], ...]
    formula: Text = ""
    nothing: Text = NONE_IN_IT
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What could not be told, and why: 未取得, never a zero."""

    title: Text
    reason: Text


Block = Paragraph | Narrative | Table | Ledger | Chart | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """A numbered chapter; an appendix is one too."""

    key: str
    title: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport:
    """The report of a period, of the days from `first` to `last`.

    `figures` are the numbers of its pages under fixed names, for machines: None is
    not known. They go into the PDF as an attached file with everything else.
    """

    kind: str  # monthly, yearly, period
    title: Text
    period: Words
    number: str
    first: date
    last: date
    zone: str
    cut_off: datetime
    frame: Frame
    sections: tuple[ReportSection, ...]
    appendices: tuple[ReportSection, ...]
    boxes: tuple[SignBox, ...]
    figures: dict[str, float | None] = field(default_factory=dict)
    demo: bool = False
    issue: Issue | None = None
