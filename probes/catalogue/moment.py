"""Moments as `last`, syslog and journalctl write them, in the server's own zone."""

from __future__ import annotations

import calendar
import time
from functools import lru_cache

from probes.catalogue.text import cut, whole
from probes.probe import Unreadable

_DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
_MONTHS = {
    name: number
    for number, name in enumerate(calendar.month_abbr)
    if name  # Python's own, in the C locale, as the script's
}
_DAY = 24 * 3600
_LEAST, _PARTS = 3, 6  # words of a moment, numbers of one
_FIRST_YEAR, _YEAR, _TOO_MANY = 1970, 4, 62  # a year has four digits


def weekday(cells: list[str], row: str) -> int:
    """Return where in the row `Mon Nov` begins, or raise Unreadable."""
    for at in range(1, len(cells) - 3):
        if cells[at] in _DAYS and cells[at + 1] in _MONTHS:
            return at
    raise Unreadable(f"no moment in {cut(row)!r}")


def moment(cells: list[str], now: int, row: str) -> int:
    """Return seconds of `Nov 23 02:00:12 2026`, `Nov 23 02:00` or an ISO moment.

    Without a year it is the last one that does not lie ahead.
    """
    if cells and "T" in cells[0]:
        digits = cells[0][:19].replace("T", "-").replace(":", "-").split("-")
        return seconds([whole(digit, row) for digit in digits], row)
    if len(cells) < _LEAST:
        raise Unreadable(f"no moment in {cut(row)!r}")
    if (at := _at_once(cells)) is not None:
        return at
    month, day, clock = _MONTHS.get(cells[0], 0), whole(cells[1], row), cells[2]
    hms = [whole(part, row) for part in clock.split(":")]
    hms += [0] * (3 - len(hms))
    if len(cells) > 3 and len(cells[3]) == 4 and cells[3].isdecimal():  # noqa: PLR2004
        return seconds([int(cells[3]), month, day, *hms], row)
    year = time.gmtime(now).tm_year
    this = seconds([year, month, day, *hms], row)
    return this if this <= now + _DAY else seconds([year - 1, month, day, *hms], row)


def _at_once(cells: list[str]) -> int | None:
    """Return seconds of `Nov 23 02:00:12 2026`, by far the most there are; else None."""
    if len(cells) <= _LEAST or len(cells[3]) != _YEAR or not cells[3].isdecimal():
        return None
    try:
        hours, minutes, rest = map(int, cells[2].split(":"))
        midnight = _day_of(cells[3], cells[0], cells[1])
    except (ValueError, OverflowError):
        return None
    if midnight is None or max(hours, minutes, rest) >= _TOO_MANY:
        return None
    return midnight + 3600 * hours + 60 * minutes + rest


@lru_cache(maxsize=1024)  # many rows, few days
def _day_of(year: str, month: str, day: str) -> int | None:
    number, days = _MONTHS.get(month, 0), int(day)
    if int(year) < _FIRST_YEAR or days >= _TOO_MANY:
        return None
    return calendar.timegm((int(year), number, days, 0, 0, 0))


def seconds(parts: list[int], row: str) -> int:
    """Return year, month, day, hours, minutes, seconds as seconds since 1970."""
    sane = (
        len(parts) == _PARTS
        and _FIRST_YEAR <= parts[0] <= 9999  # noqa: PLR2004
        and max(parts[1:]) < _TOO_MANY
    )
    if not sane:
        raise Unreadable(f"not a moment: {cut(row)!r}")
    try:
        return calendar.timegm((*parts, 0, 0, 0))
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"not a moment: {cut(row)!r}") from error
