"""The one clock: what has run, until when, and why, from what happened.

Nothing is carried from state to state. A clock is computed from its ticket's events
each time, so that a corrected calendar, a late entry or a reopening cannot leave a
counter wrong. Time is counted once, by one set of spans, and both the elapsed time and
the deadline come from it: the elapsed time reaches its budget exactly at the deadline.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial

from opsdesk.tickets.promises.calendar import Calendar
from opsdesk.tickets.promises.explaining import explain
from opsdesk.tickets.promises.promise import (
    ByEndOf,
    Occurrence,
    Promise,
    Reading,
    Run,
    State,
    Stretch,
    What,
    Within,
)


def clock(
    events: Sequence[Occurrence], promise: Promise, calendar: Calendar, now: datetime
) -> Reading | None:
    """Return a promise's reading; None where nothing has started it yet.

    Events come in the order they were written down. One that lies after `now` has not
    happened; one that seems older than its predecessor, because a machine's clock was
    set back, happened at the same moment. Raises NoTable where a year without a table
    is touched.
    """
    past = [one for one in events if one.at <= now]
    start = next((one.at for one in past if one.what is What.STARTED), None)
    if start is None:
        return None
    run = _run(start, past, promise, now)
    due, budget, literal = _owed(promise.target, calendar, start)
    running = run.running
    ran = [calendar.elapsed(one.since, one.until) for one in running]
    elapsed = sum(ran, timedelta())
    return Reading(
        promise=promise,
        state=run.state,
        elapsed=elapsed,
        budget=budget,
        deadline=_deadline(run, running, ran, budget, calendar),
        literal=literal,
        met_at=run.since if run.state is State.MET else None,
        breached=elapsed > budget,
        why=partial(explain, calendar=calendar, run=run, due=due),
    )


@lru_cache(maxsize=256)
def _owed(
    target: Within | ByEndOf, calendar: Calendar, start: datetime
) -> tuple[datetime, timedelta, datetime]:
    """Return a target's deadline, its budget and its literal deadline.

    Remembered: a fault's two fixes share a target, and each is asked for several times.
    """
    due = due_of(target, calendar, start)
    budget = _budget(target, calendar, start, due)
    if isinstance(target, Within) or target.cutoff is None:
        return due, budget, due
    return due, budget, literal_of(target, calendar, start)


def budget_of(
    target: Within | ByEndOf, calendar: Calendar, start: datetime
) -> timedelta:
    """Return the service time that a target allows from its start."""
    return _budget(target, calendar, start, due_of(target, calendar, start))


def _budget(
    target: Within | ByEndOf, calendar: Calendar, start: datetime, due: datetime
) -> timedelta:
    if isinstance(target, Within):
        return target.service
    return calendar.elapsed(start, due)


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
    if isinstance(target, ByEndOf) and target.cutoff is not None:
        target = ByEndOf(target.days)
    return due_of(target, calendar, start)


def _run(
    start: datetime, past: Sequence[Occurrence], promise: Promise, now: datetime
) -> Run:
    stretches: list[Stretch] = []
    state, since, latest = State.RUNNING, start, start
    for one in past:
        latest = max(latest, one.at)
        following = _after(state, one.what, promise)
        if following is state:
            continue
        stretches.append(Stretch(state, since, latest))
        state, since = following, latest
    if state in _ALIVE:
        stretches.append(Stretch(state, since, now))
    return Run(tuple(stretches), state, since)


def _after(state: State, what: What, promise: Promise) -> State:
    """Return the state that an occurrence leads to; most lead nowhere."""
    if what is promise.met_by:
        return State.MET if state in _ALIVE else state
    if what is What.ENDED:
        return State.STOPPED if state in _ALIVE else state
    if not promise.pauses:
        return state
    return _PAUSES.get((state, what), state)


def _deadline(
    run: Run,
    running: Sequence[Stretch],
    ran: Sequence[timedelta],
    budget: timedelta,
    calendar: Calendar,
) -> datetime:
    """Return when the running time reaches the budget, or would if it went on."""
    left = budget
    for one, length in zip(running, ran, strict=True):
        if length >= left:
            return calendar.after(one.since, left)
        left -= length
    goes_on = run.stretches if run.state is State.PAUSED else running
    return calendar.after(goes_on[-1].until, left)


_ALIVE = frozenset({State.RUNNING, State.PAUSED})
_PAUSES = {
    (State.RUNNING, What.WAITING): State.PAUSED,
    (State.PAUSED, What.RESUMED): State.RUNNING,
    (State.PAUSED, What.REOPENED): State.RUNNING,
    (State.MET, What.REOPENED): State.RUNNING,
    (State.STOPPED, What.REOPENED): State.RUNNING,
}
