"""Taking hold of a run before it changes: locked, with its plan and its parts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.people.models import Role
from opsdesk.responses import keeping
from opsdesk.responses.models import PlanVersion, Run, RunEvent, RunRole, RunStep
from opsdesk.responses.moves import BUSINESS
from opsdesk.responses.refusals import (
    NOT_YOUR_ROLE,
    Absent,
    NotYours,
    Overtaken,
    ago,
    no_run,
    plain,
)
from opsdesk.responses.states import What
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Part, Plan


def held(
    session: Session, number: str, version: int | None = None, *, at: datetime
) -> Run:
    """Return a run, its row locked until the unit ends. Raises Absent, Overtaken."""
    query = select(Run).where(Run.number == number).with_for_update()
    run = session.scalar(query.execution_options(populate_existing=True))
    if run is None:
        raise no_run(number)
    if version is not None and run.version != version:
        raise overtaken(session, run, at=at)
    return run


def held_by_id(session: Session, run_id: int) -> Run:
    """Return a run that is known to be there, locked."""
    query = select(Run).where(Run.id == run_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def overtaken(session: Session, run: Run, *, at: datetime) -> Overtaken:
    """Return the refusal for who saw an older run: who moved it, and when."""
    query = (
        select(RunEvent.by, RunEvent.at)
        .where(
            RunEvent.run_id == run.id,
            RunEvent.what.in_([What.MOVED, What.OPENED, What.LEVEL, What.EVALUATED]),
        )
        .order_by(RunEvent.id.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    by, when = (found.by, found.at) if found else (run.opened_by, run.opened_at)
    past = ago(at - when)
    words = _OVERTAKEN.fill(number=run.number, by=plain(by), zh=past.zh, en=past.en)
    return Overtaken(words, by, when)


def plan_of(session: Session, run: Run) -> Plan:
    """Return the plan a run carries, as it was."""
    return keeping.unpacked(session.get_one(PlanVersion, run.plan_version_id).content)


def step_of(session: Session, run: Run, key: str) -> RunStep:
    """Return a step, locked with its run. Raises Absent."""
    query = select(RunStep).where(RunStep.run_id == run.id, RunStep.key == key)
    step = session.scalar(query.execution_options(populate_existing=True))
    if step is None:
        raise Absent(_NO_STEP, number=run.number, key=plain(key))
    return step


def steps_of(session: Session, run: Run) -> list[RunStep]:
    """Return every step of a run in order."""
    query = select(RunStep).where(RunStep.run_id == run.id).order_by(RunStep.position)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def holders(session: Session, run: Run) -> dict[Part, str]:
    """Return who plays which part now."""
    query = select(RunRole.part, RunRole.username).where(
        RunRole.run_id == run.id, RunRole.until.is_(None)
    )
    return {row.part: row.username for row in session.execute(query)}


def parts_of(session: Session, run: Run, username: str) -> frozenset[Part]:
    """Return the parts somebody plays now."""
    every = holders(session, run)
    return frozenset(part for part, name in every.items() if name == username)


def require_participant(session: Session, run: Run, by: Actor) -> None:
    """Want an engineer, the lead, or a customer who plays a part. Raises NotYours."""
    if by.role in BUSINESS:
        return
    if by.role is Role.CUSTOMER and parts_of(session, run, by.username):
        return
    raise NotYours(NOT_YOUR_ROLE)


_OVERTAKEN = Words(
    "{number} 在你打开之后已由 {by} 在 {zh}改过。没有覆盖任何内容，你填写的还在。",
    "{number} was changed by {by}, {en}, after you opened it. Nothing was overwritten, "
    "and what you typed is kept.",
)
_NO_STEP = Words("{number} 没有 {key} 这一步。", "{number} has no step {key}.")
