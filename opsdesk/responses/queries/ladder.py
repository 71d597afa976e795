"""Rungs that are due, and what should have happened by now and has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from opsdesk.responses.models import Escalation, Run
from opsdesk.responses.states import Purpose, Rung, RungState, RunState
from runbooks.plan import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRung:
    """A rung of a ladder, with what a message says of its run."""

    id: int
    run_id: int
    number: str
    title: str
    level: Level
    purpose: Purpose
    exercise: bool
    rung: Rung
    due_at: datetime
    state: RungState
    told: tuple[str, ...]
    told_at: datetime | None
    alarmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A run that owes something by now: a report, its review."""

    id: int
    number: str
    title: str
    exercise: bool
    due_at: datetime


GOING = (RunState.RUNNING, RunState.PAUSED, RunState.STABLE)


def due(session: Session, *, at: datetime, most: int = 50) -> tuple[DueRung, ...]:
    """Return waiting rungs whose moment has come, of runs that are still going."""
    query = _rungs().where(
        Escalation.state == RungState.WAITING, Escalation.due_at <= at
    )
    return _found(session, query.limit(most))


def missed(session: Session, *, at: datetime, grace: timedelta) -> tuple[DueRung, ...]:
    """Return rungs still waiting longer than `grace` after they fell due, not alarmed."""
    query = _rungs().where(
        Escalation.state == RungState.WAITING,
        Escalation.due_at <= at - grace,
        Escalation.alarmed_at.is_(None),
    )
    return _found(session, query)


def told(session: Session) -> tuple[DueRung, ...]:
    """Return rungs that told somebody, nobody acknowledged, and no alarm was raised."""
    query = _rungs().where(
        Escalation.state == RungState.TOLD,
        Escalation.acknowledged_at.is_(None),
        Escalation.alarmed_at.is_(None),
    )
    return _found(session, query)


def reports_due(session: Session, *, at: datetime) -> tuple[Owed, ...]:
    """Return running runs whose next report to the customer is due."""
    query = _owed(Run.report_due_at).where(
        Run.is_open, Run.report_due_at <= at, Run.state.in_(GOING)
    )
    return tuple(Owed(**row) for row in session.execute(query).mappings())


def reviews_due(session: Session, *, at: datetime) -> tuple[Owed, ...]:
    """Return runs up for review whose working days are used up at a moment."""
    query = _owed(Run.review_due_at).where(
        Run.is_open, Run.state == RunState.REVIEW, Run.review_due_at <= at
    )
    return tuple(Owed(**row) for row in session.execute(query).mappings())


def _owed(due_at: Any) -> Select[Any]:
    chosen: Any = select(
        Run.id, Run.number, Run.title, Run.exercise, due_at.label("due_at")
    )
    found: Select[Any] = chosen.order_by(due_at, Run.id)
    return found


def _rungs() -> Select[Any]:
    chosen: Any = select(Escalation, Run)
    found: Select[Any] = (
        chosen.join(Run, Run.id == Escalation.run_id)
        .where(Run.is_open, Run.state.in_(GOING))
        .order_by(Escalation.due_at, Escalation.id)
    )
    return found


def _found(session: Session, query: Select[Any]) -> tuple[DueRung, ...]:
    return tuple(
        DueRung(
            id=rung.id,
            run_id=run.id,
            number=run.number,
            title=run.title,
            level=run.level,
            purpose=run.purpose,
            exercise=run.exercise,
            rung=rung.rung,
            due_at=rung.due_at,
            state=rung.state,
            told=tuple(name for name in rung.told.split(",") if name),
            told_at=rung.told_at,
            alarmed_at=rung.alarmed_at,
        )
        for rung, run in session.execute(query)
    )
