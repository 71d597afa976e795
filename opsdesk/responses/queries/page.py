"""Everything a run's page and its paper show, in a bounded handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.responses import measuring, moves, signers
from opsdesk.responses.measuring import Measured
from opsdesk.responses.models import Escalation, Run, RunSignature, RunTicket
from opsdesk.responses.queries import rows as reading
from opsdesk.responses.queries import snapshot
from opsdesk.responses.queries.rows import Rows
from opsdesk.responses.queries.steps import evidence_view, step_views
from opsdesk.responses.refusals import no_run
from opsdesk.responses.states import Section
from opsdesk.responses.views import (
    AttendanceView,
    ClockView,
    Entry,
    EvaluationView,
    EvidenceView,
    ItemView,
    MoveView,
    ObjectiveView,
    RoleView,
    RungView,
    RunView,
    SignatureView,
    StepView,
)
from opsdesk.responses.wording import EVALUATION, OBJECTIVES, SIGNINGS
from opsdesk.tickets.models import Ticket
from probes.finding import Words
from runbooks.plan import Clock

__all__ = [
    "MOST_ENTRIES",
    "AttendanceView",
    "ClockView",
    "Entry",
    "EvaluationView",
    "EvidenceView",
    "ItemView",
    "MoveView",
    "ObjectiveView",
    "RoleView",
    "RunView",
    "RungView",
    "SignatureView",
    "StepView",
    "page",
]

MOST_ENTRIES = 500


def page(
    session: Session, number: str, *, at: datetime, most: int | None = MOST_ENTRIES
) -> RunView:
    """Return a run as it is. `most` None: the whole timeline. Raises Absent."""
    query = select(Run).where(Run.number == number)
    run = session.scalar(query.execution_options(populate_existing=True))
    if run is None:
        raise no_run(number)
    found = reading.rows(session, run)
    measured = reading.measured(found, at=at)
    sha256 = snapshot.digest(session, found, at=at)
    steps = step_views(found, reading.noted(session, run), at=at)
    in_section: dict[str, Any] = {
        name: _section(steps, section) for section, name in _NAMES.items()
    }
    if run.rolled_back_at is None:
        in_section["roll_back"] = ()
    return RunView(
        **_own(run),
        **_of_plan(found),
        **in_section,
        incident=_incident(session, run),
        deviates=measuring.missed(measured),
        sha256=sha256,
        objectives=tuple(_objective(one) for one in measured),
        timeline=_timeline(session, run, most),
        ladder=_ladder(session, run),
        signatures=_signatures(session, run, sha256),
        items=_items(session, run),
    )


_NAMES = {
    Section.PRECHECK: "prechecks",
    Section.STEP: "steps",
    Section.ROLL_BACK: "roll_back",
}
_SAME = (
    *("id", "number", "purpose", "exercise", "mode", "level", "title", "state"),
    *("is_open", "joint", "parameters", "planned_for", "opened_by", "opened_at"),
    *("started_at", "ended_at", "signed_at", "rolled_back_at", "report_due_at"),
    *("review_due_at", "deviated", "result", "summary", "last_event", "version"),
)


def _section(steps: Sequence[StepView], section: Section) -> tuple[StepView, ...]:
    return tuple(one for one in steps if one.section is section)


def _own(run: Run) -> dict[str, Any]:
    offered = [
        move
        for move in moves.moves_from(run.state)
        if move.name != "roll-back" or run.rolled_back_at is None
    ]
    return {
        **{name: getattr(run, name) for name in _SAME},
        "moves": tuple(
            MoveView(name=m.name, label=m.label, needs_reason=m.needs_reason)
            for m in offered
        ),
    }


def _of_plan(found: Rows) -> dict[str, Any]:
    return {
        "plan": found.plan,
        "plan_version": found.version.version,
        "plan_sha256": found.version.sha256,
        "detected_at": found.moments.get(Clock.DETECTED),
        "recovery_point": found.recovery_point,
        "clocks": _clocks(found),
        "evidence": tuple(evidence_view(one) for one in found.evidence),
        "roles": _roles(found),
        "attendance": _attendance(found),
        "evaluation": _evaluation(found),
    }


def _objective(one: Measured) -> ObjectiveView:
    return ObjectiveView(
        name=one.name,
        title=OBJECTIVES[one.name],
        target=one.target,
        actual=one.actual,
        met=one.met,
    )


def _clocks(found: Rows) -> tuple[ClockView, ...]:
    detected, last = found.moments.get(Clock.DETECTED), found.clocks
    views = []
    for clock in Clock:
        mark = last.get(clock)
        moment = (mark.claimed_at or mark.at) if mark else None
        since = moment - detected if moment and detected else None
        views.append(
            ClockView(
                clock=clock,
                moment=moment,
                recorded_at=mark.at if mark else None,
                by=mark.by if mark else "",
                claimed=bool(mark and mark.claimed_at),
                since=since,
            )
        )
    return tuple(views)


def _timeline(session: Session, run: Run, most: int | None) -> tuple[Entry, ...]:
    same = (
        *("id", "at", "claimed_at", "by", "what", "step", "state", "clock"),
        *("text", "detail"),
    )
    return tuple(
        Entry(**{name: getattr(event, name) for name in same})
        for event in reading.events(session, run, most=most)
    )


def _roles(found: Rows) -> tuple[RoleView, ...]:
    now = {row.part: row for row in found.roles if row.until is None}
    views = []
    for role in found.plan.roles:
        row = now.get(role.part)
        before = [r.username for r in found.roles if r.part is role.part and r.until]
        views.append(
            RoleView(
                part=role.part,
                title=role.title,
                duty=role.duty,
                username=row.username if row else "",
                since=row.since if row else None,
                before=tuple(before),
            )
        )
    return tuple(views)


def _ladder(session: Session, run: Run) -> tuple[RungView, ...]:
    query = select(Escalation).where(Escalation.run_id == run.id)
    same = (
        *("id", "rung", "due_at", "state", "told_at", "acknowledged_by"),
        *("acknowledged_at", "alarmed_at"),
    )
    fresh = query.order_by(Escalation.id).execution_options(populate_existing=True)
    return tuple(
        RungView(
            told=tuple(name for name in row.told.split(",") if name),
            **{name: getattr(row, name) for name in same},
        )
        for row in session.scalars(fresh)
    )


def _attendance(found: Rows) -> tuple[AttendanceView, ...]:
    same = ("id", "username", "name", "unit", "at", "score", "out_of")
    return tuple(
        AttendanceView(**{name: getattr(row, name) for name in same})
        for row in found.attendance
    )


def _evaluation(found: Rows) -> tuple[EvaluationView, ...]:
    """Return the nine items and the plan's points, judged or not."""
    points = [
        (f"point-{number}", Words(point.zh, point.en))
        for number, point in enumerate(found.plan.evaluation, 1)
    ]
    given = {row.item: row for row in found.evaluation}
    views = []
    for item, title in (*EVALUATION, *points):
        row = given.get(item)
        views.append(
            EvaluationView(
                item=item,
                title=title,
                score=row.score if row else None,
                note=row.note if row else "",
                by=row.by if row else "",
            )
        )
    return tuple(views)


