"""Shifts as local wall times, and the moments they come to on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Shift(Protocol):
    """A shift as config.yaml says it (`opsdesk.core.settings.Shift`)."""

    @property
    def name(self) -> str: ...
    @property
    def starts(self) -> time: ...
    @property
    def ends(self) -> time: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One shift of one day, with its moments."""

    day: date
    shift: str
    starts_at: datetime
    ends_at: datetime


def turn(day: date, shift: Shift, zone: ZoneInfo) -> Turn:
    """Return a day's shift; one that ends no later than it starts ends tomorrow."""
    last = day if shift.ends > shift.starts else day + timedelta(days=1)
    starts = datetime.combine(day, shift.starts, zone)
    ends = datetime.combine(last, shift.ends, zone)
    return Turn(day, shift.name, starts.astimezone(UTC), ends.astimezone(UTC))


def turns(
    first: date, last: date, shifts: Sequence[Shift], zone: ZoneInfo
) -> tuple[Turn, ...]:
    """Return every shift from the first day to the last, in order."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    found = [turn(day, shift, zone) for day in days for shift in shifts]
    return tuple(sorted(found, key=lambda one: one.starts_at))


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of a day's month."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)
