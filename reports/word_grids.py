"""What a Word file has in place of a drawing: a table of what it draws."""

from __future__ import annotations

from reports.documents.charts import Chart
from reports.documents.parts import Align, Cell, Column, Grid
from reports.documents.words import Text, Words

_ACROSS = 6
"""Series beside each other; more would leave no room for their names."""


def as_grid(chart: Chart, room: float) -> Grid:
    """Return a chart's values as a table: a row a label, a column a series."""
    shown = chart.series[:_ACROSS]
    width = room / (len(shown) + 1)
    columns = (
        Column(title=chart.unit, width=width),
        *(Column(title=one.name, width=width, align=Align.RIGHT) for one in shown),
    )
    rows = tuple(
        (Cell(label), *(Cell(_value(one.values[n])) for one in shown))
        for n, label in enumerate(chart.labels)
    )
    return Grid(columns=columns, rows=rows, caption=chart.title)


def _value(value: float | None) -> Text:
    return Words("未取得", "not obtained") if value is None else f"{value:g}"
