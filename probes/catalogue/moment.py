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
    month, day, clock = _MONTHS.get(cells[0], 0), whole(cells[1], row), cells[2]
    hms = [whole(part, row) for part in clock.split(":")]
    hms += [0] * (3 - len(hms))
    if len(cells) > 3 and len(cells[3]) == 4 and cells[3].isdecimal():  # noqa: PLR2004
        return seconds([int(cells[3]), month, day, *hms], row)
    year = time.gmtime(now).tm_year
    this = seconds([year, month, day, *hms], row)
    return this if this <= now + _DAY else seconds([year - 1, month, day, *hms], row)


def seconds(parts: list[int], row: str) -> int:
    """Return year, month, day, hours, minutes, seconds as seconds since 1970."""
    sane = len(parts) == _PARTS and 1970 <= parts[0] <= 9999 and max(parts[1:]) < 62  # noqa: PLR2004
    if not sane:
        raise Unreadable(f"not a moment: {cut(row)!r}")
    year, month, day, hours, minutes, rest = parts
    try:
        midnight = _midnight(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"not a moment: {cut(row)!r}") from error
    return midnight + 3600 * hours + 60 * minutes + rest


@lru_cache(maxsize=1024)  # many rows, few days
def _midnight(year: int, month: int, day: int) -> int:
    return calendar.timegm((year, month, day, 0, 0, 0))
