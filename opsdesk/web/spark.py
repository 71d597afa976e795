"""A line of the last few values, small enough to stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120, 24, 3


@dataclass(frozen=True, slots=True)
class Spark:
    """The points of a polyline in a box of WIDTH × HEIGHT, and where it ends."""

    points: str
    x: float
    y: float
    width: int = WIDTH
    height: int = HEIGHT


def spark(values: Sequence[float]) -> Spark | None:
    """Return the line through the values, oldest first; None for fewer than two."""
    if len(values) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    low, high = min(values), max(values)
    wide = (WIDTH - 2 * EDGE) / (len(values) - 1)
    tall = HEIGHT - 2 * EDGE
    flat = high == low
    dots = [
        (
            round(EDGE + place * wide, 1),
            round(HEIGHT / 2 if flat else EDGE + tall * (high - v) / (high - low), 1),
        )
        for place, v in enumerate(values)
    ]
    return Spark(" ".join(f"{x},{y}" for x, y in dots), *dots[-1])
