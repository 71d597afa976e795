"""Runs as narrow rows: the register, those that are open, and whether there is news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, or_, select
from sqlalchemy.orm import Session

from opsdesk.responses.models import PlanVersion, Run, RunSignature
from opsdesk.responses.states import Purpose, RunState
from opsdesk.responses.wording import Signing
from runbooks.plan import Level, Mode

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list shows; empty: everything."""

    purposes: tuple[Purpose, ...] = ()
    state: RunState | None = None
    plan: str = ""
    open_only: bool = False
    since: datetime | None = None  # opened
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list."""

    id: int
    number: str
    purpose: Purpose
    exercise: bool
    plan: str
    plan_zh: str
    plan_en: str
    mode: Mode | None
    level: Level
    title: str
    state: RunState
    is_open: bool
    joint: bool
    planned_for: datetime | None
    opened_by: str
    opened_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    signed_at: datetime | None
    report_due_at: datetime | None
    review_due_at: datetime | None
    deviated: bool | None
    last_event: int


def runs(
    session: Session, wanted: Wanted, *, before: int | None = None, most: int = PAGE
) -> tuple[Line, ...]:
    """Return a page of runs, newest first; `before` is the last id of the page before."""
    query = _narrowed(wanted).order_by(Run.id.desc()).limit(most)
    if before is not None:
        query = query.where(Run.id < before)
    return _lines(session, query)


def open_runs(session: Session, *, most: int = 40) -> tuple[Line, ...]:
    """Return runs that are not over: emergencies first, then newest first."""
    first = case((Run.purpose == Purpose.EMERGENCY, 0), else_=1)
    query = _rows().where(Run.is_open).order_by(first, Run.id.desc()).limit(most)
    return _lines(session, query)


def waiting_for_customer(session: Session, *, most: int = 20) -> tuple[Line, ...]:
    """Return runs under review that want the customer's name and do not have it."""
    named = select(RunSignature.run_id).where(RunSignature.part == Signing.CUSTOMER)
    query = (
        _rows()
        .where(Run.state == RunState.REVIEW, Run.id.not_in(named))
        .where(or_(Run.joint, Run.purpose == Purpose.EMERGENCY))
        .order_by(Run.id)
        .limit(most)
    )
    return _lines(session, query)


def of_incident(session: Session, incident_id: int) -> tuple[Line, ...]:
    """Return the runs declared from an incident."""
    rows = session.execute(_OF_INCIDENT, {"incident": incident_id})
    return tuple(Line(*row) for row in rows)


def news(session: Session, number: str) -> int | None:
    """Return a run's newest entry's id, from one indexed row; None: no such run."""
    return session.scalar(select(Run.last_event).where(Run.number == number))


_COLUMNS = (
    Run.id,
    Run.number,
    Run.purpose,
    Run.exercise,
    Run.plan,
    PlanVersion.title_zh.label("plan_zh"),
    PlanVersion.title_en.label("plan_en"),
    Run.mode,
    Run.level,
    Run.title,
    Run.state,
    Run.is_open,
    Run.joint,
    Run.planned_for,
    Run.opened_by,
    Run.opened_at,
    Run.started_at,
    Run.ended_at,
    Run.signed_at,
    Run.report_due_at,
    Run.review_due_at,
    Run.deviated,
    Run.last_event,
)


def _rows() -> Select[Any]:
    """Return the narrow columns of a list; plans and results stay where they are."""
    chosen: Any = select(*_COLUMNS)
    found: Select[Any] = chosen.join(PlanVersion, PlanVersion.id == Run.plan_version_id)
    return found


_OF_INCIDENT = (
    _rows().where(Run.incident_id == bindparam("incident")).order_by(Run.id.desc())
)


def _lines(session: Session, query: Select[Any]) -> tuple[Line, ...]:
    return tuple(Line(*row) for row in session.execute(query))


def _narrowed(wanted: Wanted) -> Select[Any]:
    query = _rows()
    if wanted.purposes:
        query = query.where(Run.purpose.in_(wanted.purposes))
    if wanted.state is not None:
        query = query.where(Run.state == wanted.state)
    if wanted.plan:
        query = query.where(Run.plan == wanted.plan)
    if wanted.open_only:
        query = query.where(Run.is_open)
    if wanted.since is not None:
        query = query.where(Run.opened_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Run.opened_at < wanted.until)
    return query
