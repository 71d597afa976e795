"""The one clock: what has run, until when, and why, from what happened.

Nothing is carried from state to state. A clock is computed from its ticket's events
each time, so that a corrected calendar, a late entry or a reopening cannot leave a
counter wrong. Time is counted once, by one set of spans, and both the elapsed time and
the deadline come from it: the elapsed time reaches its budget exactly at the deadline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsdesk.tickets.promises.calendar import Calendar
from opsdesk.tickets.promises.explaining import explain
from opsdesk.tickets.promises.promise import (
    ByEndOf,
    Occurrence,
    Promise,
    Reading,
    State,
    What,
    Within,
)


@dataclass(frozen=True, slots=True)
class _Run:
    """The spans in which a clock ran, and how it stands at their end."""

    spans: tuple[tuple[datetime, datetime], ...]
    state: State
    met_at: datetime | None


def clock(
    events: Sequence[Occurrence], promise: Promise, calendar: Calendar, now: datetime
) -> Reading | None:
    """Return a promise's reading; None where nothing has started it yet.

    Events may come in any order; one that lies after `now` has not happened. Raises
    NoTable where a year without a table is touched.
    """
    past = sorted((one for one in events if one.at <= now), key=lambda one: one.at)
    start = next((one.at for one in past if one.what is What.STARTED), None)
    if start is None:
        return None
    run = _run(start, past, promise, now)
    budget = budget_of(promise.target, calendar, start)
    elapsed = sum((calendar.elapsed(*span) for span in run.spans), timedelta())
    deadline = _deadline(run, budget, calendar, now)
    reading = Reading(
        promise=promise,
        state=run.state,
        elapsed=elapsed,
        budget=budget,
        deadline=deadline,
        literal=literal_of(promise.target, calendar, start),
        met_at=run.met_at,
        breached=elapsed > budget,
        explanation=(),
    )
    return explain(reading, calendar, start, run.spans)


def budget_of(
    target: Within | ByEndOf, calendar: Calendar, start: datetime
) -> timedelta:
    """Return the service time that a target allows from its start."""
    if isinstance(target, Within):
        return target.service
    return calendar.elapsed(start, due_of(target, calendar, start))


def due_of(target: Within | ByEndOf, calendar: Calendar, start: datetime) -> datetime:
    """Return a target's deadline where nothing pauses it."""
    if isinstance(target, Within):
        return calendar.after(start, target.service)
    day = calendar.service_day(start)
    local = start.astimezone(calendar.zone)
    late = target.cutoff is not None and local.time() >= target.cutoff
    if late and day == local.date():
        return calendar.end_of(day, after=target.days + 1)
    return calendar.end_of(day, after=target.days)


def literal_of(
    target: Within | ByEndOf, calendar: Calendar, start: datetime
) -> datetime:
    """Return the deadline by the contract's words alone, without a cut-off."""
    if isinstance(target, ByEndOf):
        target = ByEndOf(target.days)
    return due_of(target, calendar, start)


def _run(
    start: datetime, past: Sequence[Occurrence], promise: Promise, now: datetime
) -> _Run:
    spans: list[tuple[datetime, datetime]] = []
    since: datetime | None = start
    state, met_at = State.RUNNING, None
    for one in past:
        following = _after(state, one.what, promise)
        if following is state or one.at < start:
            continue
        if since is not None:
            spans.append((since, one.at))
        since = one.at if following is State.RUNNING else None
        met_at = one.at if following is State.MET else None
        state = following
    if since is not None:
        spans.append((since, now))
    return _Run(tuple(spans), state, met_at)


def _after(state: State, what: What, promise: Promise) -> State:
    """Return the state that an occurrence leads to; most lead nowhere."""
    alive = state in (State.RUNNING, State.PAUSED)
    leads: dict[tuple[What, bool], State] = {
        (What.RESUMED, state is State.PAUSED): State.RUNNING,
        (What.WAITING, state is State.RUNNING and promise.pauses): State.PAUSED,
        (What.REOPENED, promise.pauses): State.RUNNING,
        (What.ENDED, alive): State.STOPPED,
        (promise.met_by, alive): State.MET,
    }
    return leads.get((what, True), state)


def _deadline(
    run: _Run, budget: timedelta, calendar: Calendar, now: datetime
) -> datetime:
    """Return when the running time reaches the budget, or would if it went on."""
    left = budget
    for since, until in run.spans:
        ran = calendar.elapsed(since, until)
        if ran >= left:
            return calendar.after(since, left)
        left -= ran
    last = run.spans[-1][1]
    goes_on = now if run.state is State.PAUSED else last
    return calendar.after(goes_on, left)
