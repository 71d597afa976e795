"""Which slots have come due, are late, or were missed: pure arithmetic on moments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from opsdesk.inspections.models import Slot

PUNCTUAL = timedelta(minutes=5)
"""A round begun later than this after its time says that it is late."""


class Fate(StrEnum):
    """What is to be done about a slot that has come due and has no row."""

    RUN = "run"
    LATE = "late"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The day's slots where the desk stands, and how late one may still be run."""

    slots: Sequence[tuple[Slot, time]]
    zone: ZoneInfo
    catch_up: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSlot:
    """One slot without a row. `day` is local, `due_at` in UTC."""

    day: date
    slot: Slot
    due_at: datetime
    fate: Fate

    @property
    def key(self) -> str:
        return f"{self.day}/{self.slot}"


def moment(timetable: Timetable, day: date, at: time) -> datetime:
    """Return the moment of a local time of day."""
    return datetime.combine(day, at, timetable.zone)


def due(
    timetable: Timetable, taken: Collection[str], *, since: datetime, at: datetime
) -> Iterator[DueSlot]:
    """Yield every slot in `(since, at]` that has no row, oldest first.

    `taken` holds the keys of the slots that have one. A slot missed by less than
    `catch_up` is run late, by more it is recorded as missed.
    """
    day = since.astimezone(timetable.zone).date()
    last = at.astimezone(timetable.zone).date()
    while day <= last:
        for slot, time_of_day in timetable.slots:
            due_at = moment(timetable, day, time_of_day)
            key = f"{day}/{slot}"
            if since < due_at <= at and key not in taken:
                fate = _fate(at - due_at, timetable.catch_up)
                yield DueSlot(day=day, slot=slot, due_at=due_at, fate=fate)
        day += timedelta(days=1)


def _fate(lateness: timedelta, catch_up: timedelta) -> Fate:
    if lateness > catch_up:
        return Fate.MISSED
    return Fate.LATE if lateness > PUNCTUAL else Fate.RUN


def next_due(timetable: Timetable, *, after: datetime) -> tuple[Slot, datetime]:
    """Return the first slot after a moment, for "the next round is at …"."""
    day = after.astimezone(timetable.zone).date()
    while True:
        for slot, time_of_day in timetable.slots:
            due_at = moment(timetable, day, time_of_day)
            if due_at > after:
                return slot, due_at
        day += timedelta(days=1)
