"""A run begins: planned as a drill, or declared as an emergency that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.core.text import storable
from opsdesk.people.models import Person
from opsdesk.responses import parameters
from opsdesk.responses.models import DrillSlot, Escalation, Run
from opsdesk.responses.moves import BUSINESS
from opsdesk.responses.operations import clocks, roles
from opsdesk.responses.operations.holding import held, plan_of, require_participant
from opsdesk.responses.operations.laying import lay_steps
from opsdesk.responses.operations.plans import keep_version
from opsdesk.responses.operations.telling import Entry, tell
from opsdesk.responses.operations.year import fill_slot
from opsdesk.responses.refusals import NOT_YOUR_ROLE, NotYours
from opsdesk.responses.states import OPEN, Purpose, Rung, RungState, RunState, What
from opsdesk.tickets import numbers
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.operations.holding import held as held_ticket
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Clock, Level, Mode, Plan

PREFIXES = {
    Purpose.DRILL: "DRL",
    Purpose.EMERGENCY: "EMR",
    Purpose.RESTORE: "RST",
    Purpose.PATCHING: "PAT",
}
LADDER = {
    Rung.PRIMARY: timedelta(),
    Rung.SECONDARY: timedelta(minutes=5),
    Rung.LEAD: timedelta(minutes=15),
    Rung.CUSTOMER: timedelta(minutes=30),
}
SAME_CLICK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What is to be rehearsed. `confirmed` holds what was typed a second time."""

    plan: Plan
    mode: Mode
    planned_for: datetime
    title: str = ""  # "": the plan's
    level: Level = Level.THREE
    joint: bool = False
    purpose: Purpose = Purpose.DRILL  # or RESTORE, PATCHING
    parameters: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    slot_id: int | None = None  # of the drill year
    later: bool = False  # what it still must be told is filled in before it begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """What has happened. Parameters may be filled in later: two clicks declare."""

    plan: Plan
    level: Level
    title: str = ""  # "": the incident's, or the plan's
    incident: str = ""  # its number
    fault_at: datetime | None = None  # as claimed; None: the incident's beginning, now
    parameters: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)


def plan_drill(
    session: Session, settings: Settings, drill: Drill, *, by: Actor, at: datetime
) -> Run:
    """Open a drill as PLANNED: DRL-… (RST-… restore, PAT-… patching)."""
    if by.role not in BUSINESS:
        raise NotYours(NOT_YOUR_ROLE)
    if drill.purpose is Purpose.EMERGENCY:
        raise ValueError("an emergency is declared, not planned")
    taken = parameters.read(
        drill.plan,
        drill.parameters,
        drill.confirmed,
        settings,
        complete=not drill.later,
    )
    run = _new(session, settings, drill.plan, drill.purpose, by=by, at=at)
    run.mode, run.level, run.joint = drill.mode, drill.level, drill.joint
    run.planned_for, run.parameters = drill.planned_for, taken
    run.title = _title(drill.title or drill.plan.title.zh)
    _lay(session, run, drill.plan)
    _tell_opened(session, run, drill.plan, by=by, at=at)
    roles.from_roster(session, run, drill.plan, by=by, at=at)
    if drill.slot_id is not None:
        fill_slot(session, session.get_one(DrillSlot, drill.slot_id), run, by=by, at=at)
    return run


def declare(
    session: Session,
    settings: Settings,
    emergency: Emergency,
    *,
    by: Actor,
    at: datetime,
) -> Run:
    """Open an emergency, RUNNING at once: T0 and T1 marked, the ladder set, roles taken.

    Declared twice from the same incident under the same plan, or by the same person
    under the same plan within a minute: the first one is returned.
    """
    if by.role not in BUSINESS:
        raise NotYours(NOT_YOUR_ROLE)
    plan = emergency.plan
    incident = held_ticket(session, emergency.incident) if emergency.incident else None
    known = _declared(session, plan, incident, by=by, at=at)
    if known is not None:
        return known
    taken = parameters.read(
        plan, emergency.parameters, emergency.confirmed, settings, complete=False
    )
    run = _new(session, settings, plan, Purpose.EMERGENCY, by=by, at=at)
    run.level, run.parameters = emergency.level, taken
    run.incident_id = incident.id if incident else None
    run.title = _title(
        emergency.title or (incident.title if incident else plan.title.zh)
    )
    run.state, run.started_at = RunState.RUNNING, at
    rule = plan.level(emergency.level)
    run.report_due_at = at + rule.first_report if rule else None
    _lay(session, run, plan)
    session.add_all(_ladder(run, at))
    _tell_opened(session, run, plan, by=by, at=at)
    began = emergency.fault_at or (incident.began_at if incident else at)
    _mark_beginning(session, run, began, by=by, at=at)
    roles.from_roster(session, run, plan, by=by, at=at)
    return run


