"""The steps of a period's charts: days of a month, weeks of a quarter, months of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from opsdesk.reporting.span import Span
from reports.documents.words import Words

BY_DAY, BY_WEEK = 31, 100
"""The longest periods, in days, that are told by day and by week."""
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps in order, and which one each day belongs to; `each` is 每日, 每周, 每月."""

    each: Words
    labels: tuple[str, ...]
    of: Mapping[date, int]

    def counted(self, days: Iterable[date]) -> tuple[float, ...]:
        """Return how many of the days fall into each step."""
        counts = [0.0] * len(self.labels)
        for day in days:
            if day in self.of:
                counts[self.of[day]] += 1
        return tuple(counts)


def steps(span: Span) -> Steps:
    """Return a period's steps. A week begins with the period, not on a Monday."""
    days = span.days
    if len(days) <= BY_DAY:
        each, keys = Words("每日", "each day"), list(days)
    elif len(days) <= BY_WEEK:
        each, keys = Words("每周", "each week"), [week(span, day) for day in days]
    else:
        each, keys = Words("每月", "each month"), [day.replace(day=1) for day in days]
    order = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    monthly = len(days) > BY_WEEK
    return Steps(
        each=each,
        labels=tuple(f"{key:%Y-%m}" if monthly else f"{key:%m-%d}" for key in order),
        of={day: order[key] for day, key in zip(days, keys, strict=True)},
    )


def week(span: Span, day: date) -> date:
    """Return the first day of the period's week that a day belongs to."""
    return day - timedelta(days=(day - span.first).days % _WEEK)
