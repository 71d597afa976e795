"""Rungs that are due, and what should have happened by now and has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from opsdesk.responses.states import Purpose, Rung, RungState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A run that owes something by now: a report, its review."""

    id: int
    number: str
    title: str
    exercise: bool
    due_at: datetime


def due(session: Session, *, at: datetime, most: int = 50) -> tuple[DueRung, ...]:
    """Return waiting rungs whose moment has come, of runs that are still going."""
    raise NotImplementedError


def missed(session: Session, *, at: datetime, grace: timedelta) -> tuple[DueRung, ...]:
    """Return rungs still waiting longer than `grace` after they fell due, not alarmed."""
    raise NotImplementedError


def reports_due(session: Session, *, at: datetime) -> tuple[Owed, ...]:
    """Return running runs whose next report to the customer is due."""
    raise NotImplementedError


def reviews_due(session: Session, *, at: datetime) -> tuple[Owed, ...]:
    """Return runs up for review whose working days are used up."""
    raise NotImplementedError
