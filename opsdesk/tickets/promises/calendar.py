"""Service time: 7x24 but for holidays, as half-open spans of UTC.

The contract's clause 4.3.2 stops the fault clocks on 法定节假日 only; nights, weekends
and made-up working days count like any other day. Which days those are is a policy,
chosen in config.yaml and printed wherever a clock is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise

from opsdesk.tickets.promises import tables

DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
LONGEST_STOP = 40  # days; no holiday is nearly as long, so a search always ends
SATURDAY = 5


class Policy(StrEnum):
    """On which days the fault clocks stand still."""

    LEGAL_DAYS = "legal_days"  # 只有法定节假日当天
    REST_BLOCK = "rest_block"  # 放假通知里的每一天
    ALWAYS = "always"  # 从不停

    __hash__ = str.__hash__  # it is part of many keys; an Enum's own is slower


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

    def stops(self, start: datetime, end: datetime) -> tuple[Stop, ...]:
        """Return the days of [start, end) that do not count."""
        if self.policy is Policy.ALWAYS or end <= start:
            return ()
        return self.stops_of(*self.days(start, end))

    def stops_of(self, first: date, last: date) -> tuple[Stop, ...]:
        """Return the days that do not count, from a first to a last one."""
        return tuple(
            Stop(day, self.name(day))
            for year in range(first.year, last.year + 1)
            for day in sorted(_stopped(self.policy, year))
            if first <= day <= last
        )

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the service time in [start, end)."""
        begin, end = start.astimezone(UTC), end.astimezone(UTC)
        year, total = start.astimezone(self.zone).year, timedelta()
        while begin < end:
            known = _year(self.policy, self.zone, year)
            until = min(end, known.edges[-1])
            total += known.before(until) - known.before(begin)
            begin, year = until, year + 1
        return total

    def after(self, start: datetime, service: timedelta) -> datetime:
        """Return when so much service time has passed since a moment, at the earliest."""
        begin, left = start.astimezone(UTC), service
        if left <= timedelta():
            return begin
        year = start.astimezone(self.zone).year
        while True:
            known = _year(self.policy, self.zone, year)
            wanted = known.before(begin) + left
            if wanted <= known.sums[-1]:
                return known.when(wanted)
            left = wanted - known.sums[-1]
            begin, year = known.edges[-1], year + 1

    def versions(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Return the versions of the tables that [start, end) was computed with."""
        if self.policy is Policy.ALWAYS:
            return ()
        first, last = self.days(start, end)
        every = [tables.table(year) for year in range(first.year, last.year + 1)]
        return tuple(f"{one.version}+{one.digest}" for one in every)

    def provisional(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """Return the years of [start, end) whose notice of holidays is not in yet."""
        if self.policy is Policy.ALWAYS:
            return ()
        first, last = self.days(start, end)
        years = range(first.year, last.year + 1)
        return tuple(year for year in years if tables.table(year).provisional)

    def days(self, start: datetime, end: datetime) -> tuple[date, date]:
        """Return the first and the last day of [start, end): 24:00 is not tomorrow."""
        return self.local_day(start), self.local_day(max(start, end - _INSTANT))


@dataclass(frozen=True, slots=True)
class _Year:
    """A local year: its midnights in UTC, and the service time before each."""

    edges: tuple[datetime, ...]
    counts: tuple[bool, ...]
    sums: tuple[timedelta, ...]

    def before(self, moment: datetime) -> timedelta:
        """Return the service time from the year's start to a moment of it."""
        day = bisect_right(self.edges, moment) - 1
        if day < len(self.counts) and self.counts[day]:
            return self.sums[day] + (moment - self.edges[day])
        return self.sums[day]

    def when(self, service: timedelta) -> datetime:
        """Return the earliest moment before which there is so much; more than none."""
        day = bisect_left(self.sums, service) - 1
        return self.edges[day] + (service - self.sums[day])


@lru_cache(maxsize=64)
def _year(policy: Policy, zone: tzinfo, year: int) -> _Year:
    calendar = Calendar(policy, zone)
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = [date(year, 1, 1) + n * DAY for n in range(length + 1)]
    edges = [calendar.midnight(day) for day in days]
    counts = [calendar.counts(day) for day in days[:-1]]
    lengths = [
        (until - since) if runs else timedelta()
        for (since, until), runs in zip(pairwise(edges), counts, strict=True)
    ]
    sums = accumulate(lengths, initial=timedelta())
    return _Year(tuple(edges), tuple(counts), tuple(sums))


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
