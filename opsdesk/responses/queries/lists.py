"""Runs as narrow rows: the register, those that are open, and whether there is news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.states import Purpose, RunState
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    raise NotImplementedError


def open_runs(session: Session, *, most: int = 40) -> tuple[Line, ...]:
    """Return runs that are not over: emergencies first, then newest first."""
    raise NotImplementedError


def of_incident(session: Session, incident_id: int) -> tuple[Line, ...]:
    """Return the runs declared from an incident."""
    raise NotImplementedError


def news(session: Session, number: str) -> int | None:
    """Return a run's newest entry's id, from one indexed row; None: no such run."""
    raise NotImplementedError
