"""Charts as figures: what is drawn, not how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reports.documents.words import Text


class ChartKind(StrEnum):
    """How values are drawn."""

    BARS = "bars"  # one group a label
    STACKED = "stacked"
    LINES = "lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One row of values, a value a label; None is a gap and is drawn as one."""

    name: Text
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of figures; amounts start at zero."""

    title: Text
    unit: Text
    kind: ChartKind
    labels: tuple[Text, ...]
    series: tuple[Series, ...]
    formula: Text = ""
