"""What the contract promises for a fault, as clocks: clauses 4.3.2 and 4.4.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

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


def response() -> Promise:
    """Return the hour in which somebody answers; it never pauses."""
    return Promise(
        "response", Words("响应", "Response"), Within(RESPONSE), What.RESPONDED
    )


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
    declared = any(one.what is What.COMPLEX for one in past)
    promises = [response(), *fixes(terms, is_complex=declared)]
    if priority:
        promises.insert(0, internal_response(priority))
    found = [clock(past, promise, calendar, now) for promise in promises]
    every = [one for one in found if one is not None]
    plan = _plan(past, terms, calendar, now)
    return (*every, plan) if plan is not None else tuple(every)


def plan_owed_since(
    events: Sequence[Occurrence], terms: Terms, calendar: Calendar, now: datetime
) -> datetime | None:
    """Return when a fault began to take over a day: its same-day deadline, missed.

    A complex fault owes the plan as well: it takes over a day by its nature.
    """
    ordinary = fixes(terms, is_complex=False)
    every = [clock(events, promise, calendar, now) for promise in ordinary]
    missed = [one for one in every if one is not None and one.breached]
    return min((one.deadline for one in missed), default=None)


def _plan(
    events: Sequence[Occurrence], terms: Terms, calendar: Calendar, now: datetime
) -> Reading | None:
    since = plan_owed_since(events, terms, calendar, now)
    if since is None:
        return None
    promise = Promise(
        "plan",
        Words("修改计划报甲方", "Plan reported to the customer"),
        Within(PLAN_AFTER),
        What.PLAN_REPORTED,
    )
    started = Occurrence(since, What.STARTED)
    later = [
        Occurrence(max(one.at, since), one.what)
        for one in events
        if one.what in (What.PLAN_REPORTED, What.ENDED)
    ]
    return clock([started, *later], promise, calendar, now)


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
