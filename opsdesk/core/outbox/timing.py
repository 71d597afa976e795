"""When a notice is due: at once, after the quiet hours, or with the day's digest.

Quiet hours stop messages, never a clock: what a deadline says does not depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opsdesk.core.outbox.models import Urgency

GATHER = timedelta(minutes=1)
"""How long an ordinary notice waits for others, to become one message with them."""

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Waits after the first, second … failed try; after the last of them it is given up."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Somebody's hours: the desk's, or a person's own."""

    zone: ZoneInfo
    quiet: tuple[time, time] | None
    digest: time
    urgent_breaks_quiet: bool = True


def due(urgency: Urgency, at: datetime, timing: Timing) -> datetime:
    """Return when a notice written at a moment may be sent."""
    if urgency is Urgency.NOW and timing.urgent_breaks_quiet:
        return at
    if urgency is Urgency.DIGEST:
        return after_quiet(_next(timing.digest, at, timing.zone), timing)
    return after_quiet(at if urgency is Urgency.NOW else at + GATHER, timing)


def due_again(
    urgency: Urgency, tries: int, at: datetime, timing: Timing
) -> datetime | None:
    """Return when to try again after so many tries; None: no more."""
    if tries > len(BACKOFF):
        return None
    again = at + BACKOFF[tries - 1]
    if urgency is Urgency.NOW and timing.urgent_breaks_quiet:
        return again
    return after_quiet(again, timing)


def after_quiet(at: datetime, timing: Timing) -> datetime:
    """Return the moment itself, or when the quiet hours it falls into end."""
    if timing.quiet is None:
        return at
    start, end = timing.quiet
    clock = at.astimezone(timing.zone).time()
    inside = start <= clock < end if start < end else clock >= start or clock < end
    return _next(end, at, timing.zone) if inside else at


def _next(clock: time, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment, not before `at`, at which a wall clock shows a time."""
    today = at.astimezone(zone).date()
    for days in (0, 1, 2):
        found = datetime.combine(today + timedelta(days=days), clock, zone)
        if found.astimezone(UTC) >= at:
            return found.astimezone(UTC)
    raise AssertionError("a wall clock shows every time within two days")
