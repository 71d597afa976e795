"""Who was there: duties, hand-overs, sign-ins; and what was found in the library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from opsdesk.assets.models import Drift, DriftState, Item, ItemRevision
from opsdesk.assets.queries.dates import DueDate, due_dates
from opsdesk.people.handover.models import Handover, HandoverState
from opsdesk.people.models import Person, Role, SignInFailure, SignInSession
from opsdesk.people.roster.models import Duty
from opsdesk.people.roster.queries import GRACE
from opsdesk.reporting.span import DAY, Span

ON_SITE = (Role.ENGINEER, Role.LEAD)
WARNED = 90  # days before a date ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One person's duties of the period that had begun by the cut-off."""

    name: str
    role: Role
    duties: int
    attended: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of a period. `handovers` are by state."""

    served: tuple[Served, ...]
    head_count: int
    handovers: dict[HandoverState, int]
    sign_ins: int
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One thing found otherwise than recorded."""

    code: str
    name: str
    field: str
    was: str
    found: str
    seen_at: datetime
    state: DriftState
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What happened to the configuration library. `revisions` are by cause."""

    items: int
    revisions: dict[str, int]
    drifts: tuple[Differing, ...]
    ends: tuple[DueDate, ...]


def staff(session: Session, span: Span) -> Staff:
    """Return who served, and what was handed over and signed in."""
    duties = session.execute(
        select(Person.name, Person.role, Duty.starts_at, Duty.arrived_at)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.day >= span.first, Duty.day <= span.last, Duty.removed_at.is_(None))
        .order_by(Person.id)
    ).all()
    people = {(row.name, row.role): None for row in duties}
    return Staff(
        served=tuple(_served(name, role, duties) for name, role in people),
        head_count=session.scalar(_heads(span)) or 0,
        handovers={row[0]: row[1] for row in session.execute(_handovers(span))},
        sign_ins=session.scalar(_within(SignInSession.created_at, span)) or 0,
        failures=session.scalar(_within(SignInFailure.at, span)) or 0,
    )


def _served(name: str, role: Role, duties: Iterable[Any]) -> Served:
    mine = [row for row in duties if row.name == name and row.role == role]
    came = [row for row in mine if row.arrived_at is not None]
    return Served(
        name=name,
        role=role,
        duties=len(mine),
        attended=len(came),
        late=sum(row.arrived_at > row.starts_at + GRACE for row in came),
    )


def _heads(span: Span):  # type: ignore[no-untyped-def]
    return select(func.count()).where(
        Person.role.in_(ON_SITE),
        Person.created_at < span.until,
        or_(Person.disabled_at.is_(None), Person.disabled_at >= span.until),
    )


def _handovers(span: Span):  # type: ignore[no-untyped-def]
    return (
        select(Handover.state, func.count())
        .where(Handover.day >= span.first, Handover.day <= span.last)
        .group_by(Handover.state)
    )


def _within(column, span: Span):  # type: ignore[no-untyped-def]
    return select(func.count()).where(column >= span.since, column < span.until)


def library(session: Session, span: Span) -> Library:
    """Return what was revised, and what was found otherwise than recorded."""
    rows = session.execute(
        select(Drift, Item.code, Item.name)
        .join(Item, Item.id == Drift.item_id)
        .where(Drift.seen_at >= span.since, Drift.seen_at < span.until)
        .order_by(Drift.id)
    )
    causes = (
        select(ItemRevision.cause, func.count())
        .where(ItemRevision.at >= span.since, ItemRevision.at < span.until)
        .group_by(ItemRevision.cause)
    )
    return Library(
        items=session.scalar(
            select(func.count(Item.id)).where(Item.created_at < span.until)
        )
        or 0,
        revisions={cause.value: n for cause, n in session.execute(causes)},
        drifts=tuple(_differing(*row) for row in rows),
        ends=due_dates(session, on=span.last, within=WARNED * DAY),
    )


def _differing(drift: Drift, code: str, name: str) -> Differing:
    return Differing(
        code=code,
        name=name,
        field=drift.field,
        was=drift.was,
        found=str(drift.found.get("value")),
        seen_at=drift.seen_at,
        state=drift.state,
        explanation=drift.explanation,
    )
