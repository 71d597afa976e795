"""From one state of a run to the next: only what the table in `moves` permits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.responses.models import Run
from opsdesk.responses.moves import BY_NAME, STATES, Move, may
from opsdesk.responses.operations import clocks
from opsdesk.responses.operations.gates import GATES, Attempt
from opsdesk.responses.operations.holding import (
    held,
    overtaken,
    parts_of,
    plan_of,
    steps_of,
)
from opsdesk.responses.operations.telling import Entry, counted, tell
from opsdesk.responses.operations.ticking import begin_roll_back
from opsdesk.responses.refusals import NotYours
from opsdesk.responses.states import (
    OPEN,
    Purpose,
    RunState,
    StepState,
    What,
)
from opsdesk.tickets.promises.calendar import (
    SATURDAY,
    Calendar,
    DayKind,
    Policy,
)
from opsdesk.tickets.promises.tables import NoTable
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Clock, Plan

UNSETTLED = (StepState.PENDING, StepState.RUNNING, StepState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A move somebody asks for, by its name in `moves.MOVES`.

    ready, start, pause, resume, stable, review, roll-back, fail, abort. `version` is
    the run's as it was seen; a repeated `token` is counted once.
    """

    name: str
    reason: str = ""
    version: int | None = None
    token: str | None = None
    claimed_at: datetime | None = None


def move(
    session: Session,
    number: str,
    going: Going,
    *,
    zone: tzinfo,
    by: Actor,
    at: datetime,
) -> Run:
    """Take a run one step on, or say why not; nothing is half done.

    Raises Overtaken, NotYours, RefusedInWords.
    """
    run = held(session, number, at=at)
    if counted(session, run, going.token) is not None:
        return run
    if going.version is not None and run.version != going.version:
        raise overtaken(session, run, at=at)
    chosen = _permitted(session, run, going, by)
    attempt = Attempt(session=session, run=run, plan=plan_of(session, run), at=at)
    for gate in GATES.get(chosen.name, ()):
        why = gate(attempt)
        if why is not None:
            raise RefusedInWords(why)
    if chosen.name == "roll-back":
        begin_roll_back(
            session, run, by=by.username, why=going.reason, at=at, token=going.token
        )
        return run
    _take(session, run, chosen, going, by=by, at=at)
    _follow(session, run, chosen, attempt.plan, zone=zone, by=by, at=at)
    return run


def _permitted(session: Session, run: Run, going: Going, by: Actor) -> Move:
    chosen = BY_NAME.get(going.name)
    if chosen is None or run.state not in chosen.before:
        state = STATES[run.state]
        raise RefusedInWords(
            _NOT_FROM_HERE, number=run.number, zh=state.zh, en=state.en
        )
    if not may(chosen, by, parts_of(session, run, by.username)):
        raise NotYours(_NOT_YOURS, zh=chosen.label.zh, en=chosen.label.en)
    if chosen.needs_reason and not going.reason.strip():
        raise RefusedInWords(_NO_REASON)
    return chosen


def _take(
    session: Session, run: Run, chosen: Move, going: Going, *, by: Actor, at: datetime
) -> None:
    before = run.state
    assert chosen.after is not None
    run.state, run.version = chosen.after, run.version + 1
    run.is_open = run.state in OPEN
    if not run.is_open:
        _settle_steps(session, run, going.reason, by=by, at=at)
    if run.state is RunState.REVIEW or not run.is_open:
        run.ended_at = at
    entry = Entry(
        what=What.MOVED,
        by=by.username,
        at=at,
        text=going.reason.strip(),
        claimed_at=going.claimed_at,
        token=going.token,
        detail={"move": chosen.name, "from": before.value},
    )
    tell(session, run, entry)


def _follow(  # noqa: PLR0913 - what is asked, by whom and when
    session: Session,
    run: Run,
    chosen: Move,
    plan: Plan,
    *,
    zone: tzinfo,
    by: Actor,
    at: datetime,
) -> None:
    if chosen.name == "start":
        run.started_at = at
        rule = plan.level(run.level)
        if run.purpose is Purpose.DRILL and rule is not None:
            run.report_due_at = at + rule.first_report
        for clock in (Clock.FAULT, Clock.DETECTED):
            clocks.put_once(session, run, clock, by=by.username, at=at)
    if chosen.name == "review":
        days = plan.closing.review_within_working_days
        run.review_due_at = working_days_later(at, days, zone)
        clocks.put_once(session, run, Clock.CLOSED, by=by.username, at=at)
    if not run.is_open:
        clocks.spare(session, run, by=by.username, at=at)
    session.flush()


def working_days_later(at: datetime, days: int, zone: tzinfo) -> datetime:
    """Return 24:00 of the n-th working day after a local day.

    A year whose holidays are not known yet counts its Mondays to Fridays.
    """
    calendar = Calendar(Policy.ALWAYS, zone)
    day = calendar.local_day(at)
    while days > 0:
        day += timedelta(days=1)
        days -= _works(calendar, day)
    return calendar.midnight(day + timedelta(days=1))


def _works(calendar: Calendar, day: date) -> bool:
    try:
        return calendar.kind(day) in (DayKind.WORKING, DayKind.MAKEUP)
    except NoTable:
        return day.weekday() < SATURDAY


def _settle_steps(
    session: Session, run: Run, reason: str, *, by: Actor, at: datetime
) -> None:
    """Leave nothing running in a run that ended before its steps did."""
    for step in steps_of(session, run):
        if step.state in UNSETTLED:
            step.state, step.version = StepState.SKIPPED, step.version + 1
            step.ended_at, step.by = at, step.by or by.username
            step.reason, step.leased_by, step.lease_until = reason.strip(), "", None


_NOT_FROM_HERE = Words(
    "{number} 现在是「{zh}」，这一步现在不能做。没有任何改动。",
    "{number} is {en} now; this step is not open from here. Nothing was changed.",
)
_NOT_YOURS = Words(
    "「{zh}」由应急指挥或运维负责人做。没有任何改动。",
    "The commander or the lead takes this step ({en}). Nothing was changed.",
)
_NO_REASON = Words("请写明理由。没有任何改动。", "Say why. Nothing was changed.")
