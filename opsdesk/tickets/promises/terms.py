"""What the contract promises for a fault, as clocks: clauses 4.3.2 and 4.4.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache, lru_cache

from opsdesk.tickets.promises.calendar import Calendar
from opsdesk.tickets.promises.clock import clock, due_of
from opsdesk.tickets.promises.promise import (
    ByEndOf,
    Occurrence,
    Promise,
    Reading,
    State,
    What,
    Within,
)
from probes.finding import Words

RESPONSE = timedelta(minutes=60)
PLAN_AFTER = timedelta(hours=2)
COMPLEX_DAYS = 3
COMPLEX_HOURS = timedelta(hours=72)
INTERNAL = {
    "P1": timedelta(minutes=10),
    "P2": timedelta(minutes=30),
    "P3": timedelta(minutes=60),
    "P4": timedelta(minutes=60),
}
"""Our own response targets by priority, beside the contract's hour."""

THRESHOLDS = (50, 75, 100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a desk has agreed on: see `clocks` in config.yaml."""

    same_day_cutoff: time | None = None
    complex_in_hours: bool = False  # 72 h of service time, instead of D+3


@cache
def response() -> Promise:
    """Return the hour in which somebody answers; it never pauses."""
    return Promise(
        "response", Words("响应", "Response"), Within(RESPONSE), What.RESPONDED
    )


@lru_cache(maxsize=8)
def internal_response(priority: str) -> Promise:
    """Return our own target for the first answer."""
    return Promise(
        "internal-response",
        Words("响应（内控）", "Response (internal)"),
        Within(INTERNAL.get(priority, RESPONSE)),
        What.RESPONDED,
    )


def same_day(terms: Terms) -> ByEndOf:
    """Return until when an ordinary fault is fixed and released."""
    return ByEndOf(0, terms.same_day_cutoff)


def fix_target(terms: Terms, *, is_complex: bool) -> Within | ByEndOf:
    """Return until when a fault is fixed and released."""
    if not is_complex:
        return same_day(terms)
    return Within(COMPLEX_HOURS) if terms.complex_in_hours else ByEndOf(COMPLEX_DAYS)


@lru_cache(maxsize=16)
def fixes(terms: Terms, *, is_complex: bool) -> tuple[Promise, Promise]:
    """Return the two milestones of a fix: restored, and released."""
    target = fix_target(terms, is_complex=is_complex)
    return (
        Promise(
            "restored", Words("恢复", "Restored"), target, What.RESTORED, pauses=True
        ),
        Promise(
            "released", Words("发布", "Released"), target, What.RELEASED, pauses=True
        ),
    )


def readings(
    events: Sequence[Occurrence],
    terms: Terms,
    calendar: Calendar,
    *,
    now: datetime,
    priority: str = "",
) -> tuple[Reading, ...]:
    """Return every clock of a fault: response, the two fixes, the plan where owed."""
    past = [one for one in events if one.at <= now]
    is_complex = declared_in_time(past, terms, calendar)
    first = [internal_response(priority)] if priority else []
    found = _read([*first, response()], past, calendar, now)
    ordinary = _read(fixes(terms, is_complex=False), past, calendar, now)
    if is_complex:
        found += _read(fixes(terms, is_complex=True), past, calendar, now)
    else:
        found += ordinary
    since = _missed(ordinary)
    return (*found, *_plan(past, since, calendar, now))


def _read(
    promises: Sequence[Promise],
    events: Sequence[Occurrence],
    calendar: Calendar,
    now: datetime,
) -> list[Reading]:
    found = [clock(events, promise, calendar, now) for promise in promises]
    return [one for one in found if one is not None]


def _missed(ordinary: Sequence[Reading]) -> datetime | None:
    return min((one.deadline for one in ordinary if one.breached), default=None)


@cache
def _plan_reported() -> Promise:
    return Promise(
        "plan",
        Words("修改计划报甲方", "Plan reported to the customer"),
        Within(PLAN_AFTER),
        What.PLAN_REPORTED,
    )


def _plan(
    events: Sequence[Occurrence],
    since: datetime | None,
    calendar: Calendar,
    now: datetime,
) -> list[Reading]:
    if since is None:
        return []
    started = Occurrence(since, What.STARTED)
    later = [
        one
        for one in events
        if one.what is What.PLAN_REPORTED
        or (one.what is What.ENDED and one.at >= since)
    ]
    return _read([_plan_reported()], [started, *later], calendar, now)


def declared_in_time(
    events: Sequence[Occurrence], terms: Terms, calendar: Calendar
) -> bool:
    """Tell whether a fault is complex: declared so by its same-day deadline."""
    start = next((one.at for one in events if one.what is What.STARTED), None)
    declared = [one.at for one in events if one.what is What.COMPLEX]
    if start is None or not declared:
        return False
    return min(declared) <= complex_allowed_until(start, terms, calendar)


def next_deadline(found: Sequence[Reading]) -> datetime | None:
    """Return the nearest deadline that is still to be met."""
    alive = [one.deadline for one in found if one.state is State.RUNNING]
    return min(alive, default=None)


def threshold(reading: Reading) -> int:
    """Return the highest of 50, 75 and 100 percent that the clock has reached; or 0."""
    if reading.budget <= timedelta():
        return 100
    percent = reading.elapsed / reading.budget * 100
    return max((one for one in THRESHOLDS if percent >= one), default=0)


def complex_allowed_until(
    started: datetime, terms: Terms, calendar: Calendar
) -> datetime:
    """Return until when a fault may still be declared complex."""
    return due_of(same_day(terms), calendar, started)