def _mark_beginning(
    session: Session, run: Run, began: datetime, *, by: Actor, at: datetime
) -> None:
    """Mark T0 as it is claimed, never after now, and T1."""
    name, claimed = by.username, min(began, at)
    clocks.put(session, run, Clock.FAULT, claimed_at=claimed, by=name, at=at)
    clocks.put(session, run, Clock.DETECTED, by=name, at=at)


def fill_parameters(  # noqa: PLR0913 - what is typed, twice, by whom and when
    session: Session,
    settings: Settings,
    number: str,
    values: Mapping[str, str],
    confirmed: Mapping[str, str],
    *,
    by: Actor,
    at: datetime,
) -> Run:
    """Give a run parameters it lacks or had wrong, until it is over."""
    run = held(session, number, at=at)
    require_participant(session, run, by)
    if run.state not in OPEN or run.state is RunState.REVIEW:
        raise RefusedInWords(_OVER, number=run.number)
    plan = plan_of(session, run)
    merged = {**run.parameters, **{name: v for name, v in values.items() if v.strip()}}
    typed = {**run.parameters, **confirmed}
    run.parameters = parameters.read(plan, merged, typed, settings, complete=False)
    run.version += 1
    detail = {"parameters": dict(run.parameters)}
    entry = Entry(what=What.NOTED, by=by.username, at=at, text="参数", detail=detail)
    tell(session, run, entry)
    return run


def _declared(
    session: Session, plan: Plan, incident: Ticket | None, *, by: Actor, at: datetime
) -> Run | None:
    """Return the emergency that this click, or the incident, has declared already."""
    click = select(Person.id).where(Person.username == by.username).with_for_update()
    session.execute(click)  # two clicks of one person wait for each other
    query = select(Run).where(
        Run.is_open, Run.purpose == Purpose.EMERGENCY, Run.plan == plan.id
    )
    if incident is not None:
        query = query.where(Run.incident_id == incident.id)
    else:
        query = query.where(
            Run.opened_by == by.username,
            Run.opened_at >= at - SAME_CLICK,
            Run.incident_id.is_(None),
        )
    return session.scalar(query.order_by(Run.id).limit(1))


def _new(
    session: Session,
    settings: Settings,
    plan: Plan,
    purpose: Purpose,
    *,
    by: Actor,
    at: datetime,
) -> Run:
    version = keep_version(session, plan, at=at)
    session.flush()
    day = at.astimezone(settings.desk.timezone).date()
    return Run(
        number=numbers.next_number(session, PREFIXES[purpose], day),
        purpose=purpose,
        exercise=purpose in (Purpose.DRILL, Purpose.RESTORE),
        plan=plan.id,
        plan_version_id=version.id,
        state=RunState.PLANNED,
        is_open=True,
        joint=False,
        opened_by=by.username,
        opened_at=at,
        summary={},
        last_event=0,
        changed_at=at,
        version=1,
    )


def _tell_opened(
    session: Session, run: Run, plan: Plan, *, by: Actor, at: datetime
) -> None:
    detail = {
        "plan": plan.id,
        "plan_version": plan.version,
        "level": run.level.value,
        "mode": run.mode.value if run.mode else "",
        "parameters": dict(run.parameters),
    }
    entry = Entry(
        what=What.OPENED, by=by.username, at=at, text=run.title, detail=detail
    )
    tell(session, run, entry)


def _lay(session: Session, run: Run, plan: Plan) -> None:
    session.add(run)
    session.flush()
    session.add_all(lay_steps(run, plan))
    session.flush()


def _ladder(run: Run, at: datetime) -> list[Escalation]:
    return [
        Escalation(run_id=run.id, rung=rung, due_at=at + after, state=RungState.WAITING)
        for rung, after in LADDER.items()
    ]


def _title(text: str) -> str:
    return " ".join(storable(text).split())[:200]


_OVER = Words(
    "{number} 已经结束，参数不再改动。",
    "{number} is over: its parameters stay as they were.",
)
