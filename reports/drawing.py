"""Charts as SVG, drawn by hand: text stays text, a gap stays a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby
from math import ceil, floor, log10

from reports.documents.charts import Chart, ChartKind
from reports.documents.words import Text

Say = Callable[[Text], str]
WIDTH, HEIGHT = 480.0, 150.0
_FACES = "Noto Sans SC, Noto Sans SC Wide, Noto Sans HK Rare, Noto Sans JP Rare"
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 6.0, 24.0, 22.0
_PLOT_W, _PLOT_H = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_INKS = ("#2f6db5", "#d08a1d", "#b5382f", "#5b8f46", "#7a5ca8", "#8a8f98")
_DASHES = ("", "5 2", "2 2", "7 2 2 2", "1 2", "9 3")
_MOST_LABELS, _LINE = 16, 10.0
_STEPS = (4, 8, 12, 16, 20, 40, 60, 80, 100)
"""Tops whose quarters are whole numbers."""


def svg(chart: Chart, say: Say) -> str:
    """Return a chart as inline SVG; its title is what a reader hears."""
    top = _top(chart)
    legend, more = _legend(chart, say)
    body = "".join((*_grid(top), *_labels(chart, say), *_marks(chart, top), *legend))
    alt = escape(f"{say(chart.title)}（{say(chart.unit)}）")
    high = HEIGHT + more * _LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 {-more * _LINE:g} {WIDTH:g} {high:g}" '
        f'width="170mm" height="{170 * high / WIDTH:.1f}mm"><title>{alt}</title>'
        f"{body}</svg>"
    )


def _top(chart: Chart) -> float:
    """Return a round number that no value rises above."""
    most = max(_heights(chart), default=0)
    if most <= 0:
        return 1
    unit = 10 ** max(0, floor(log10(most)) - 1)
    return next(float(unit * step) for step in _STEPS if unit * step >= most)


def _heights(chart: Chart) -> list[float]:
    if chart.kind is ChartKind.STACKED:
        return [
            sum(series.values[n] or 0 for series in chart.series)
            for n in range(len(chart.labels))
        ]
    return [v for series in chart.series for v in series.values if v is not None]


def _y(value: float, top: float) -> float:
    return _TOP + _PLOT_H * (1 - value / top)


def _grid(top: float) -> Iterator[str]:
    for part in range(5):
        value = top * part / 4
        y = _y(value, top)
        ink = "#666" if part == 0 else "#ddd"
        yield (
            f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="{ink}" '
            'stroke-width=".6" fill="none"/>'
        )
        yield _text(_LEFT - 4, y + 2.6, f"{value:g}", anchor="end")


def _text(x: float, y: float, said: str, *, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="7.5" fill="#333" '
        f'font-family="{_FACES}" '
        f'text-anchor="{anchor}" class="chart">{escape(said)}</text>'
    )


def _place(chart: Chart, n: int) -> float:
    """Return the middle of a label's place."""
    return _LEFT + _PLOT_W * (n + 0.5) / len(chart.labels)


def _labels(chart: Chart, say: Say) -> Iterator[str]:
    """Draw the labels, in two lines where one is too short, and cut what is longer."""
    every = max(1, ceil(len(chart.labels) / _MOST_LABELS))
    room = _PLOT_W / len(chart.labels) * every - 3
    for n, label in enumerate(chart.labels):
        if n % every:
            continue
        first, rest = _broken(say(label), room)
        yield _text(_place(chart, n), HEIGHT - _BOTTOM + 11, first)
        if rest:
            second = _cut(rest, room)
            yield _text(_place(chart, n), HEIGHT - _BOTTOM + 19.5, second)


def _wide(said: str) -> float:
    return sum(4.2 if char.isascii() else 7.5 for char in said)


def _broken(said: str, room: float) -> tuple[str, str]:
    """Return what fits into a line, and the rest."""
    fits = len(said)
    while fits > 1 and _wide(said[:fits]) > room:
        fits -= 1
    return said[:fits], said[fits:]


def _cut(said: str, room: float) -> str:
    if _wide(said) <= room:
        return said
    return _broken(said, room - 7.5)[0] + "…"


def _legend(chart: Chart, say: Say) -> tuple[list[str], int]:
    """Return the legend, and how many lines it has above the first."""
    marks: list[tuple[float, int, str, str]] = []
    x, line = _LEFT + 60, 0
    for n, series in enumerate(chart.series):
        said = _cut(say(series.name), WIDTH - _LEFT - 90)
        if marks and x + 14 + _wide(said) > WIDTH:
            x, line = _LEFT + 60, line + 1
        marks.append((x, line, said, _INKS[n % len(_INKS)]))
        x += 24 + _wide(said)
    drawn = [_text(_LEFT, 9 - line * _LINE, say(chart.unit), anchor="start")]
    for x, row, said, ink in marks:
        y = 9 - (line - row) * _LINE
        drawn.append(
            f'<rect x="{x:.1f}" y="{y - 5:g}" width="9" height="5" fill="{ink}"/>'
        )
        drawn.append(_text(x + 12, y, said, anchor="start"))
    return drawn, line


def _marks(chart: Chart, top: float) -> Iterator[str]:
    match chart.kind:
        case ChartKind.LINES:
            yield from _lines(chart, top)
        case ChartKind.BARS:
            yield from _bars(chart, top)
        case ChartKind.STACKED:
            yield from _stacks(chart, top)


def _lines(chart: Chart, top: float) -> Iterator[str]:
    """Draw a stroke through values that follow each other, and a dot for a lone one."""
    for index, series in enumerate(chart.series):
        ink, path = _INKS[index % len(_INKS)], ""
        places = [
            None if value is None else f"{_place(chart, n):.1f} {_y(value, top):.1f}"
            for n, value in enumerate(series.values)
        ]
        for told, some in groupby(places, key=bool):
            points = [one for one in some if one is not None]
            if told and len(points) > 1:
                path += "M" + "L".join(points)
            elif told:
                x, y = points[0].split()
                yield f'<circle cx="{x}" cy="{y}" r="1.6" fill="{ink}"/>'
        if path:
            dash = _DASHES[index % len(_DASHES)]
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            yield (
                f'<path d="{path}" fill="none" stroke="{ink}" '
                f'stroke-width="1.3"{dashed}/>'
            )


def _bars(chart: Chart, top: float) -> Iterator[str]:
    room = _PLOT_W / len(chart.labels) * 0.7
    width = room / max(1, len(chart.series))
    for index, series in enumerate(chart.series):
        for n, value in enumerate(series.values):
            if value is not None:
                x = _place(chart, n) - room / 2 + index * width
                yield _bar(x, width, (0, value), top, index)


def _stacks(chart: Chart, top: float) -> Iterator[str]:
    width = _PLOT_W / len(chart.labels) * 0.7
    for n in range(len(chart.labels)):
        base = 0.0
        for index, series in enumerate(chart.series):
            value = series.values[n]
            if value:
                x = _place(chart, n) - width / 2
                yield _bar(x, width, (base, base + value), top, index)
                base += value


def _bar(
    x: float, width: float, span: tuple[float, float], top: float, index: int
) -> str:
    y = _y(span[1], top)
    high = _y(span[0], top) - y
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{high:.1f}" '
        f'fill="{_INKS[index % len(_INKS)]}"/>'
    )
