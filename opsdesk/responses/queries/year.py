"""The drill year: its months, the runs that filled them, what is covered, what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from opsdesk.responses.states import RunState
from runbooks.plan import Mode, Plan, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A month's drill. `overdue`: its month is over, and no run began in it."""

    id: int
    month: date
    plan: str
    scenario: Scenario | None
    mode: Mode
    joint: bool
    planned_on: date
    run: str  # its number, "" for none
    state: RunState | None
    started_on: date | None  # the local day it began
    deviated: bool | None
    why_moved: str
    overdue: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearView:
    """A year of drills. `matrix[scenario]` has, for each of 12 months, its slots."""

    year: int
    slots: tuple[SlotView, ...]
    matrix: dict[Scenario, tuple[tuple[SlotView, ...], ...]]
    held: dict[Scenario, int]  # drills that began this year, slots or not
    uncovered: tuple[Scenario, ...]  # of the seven: neither held nor planned
    joint_held: bool
    overdue: tuple[SlotView, ...]


def year(
    session: Session,
    number: int,
    plans: Iterable[Plan],
    *,
    zone: tzinfo,
    at: datetime,
) -> YearView:
    """Return the drill year. A run counts for the month in which it began, locally."""
    raise NotImplementedError


def due_slots(session: Session, until: date) -> tuple[SlotView, ...]:
    """Return the slots without a run that are planned for no later than a day."""
    raise NotImplementedError
