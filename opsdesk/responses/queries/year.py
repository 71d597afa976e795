"""The drill year: its months, the runs that filled them, what is covered, what is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from opsdesk.responses.models import DrillSlot, PlanVersion, Run
from opsdesk.responses.states import RunState
from runbooks.plan import SEVEN, Mode, Plan, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A month's drill.

    `overdue`: its month, or the later one it was moved to, is over without a rehearsal.
    """

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


UNHELD = (RunState.ABORTED, RunState.FAILED)
"""Runs that ended so did not rehearse anything, though they began."""


def year(
    session: Session,
    number: int,
    plans: Iterable[Plan],
    *,
    zone: tzinfo,
    at: datetime,
) -> YearView:
    """Return the drill year. A run counts for the month in which it began, locally."""
    scenarios = {plan.id: plan.scenario for plan in plans}
    first, last = date(number, 1, 1), date(number, 12, 1)
    query = _slots().where(DrillSlot.month >= first, DrillSlot.month <= last)
    slots = _views(session, query, scenarios, zone, at)
    began = _began(session, number, zone)
    held = Counter(scenario for scenario, _joint in began)
    planned = {slot.scenario for slot in slots if slot.scenario}
    return YearView(
        year=number,
        slots=slots,
        matrix={scenario: _months(slots, scenario) for scenario in SEVEN},
        held={scenario: held[scenario] for scenario in SEVEN},
        uncovered=tuple(s for s in SEVEN if not held[s] and s not in planned),
        joint_held=any(joint for _scenario, joint in began),
        overdue=tuple(slot for slot in slots if slot.overdue),
    )


def due_slots(session: Session, until: date) -> tuple[SlotView, ...]:
    """Return the slots without a run that are planned for no later than a day.

    Whether one is overdue is told by `year`, which knows what day it is.
    """
    query = _slots().where(DrillSlot.run_id.is_(None), DrillSlot.planned_on <= until)
    return _views(session, query, {}, UTC, datetime.min.replace(tzinfo=UTC))


def _slots() -> Select[Any]:
    chosen: Any = select(DrillSlot, Run)
    found: Select[Any] = chosen.outerjoin(Run, Run.id == DrillSlot.run_id).order_by(
        DrillSlot.month, DrillSlot.planned_on, DrillSlot.id
    )
    return found


def _views(
    session: Session,
    query: Select[Any],
    scenarios: Mapping[str, Scenario],
    zone: tzinfo,
    at: datetime,
) -> tuple[SlotView, ...]:
    today = at.astimezone(zone).date()
    return tuple(
        _view(slot, run, scenarios.get(slot.plan), zone, today)
        for slot, run in session.execute(query)
    )


def _view(
    slot: DrillSlot,
    run: Run | None,
    scenario: Scenario | None,
    zone: tzinfo,
    today: date,
) -> SlotView:
    started = run.started_at.astimezone(zone).date() if run and run.started_at else None
    counts = started is not None and run is not None and run.state not in UNHELD
    over = next_month(max(slot.month, slot.planned_on.replace(day=1)))
    return SlotView(
        id=slot.id,
        month=slot.month,
        plan=slot.plan,
        scenario=scenario,
        mode=slot.mode,
        joint=slot.joint,
        planned_on=slot.planned_on,
        run=run.number if run else "",
        state=run.state if run else None,
        started_on=started,
        deviated=run.deviated if run else None,
        why_moved=slot.why_moved,
        overdue=not counts and today >= over,
        version=slot.version,
    )


def next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _months(
    slots: Iterable[SlotView], scenario: Scenario
) -> tuple[tuple[SlotView, ...], ...]:
    own = [slot for slot in slots if slot.scenario is scenario]
    return tuple(
        tuple(slot for slot in own if slot.month.month == month)
        for month in range(1, 13)
    )


def _began(session: Session, number: int, zone: tzinfo) -> list[tuple[Scenario, bool]]:
    """Return the scenarios of the drills that began in a local year, and if jointly."""
    start = datetime.combine(date(number, 1, 1), time(), zone)
    end = datetime.combine(date(number + 1, 1, 1), time(), zone)
    query = (
        select(PlanVersion.scenario, Run.joint)
        .join(Run, Run.plan_version_id == PlanVersion.id)
        .where(Run.exercise, Run.started_at >= start, Run.started_at < end)
        .where(Run.state.not_in(UNHELD))
    )
    return [(Scenario(row.scenario), row.joint) for row in session.execute(query)]
