"""The days that a report is about, and those it is compared with."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from opsdesk.core.language import RefusedInWords
from probes.finding import Words

DAY = timedelta(days=1)
LONGEST = 366
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"20\d\d")


class Sort(StrEnum):
    """How long the period is."""

    MONTHLY = "monthly"
    YEARLY = "yearly"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Whole local days, from the first to the last."""

    sort: Sort
    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """Return the moment after the last day: the span is half-open."""
        return _midnight(self.last + DAY, self.zone)

    @property
    def days(self) -> tuple[date, ...]:
        count = (self.last - self.first).days + 1
        return tuple(self.first + n * DAY for n in range(count))

    @property
    def code(self) -> str:
        """Return 202610, 2026 or 20261001-20261015."""
        match self.sort:
            case Sort.MONTHLY:
                return f"{self.first:%Y%m}"
            case Sort.YEARLY:
                return f"{self.first:%Y}"
            case Sort.PERIOD:
                return f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def words(self) -> Words:
        """Return what the cover calls it."""
        one, other = f"{self.first:%Y-%m-%d}", f"{self.last:%Y-%m-%d}"
        match self.sort:
            case Sort.MONTHLY:
                zh = f"{self.first.year} 年 {self.first.month} 月"
                return Words(zh, f"{self.first:%B %Y}")
            case Sort.YEARLY:
                return Words(f"{self.first.year} 年", f"{self.first.year}")
            case Sort.PERIOD:
                return Words(f"{one} 至 {other}", f"{one} to {other}")

    @property
    def before(self) -> Span:
        """Return the period of the same sort that ended when this one began."""
        last = self.first - DAY
        match self.sort:
            case Sort.MONTHLY:
                first = last.replace(day=1)
            case Sort.YEARLY:
                first = date(last.year, 1, 1)
            case _:
                first = self.first - len(self.days) * DAY
        return Span(sort=self.sort, first=first, last=last, zone=self.zone)

    @property
    def after(self) -> Span:
        """Return the period of the same sort that follows."""
        first = self.last + DAY
        match self.sort:
            case Sort.MONTHLY:
                return month(first.year, first.month, self.zone)
            case Sort.YEARLY:
                return year(first.year, self.zone)
            case _:
                last = first + (len(self.days) - 1) * DAY
                return Span(sort=self.sort, first=first, last=last, zone=self.zone)


def month(year: int, number: int, zone: ZoneInfo) -> Span:
    """Return a month."""
    last = calendar.monthrange(year, number)[1]
    first = date(year, number, 1)
    return Span(sort=Sort.MONTHLY, first=first, last=first.replace(day=last), zone=zone)


def year(number: int, zone: ZoneInfo) -> Span:
    """Return a year."""
    first, last = date(number, 1, 1), date(number, 12, 31)
    return Span(sort=Sort.YEARLY, first=first, last=last, zone=zone)


def read(text: str, today: date, zone: ZoneInfo) -> Span:
    """Return the period a person named: 2026-10, 2026, or last for the last month.

    Raises Refused where it is none of these.
    """
    if text == "last":
        former = today.replace(day=1) - DAY
        return month(former.year, former.month, zone)
    if found := _MONTH.fullmatch(text):
        return month(int(found[1]), int(found[2]), zone)
    if _YEAR.fullmatch(text):
        return year(int(text), zone)
    raise RefusedInWords(_UNREADABLE, text=text)


def between(first: date, last: date, zone: ZoneInfo) -> Span:
    """Return any period of up to a year; a whole month or year is that. Raises Refused."""
    if not first <= last <= first + (LONGEST - 1) * DAY:
        raise RefusedInWords(_NO_PERIOD, first=first, last=last)
    whole = (month(first.year, first.month, zone), year(first.year, zone))
    for one in whole:
        if (one.first, one.last) == (first, last):
            return one
    return Span(sort=Sort.PERIOD, first=first, last=last, zone=zone)


def parse(code: str, zone: ZoneInfo) -> Span:
    """Return the period of a report's code, as it stands in its number."""
    if len(code) == len("202610"):
        return month(int(code[:4]), int(code[4:]), zone)
    if len(code) == len("2026"):
        return read(code, date.min, zone)
    first, _, last = code.partition("-")
    found = between(date.fromisoformat(first), date.fromisoformat(last), zone)
    if found.code != code:
        raise RefusedInWords(_ANOTHER_CODE, code=code, other=found.code)
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


_UNREADABLE = Words(
    "看不懂报告期 {text}；请写成 2026-10（月）、2026（年）或 last（上月）。没有生成任何文件。",
    "{text} is no period; write 2026-10 (a month), 2026 (a year) or last (the last "
    "month). Nothing was made.",
)
_ANOTHER_CODE = Words(
    "报告期 {code} 就是 {other}，请用这个编号；没有生成任何文件。",
    "The period {code} is {other}: use that name; nothing was made.",
)
_NO_PERIOD = Words(
    "报告期 {first} 至 {last} 不成立：开始不能晚于结束，且最长一年。没有生成任何文件。",
    "{first} to {last} is no period: it begins no later than it ends, and is a year at "
    "most. Nothing was made.",
)
