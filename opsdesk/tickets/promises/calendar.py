"""Service time: 7x24 but for holidays, as half-open spans of UTC.

The contract's clause 4.3.2 stops the fault clocks on 法定节假日 only; nights, weekends
and made-up working days count like any other day. Which days those are is a policy,
chosen in config.yaml and printed wherever a clock is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from opsdesk.tickets.promises import tables

DAY = timedelta(days=1)
LONGEST_STOP = 40  # days; no holiday is nearly as long, so a search always ends
SATURDAY = 5


class Policy(StrEnum):
    """On which days the fault clocks stand still."""

    LEGAL_DAYS = "legal_days"  # 只有法定节假日当天
    REST_BLOCK = "rest_block"  # 放假通知里的每一天
    ALWAYS = "always"  # 从不停


class DayKind(StrEnum):
    """What a day is to the roster and to duties counted in working days."""

    WORKING = "working"  # 工作日
    WEEKEND = "weekend"  # 周末
    STATUTORY = "statutory"  # 法定节假日
    REST = "rest"  # 放假调休
    MAKEUP = "makeup"  # 调休上班


@dataclass(frozen=True, slots=True)
class Stop:
    """A day on which the clock stands still, and the holiday it belongs to."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A policy in a time zone. Raises NoTable for years without a table."""

    policy: Policy
    zone: tzinfo

    def counts(self, day: date) -> bool:
        """Tell whether the clock runs on a local day."""
        return self.policy is Policy.ALWAYS or day not in _stopped(
            self.policy, day.year
        )

    def name(self, day: date) -> str:
        """Return the holiday a day belongs to; "" for none."""
        return _names(day.year).get(day, "")

    def kind(self, day: date) -> DayKind:
        """Return what a day is, whatever the policy."""
        table = tables.table(day.year)
        if day in table.days("statutory"):
            return DayKind.STATUTORY
        if day in table.days("rest"):
            return DayKind.REST
        if day in _made_up(day.year):
            return DayKind.MAKEUP
        return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKING

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """Return 00:00 of a local day, in UTC."""
        return datetime.combine(day, time(0), self.zone).astimezone(UTC)

    def service_day(self, moment: datetime) -> date:
        """Return the local day of a moment, or the next one that counts."""
        return self.next_counting(self.local_day(moment))

    def next_counting(self, day: date) -> date:
        """Return a day if it counts, else the next one that does."""
        for _ in range(LONGEST_STOP):
            if self.counts(day):
                return day
            day += DAY
        raise AssertionError("a calendar that never opens")

    def end_of(self, day: date, *, after: int = 0) -> datetime:
        """Return 24:00 of a counting day, or of the n-th counting day after it."""
        for _ in range(after):
            day = self.next_counting(day + DAY)
        return self.midnight(day + DAY)

    def spans(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield the counting parts of [start, end), in order."""
        day = self.local_day(start)
        begin = start
        while begin < end:
            limit = min(self.midnight(day + DAY), end)
            if self.counts(day) and begin < limit:
                yield begin, limit
            begin, day = max(begin, limit), day + DAY

    def stops(self, start: datetime, end: datetime) -> tuple[Stop, ...]:
        """Return the days of [start, end) that do not count."""
        day, found = self.local_day(start), []
        while self.midnight(day) < end:
            if not self.counts(day):
                found.append(Stop(day, self.name(day)))
            day += DAY
        return tuple(found)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the service time in [start, end)."""
        parts = self.spans(start, end)
        return sum((until - since for since, until in parts), timedelta())

    def after(self, start: datetime, service: timedelta) -> datetime:
        """Return when so much service time has passed since a moment, at the earliest."""
        day, begin, left = self.local_day(start), start, service
        while True:
            limit = self.midnight(day + DAY)
            if self.counts(day):
                if left <= limit - begin:
                    return begin + left
                left -= limit - begin
            begin, day = limit, day + DAY

    def versions(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Return the versions of the tables that a span was computed with."""
        if self.policy is Policy.ALWAYS:
            return ()
        first, last = self.local_day(start).year, self.local_day(end).year
        every = [tables.table(year) for year in range(first, last + 1)]
        return tuple(f"{one.version}+{one.digest}" for one in every)


@lru_cache(maxsize=64)
def _stopped(policy: Policy, year: int) -> frozenset[date]:
    kind = "statutory" if policy is Policy.LEGAL_DAYS else "rest"
    return tables.table(year).days(kind)


@lru_cache(maxsize=32)
def _names(year: int) -> dict[date, str]:
    return {day: one.name for one in tables.table(year).holidays for day in one.rest}


@lru_cache(maxsize=32)
def _made_up(year: int) -> frozenset[date]:
    """Return the made-up days of a year; its neighbours' tables may name some."""
    near = [one for one in (year - 1, year, year + 1) if one in tables.years()]
    days = {day for one in near for day in tables.table(one).days("makeup")}
    return frozenset(day for day in days if day.year == year)
