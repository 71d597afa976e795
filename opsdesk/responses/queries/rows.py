"""The rows of one run, each table read once, for its page and its signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.core.database import Row
from opsdesk.responses import keeping, measuring
from opsdesk.responses.measuring import Measured, Said
from opsdesk.responses.models import (
    Attendance,
    Evaluation,
    PlanVersion,
    Run,
    RunEvent,
    RunEvidence,
    RunRole,
    RunStep,
)
from opsdesk.responses.states import RunState, What
from runbooks.plan import Clock, Plan

T = TypeVar("T", bound=Row)
TELLING = (What.CLOCK, What.RECOVERY_POINT, What.REPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A run and what hangs on it."""

    run: Run
    version: PlanVersion
    plan: Plan
    steps: Sequence[RunStep]
    marks: Sequence[RunEvent]  # clocks, recovery points, reports
    evidence: Sequence[RunEvidence]
    roles: Sequence[RunRole]
    attendance: Sequence[Attendance]
    evaluation: Sequence[Evaluation]

    @property
    def clocks(self) -> dict[Clock, RunEvent]:
        """Return the last mark of each clock."""
        return {m.clock: m for m in self.marks if m.what is What.CLOCK and m.clock}

    @property
    def moments(self) -> dict[Clock, datetime]:
        """Return when each clock was; detection falls back to the start."""
        found = {clock: m.claimed_at or m.at for clock, m in self.clocks.items()}
        if Clock.DETECTED not in found and self.run.started_at is not None:
            found[Clock.DETECTED] = self.run.started_at
        return found

    @property
    def recovery_point(self) -> datetime | None:
        points = [m for m in self.marks if m.what is What.RECOVERY_POINT]
        return points[-1].claimed_at if points else None


def rows(session: Session, run: Run) -> Rows:
    """Read a run's tables, one query each."""
    version = session.get_one(PlanVersion, run.plan_version_id)
    return Rows(
        run=run,
        version=version,
        plan=keeping.unpacked(version.content),
        steps=sorted(_all(session, RunStep, run), key=lambda one: one.position),
        marks=marks(session, run),
        evidence=_all(session, RunEvidence, run),
        roles=_all(session, RunRole, run),
        attendance=_all(session, Attendance, run),
        evaluation=_all(session, Evaluation, run),
    )


def _all(session: Session, kind: type[T], run: Run) -> Sequence[T]:
    table = kind.__table__
    query = select(kind).where(table.c.run_id == run.id).order_by(table.c.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def marks(session: Session, run: Run) -> Sequence[RunEvent]:
    """Return what a run is measured by, oldest first."""
    query = select(RunEvent).where(
        RunEvent.run_id == run.id, RunEvent.what.in_(TELLING)
    )
    return session.scalars(query.order_by(RunEvent.id)).all()


def noted(session: Session, run: Run) -> dict[str, int]:
    """Return how many notes each step has."""
    query = (
        select(RunEvent.step, func.count())
        .where(RunEvent.run_id == run.id, RunEvent.what == What.NOTED)
        .group_by(RunEvent.step)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def events(session: Session, run: Run, *, most: int | None) -> Sequence[RunEvent]:
    """Return the newest entries of the timeline, oldest first."""
    query = select(RunEvent).where(RunEvent.run_id == run.id)
    query = query.order_by(RunEvent.id.desc())
    if most is not None:
        query = query.limit(most)
    return list(reversed(session.scalars(query).all()))


def measured(found: Rows, *, at: datetime) -> tuple[Measured, ...]:
    """Return what each objective came to; of a signed run, what was frozen."""
    run = found.run
    if run.state is RunState.SIGNED and run.result is not None:
        return measuring.from_json(run.result["objectives"])
    reports = [m for m in found.marks if m.what is What.REPORTED]
    until = run.ended_at or at
    said = Said(
        clocks=found.moments,
        recovery_point=found.recovery_point,
        reports=[one.claimed_at or one.at for one in reports],
        late=sum(bool(one.detail.get("late")) for one in reports),
        owed=run.report_due_at is not None and run.report_due_at < until,
    )
    return measuring.measure(found.plan.objectives, said)
