"""Charts whose names are longer than their places: no text lies on another."""

from __future__ import annotations

from html import unescape
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.words import say
from reports.drawing import svg
from reports.typesetting import POINT, width

SVG = "{http://www.w3.org/2000/svg}"
REGIONS = ("内蒙古自治区", "新疆生产建设兵团", "广西", "宁夏回族自治区生态环境厅") * 3
DISKS = tuple(f"portal-db-{n} /var/lib/postgresql/{n}/data" for n in range(5))


def drawn(labels: tuple[str, ...], names: tuple[str, ...]) -> ET.Element:
    series = tuple(Series(name=one, values=(1.0,) * len(labels)) for one in names)
    chart = Chart(
        title="图", unit="件", kind=ChartKind.STACKED, labels=labels, series=series
    )
    return ET.fromstring(svg(chart, lambda words: say(words, "zh")))


def places(tree: ET.Element) -> list[tuple[float, float, float, str]]:
    """Return (height, left, right, text) of every text, by line."""
    found = []
    for one in tree.iter(f"{SVG}text"):
        said, x = unescape(one.text or ""), float(one.get("x", "0"))
        wide = width(said, 7.5) / POINT
        left = x - {"middle": wide / 2, "end": wide}.get(one.get("text-anchor", ""), 0)
        found.append((float(one.get("y", "0")), left, left + wide, said))
    return sorted(found)


@pytest.mark.parametrize("names", [DISKS, ("事件", "服务请求"), ("名" * 200,)])
@pytest.mark.parametrize(
    "labels", [REGIONS, tuple(f"10-{n:02d}" for n in range(1, 32)), ("2026-10",) * 12]
)
def test_no_text_of_a_chart_lies_on_another_or_beyond_its_edge(
    labels: tuple[str, ...], names: tuple[str, ...]
) -> None:
    tree = drawn(labels, names)
    x, y, wide, high = map(float, tree.get("viewBox", "").split())
    found = places(tree)
    for one, other in pairwise(found):
        assert one[0] != other[0] or one[2] <= other[1], (one, other)
    for line, left, right, said in found:
        assert x - 1 <= left < right <= x + wide + 1, said
        assert y + 5 < line < y + high, said


def test_every_series_is_named_in_the_legend() -> None:
    told = [said for *_place, said in places(drawn(("1",), DISKS))]
    assert [one for one in DISKS if one not in told] == []


def test_a_value_without_neighbours_is_a_dot_and_a_gap_stays_a_gap() -> None:
    series = Series(name="库", values=(None, 5.0, None, 1.0, 2.0, None))
    chart = Chart(
        title="图",
        unit="%",
        kind=ChartKind.LINES,
        labels=tuple("123456"),
        series=(series,),
    )
    tree = ET.fromstring(svg(chart, lambda words: say(words, "zh")))
    assert len(list(tree.iter(f"{SVG}circle"))) == 1
    strokes = [one.get("d", "") for one in tree.iter(f"{SVG}path")]
    (drawn_,) = [one for one in strokes if "L" in one]
    assert (drawn_.count("M"), drawn_.count("L")) == (1, 1)
