"""The drill year: which plan is rehearsed in which month, and how.

Twelve months over the seven scenarios: each at least once, the database and the wide
area lines twice, one drill jointly with the customer. Filing peaks at the month's
beginning, so that drills stand in its second half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from runbooks.plan import Mode, Plan, Scenario

MONTHS: tuple[tuple[Scenario, Mode, bool], ...] = (
    (Scenario.HACKER_ATTACK, Mode.TABLETOP, False),
    (Scenario.STAFF_ABSENT, Mode.LIVE, False),
    (Scenario.DATABASE_SECURITY, Mode.SANDBOX, False),
    (Scenario.VIRUS, Mode.SANDBOX, False),
    (Scenario.WAN_OUTAGE, Mode.TABLETOP, False),
    (Scenario.DESTRUCTIVE_ATTACK, Mode.TABLETOP, False),
    (Scenario.DEVICE_SAFETY, Mode.SANDBOX, False),
    (Scenario.HACKER_ATTACK, Mode.SANDBOX, False),
    (Scenario.DATABASE_SECURITY, Mode.LIVE, True),
    (Scenario.VIRUS, Mode.TABLETOP, False),
    (Scenario.WAN_OUTAGE, Mode.LIVE, False),
    (Scenario.DESTRUCTIVE_ATTACK, Mode.SANDBOX, False),
)
"""What each month of a year rehearses, how, and whether with the customer."""

_FROM_DAY = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One month of the year of drills."""

    month: date  # its first day
    plan: str
    scenario: Scenario
    mode: Mode
    joint: bool
    planned_on: date


def year(
    plans: Iterable[Plan], number: int, *, works_on: Callable[[date], bool]
) -> tuple[Entry, ...]:
    """Return the twelve drills of a year.

    `works_on` says which days are worked. A scenario without a plan leaves its month
    empty; a mode that a plan does not know becomes the first it knows.
    """
    by_scenario: dict[Scenario, Plan] = {}
    for plan in plans:
        by_scenario.setdefault(plan.scenario, plan)
    entries = []
    for at, (scenario, mode, joint) in enumerate(MONTHS, start=1):
        found = by_scenario.get(scenario)
        if found is None:
            continue
        known = [drill.mode for drill in found.drills]
        entries.append(
            Entry(
                month=date(number, at, 1),
                plan=found.id,
                scenario=scenario,
                mode=mode if mode in known else known[0],
                joint=joint,
                planned_on=_day(date(number, at, 1), works_on),
            )
        )
    return tuple(entries)


def _day(month: date, works_on: Callable[[date], bool]) -> date:
    """Return the first worked Wednesday of a month's second half, else a worked day."""
    days = [month + timedelta(days=n) for n in range(_FROM_DAY - 1, 28)]
    wednesdays = [day for day in days if day.isoweekday() == 3]  # noqa: PLR2004
    for day in (*wednesdays, *days):
        if works_on(day):
            return day
    return wednesdays[0]
