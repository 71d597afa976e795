"""Automatic steps: taken by a worker, kept by renewing, answered, or lost.

A begun automatic step waits, unleased, for a worker. A worker takes it by a conditional
write, renews while it works, answers. A lease that ran out makes the step UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, or_, select, update
from sqlalchemy.orm import Session

from opsdesk.responses.models import Run, RunStep
from opsdesk.responses.operations.holding import held_by_id, plan_of
from opsdesk.responses.operations.telling import DESK, Entry, tell
from opsdesk.responses.operations.ticking import Change, Grip, Tick, grip, put
from opsdesk.responses.parameters import filled
from opsdesk.responses.states import RunState, Section, StepState, What
from runbooks.plan import Action, Doing, Step

LEASE = timedelta(seconds=30)
PRECHECK_TIMEOUT = timedelta(seconds=60)
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An automatic step that a worker holds, with its arguments filled in."""

    step_id: int
    run_id: int
    number: str
    exercise: bool
    section: Section
    key: str
    attempt: int
    action: Action
    arguments: Mapping[str, str]
    expect: Mapping[str, str]  # of a precheck: its tolerance
    timeout: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the action came to: compared with `expect` by who ran it."""

    ok: bool
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def queued(session: Session, *, most: int = 20) -> tuple[int, ...]:
    """Return the ids of begun automatic steps that no worker holds, oldest first.

    Steps of paused runs wait.
    """
    query = (
        select(RunStep.id)
        .join(Run, Run.id == RunStep.run_id)
        .where(Run.is_open, _WAITING, _takes_work())
        .order_by(RunStep.started_at, RunStep.id)
        .limit(most)
    )
    return tuple(session.scalars(query))


def lease(
    session: Session,
    step_id: int,
    *,
    worker: str,
    at: datetime,
    last: timedelta = LEASE,
) -> Work | None:
    """Take a queued step; None: somebody else has it, or it waits no more."""
    run_id = session.scalar(select(RunStep.run_id).where(RunStep.id == step_id))
    if run_id is None:
        return None
    run = held_by_id(session, run_id)
    wanted = update(RunStep).where(RunStep.id == step_id, _WAITING)
    taken = wanted.values(leased_by=worker, lease_until=at + last)
    if not _goes(session, run, step_id) or not _one(session, taken):
        return None
    step = session.get_one(RunStep, step_id, populate_existing=True)
    grip = Grip(run=run, plan=plan_of(session, run), step=step)
    detail = {"worker": worker, "attempt": step.attempt}
    entry = Entry(
        what=What.STEP,
        by=DESK,
        at=at,
        step=step.key,
        state=StepState.RUNNING.value,
        detail=detail,
    )
    tell(session, run, entry)
    return _work(grip)


def _goes(session: Session, run: Run, step_id: int) -> bool:
    query = select(RunStep.id).join(Run, Run.id == RunStep.run_id)
    query = query.where(RunStep.id == step_id, Run.id == run.id, _takes_work())
    return session.scalar(query) is not None


def _work(grip: Grip) -> Work:
    step, run = grip.step, grip.run
    wanted = grip.planned or grip.precheck
    assert wanted is not None
    action = wanted.action
    assert action is not None
    expect = wanted.expect if isinstance(wanted, Step) else wanted.tolerance
    timeout = wanted.timeout if isinstance(wanted, Step) else PRECHECK_TIMEOUT
    return Work(
        step_id=step.id,
        run_id=run.id,
        number=run.number,
        exercise=run.exercise,
        section=step.section,
        key=step.key,
        attempt=step.attempt,
        action=action,
        arguments=filled(wanted.arguments, run.parameters),
        expect=filled(expect, run.parameters),
        timeout=timeout,
    )


def renew(
    session: Session,
    work: Work,
    *,
    worker: str,
    at: datetime,
    last: timedelta = LEASE,
) -> bool:
    """Keep a step; False: it was lost, resolved or ended meanwhile."""
    kept = update(RunStep).where(*_held_by(work, worker)).values(lease_until=at + last)
    return _one(session, kept)


def answer(
    session: Session, work: Work, came: Answer, *, worker: str, at: datetime
) -> bool:
    """Write what came of a step and what follows from it.

    False: it was lost meanwhile; the answer is then kept in the timeline only.
    """
    run = held_by_id(session, work.run_id)
    query = select(RunStep).where(*_held_by(work, worker))
    step = session.scalar(query.execution_options(populate_existing=True))
    if step is None:
        _keep_late(session, run, work, came, at=at)
        return False
    step.answer = {"ok": came.ok, "text": came.text[:_LONGEST], **came.detail}
    tick = Tick(key=work.key, text=came.text[:_LONGEST])
    state = StepState.DONE if came.ok else StepState.FAILED
    detail = {"ok": came.ok, "answer": dict(came.detail)}
    change = Change(state=state, by=DESK, at=at, tick=tick, detail=detail)
    put(session, Grip(run=run, plan=plan_of(session, run), step=step), change)
    return True


def _keep_late(
    session: Session, run: Run, work: Work, came: Answer, *, at: datetime
) -> None:
    detail = {"late": True, "ok": came.ok, "attempt": work.attempt}
    entry = Entry(
        what=What.NOTED,
        by=DESK,
        at=at,
        step=work.key,
        text=came.text[:_LONGEST],
        detail={**detail, "answer": dict(came.detail)},
    )
    tell(session, run, entry)


def lose(session: Session, *, at: datetime) -> int:
    """Make steps whose lease ran out UNKNOWN; return how many."""
    query = (
        select(Run.number, RunStep.key)
        .join(Run, Run.id == RunStep.run_id)
        .where(RunStep.state == StepState.RUNNING, RunStep.lease_until < at)
        .order_by(Run.id, RunStep.position)
    )
    lost = 0
    for number, key in session.execute(query).all():
        tick = Tick(key=key)
        taken = grip(session, number, tick, at=at)
        until = taken.step.lease_until
        if taken.step.state is StepState.RUNNING and until is not None and until < at:
            detail = {"worker": taken.step.leased_by}
            taken.step.lease_until, taken.step.leased_by = None, ""
            change = Change(
                state=StepState.UNKNOWN, by=DESK, at=at, tick=tick, detail=detail
            )
            put(session, taken, change)
            lost += 1
    return lost


def _held_by(work: Work, worker: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RunStep.id == work.step_id,
        RunStep.state == StepState.RUNNING,
        RunStep.leased_by == worker,
        RunStep.attempt == work.attempt,
    )


def _one(session: Session, change: Update) -> bool:
    still = change.execution_options(synchronize_session=False)
    return session.execute(still.returning(RunStep.id)).first() is not None


_WAITING = and_(
    RunStep.state == StepState.RUNNING,
    RunStep.doing == Doing.AUTOMATIC,
    RunStep.leased_by == "",
    RunStep.lease_until.is_(None),
)


def _takes_work() -> ColumnElement[bool]:
    going = Run.state.in_([RunState.RUNNING, RunState.STABLE])
    before = Run.state.in_([RunState.PLANNED, RunState.READY])
    return or_(going, and_(before, RunStep.section == Section.PRECHECK))