def _signatures(session: Session, run: Run, sha256: str) -> tuple[SignatureView, ...]:
    """Return the signatures wanted, each with the last one given for it."""
    query = select(RunSignature).where(RunSignature.run_id == run.id)
    given = {row.part: row for row in session.scalars(query.order_by(RunSignature.id))}
    views = []
    for part in signers.wanted(run):
        row = given.get(part.value)
        views.append(
            SignatureView(
                part=part,
                title=SIGNINGS[part],
                by=row.by if row else "",
                opinion=row.opinion if row else "",
                sha256=row.sha256 if row else "",
                at=row.at if row else None,
                holds=row is not None and row.sha256 == sha256,
            )
        )
    return tuple(views)


def _items(session: Session, run: Run) -> tuple[ItemView, ...]:
    query = (
        select(
            Ticket.number,
            Ticket.title,
            Ticket.state,
            Ticket.is_open,
            RunTicket.due_on,
        )
        .join(Ticket, Ticket.id == RunTicket.ticket_id)
        .where(RunTicket.run_id == run.id)
        .order_by(RunTicket.id)
    )
    return tuple(
        ItemView(
            number=row.number,
            title=row.title,
            state=row.state,
            is_open=row.is_open,
            due_on=row.due_on,
        )
        for row in session.execute(query)
    )


def _incident(session: Session, run: Run) -> str:
    if run.incident_id is None:
        return ""
    query = select(Ticket.number).where(Ticket.id == run.incident_id)
    return session.scalar(query) or ""
