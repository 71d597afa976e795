"""When something will be full: a slope that one odd reading cannot bend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from probes.probe import Sample

SHORTEST = timedelta(days=7)
LONGEST_DAYS = 365
_FEWEST = 7
_MOST = 90
_DAY = 86400.0
_FULL = 100.0


def days_to_full(
    history: Sequence[Sample], percent: float, *, at: datetime
) -> int | None:
    """Return in how many days a percentage reaches 100, None when it will not soon.

    The slope is Theil and Sen's: the median of the slopes between all pairs of
    readings. It takes at least seven days of them, and the growth must show in the
    newer half as well: what was filled last week and is calm now is not filling up.
    """
    samples = [*history[-_MOST:], Sample(at, percent)]
    if len(samples) < _FEWEST or at - samples[0].at < SHORTEST:
        return None
    per_day = slope(samples)
    recent = slope(samples[len(samples) // 2 :])
    if per_day <= 0 or recent <= 0:
        return None
    days = (_FULL - percent) / per_day
    return int(days) if days <= LONGEST_DAYS else None


def slope(samples: Sequence[Sample]) -> float:
    """Return Theil–Sen's slope per day, 0 where there is no span."""
    points = [(sample.at.timestamp() / _DAY, sample.value) for sample in samples]
    slopes = [
        (b - a) / (t - s)
        for index, (s, a) in enumerate(points)
        for t, b in points[index + 1 :]
        if t > s
    ]
    return median(slopes) if slopes else 0.0
