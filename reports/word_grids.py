"""What a Word file has in place of drawings and of rows set as lines: tables."""

from __future__ import annotations

from reports.documents.charts import Chart
from reports.documents.parts import Align, Cell, Column, Grid, Rows
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


def plain(rows: Rows) -> Grid:
    """Return rows set as lines as a table of one column, a line each."""
    width = sum(column.width for column in rows.columns)
    return Grid(
        columns=rows.columns,
        rows=tuple(tuple(map(Cell, line)) for line in rows.lines),
        caption=rows.caption,
        dense=width > 0,
    )
