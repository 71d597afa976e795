"""Who is on duty, who is next, who is missing; the month as frozen rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import (
    Duty,
    Leave,
    LeaveState,
    Post,
    Swap,
    SwapState,
)

ORDER = {Post.PRIMARY: 0, Post.BACKUP: 1, Post.LEADER: 2}
GRACE = timedelta(minutes=15)
"""How long after a shift began somebody may still arrive."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty, and until when (for the next ones: from when)."""

    username: str
    name: str
    phone: str
    post: Post
    until: datetime
    since: datetime
    duty_id: int
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One place of the roster."""

    id: int
    day: date
    shift: str
    starts_at: datetime
    ends_at: datetime
    person_id: int
    username: str
    name: str
    phone: str
    disabled: bool
    post: Post
    on_site: bool
    note: str
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """One request for leave."""

    id: int
    person_id: int
    username: str
    name: str
    first: date
    last: date
    reason: str
    state: LeaveState
    asked_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class SwapRow:
    """One swap: whose duty, to whom, and for which one in return."""

    id: int
    state: SwapState
    duty: DutyRow
    in_return: DutyRow | None
    from_username: str
    from_name: str
    to_username: str
    to_name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may stand in the roster."""

    id: int
    username: str
    name: str
    phone: str
    role: Role


def on_duty(session: Session, at: datetime) -> tuple[OnDuty, ...]:
    """Return who is on duty at a moment: primary, backup, leader."""
    query = _duties().where(Duty.starts_at <= at, Duty.ends_at > at)
    return _standing(session, query)


def next_on_duty(session: Session, at: datetime) -> tuple[OnDuty, ...]:
    """Return who is on duty at the first moment after `at` at which a shift begins."""
    begins = (
        select(func.min(Duty.starts_at))
        .where(Duty.starts_at > at, Duty.removed_at.is_(None))
        .scalar_subquery()
    )
    return _standing(session, _duties().where(Duty.starts_at == begins))


def absences(
    session: Session, at: datetime, *, grace: timedelta = GRACE
) -> tuple[DutyRow, ...]:
    """Return the duties on site that began, were not signed in to, and still run."""
    query = (
        _duties()
        .where(Duty.starts_at <= at - grace, Duty.ends_at > at)
        .where(Duty.on_site.is_(True), Duty.arrived_at.is_(None))
    )
    return _rows(session.execute(query))


def duties(session: Session, first: date, last: date) -> tuple[DutyRow, ...]:
    """Return the roster from one day to another, by time and post."""
    query = _duties().where(Duty.day >= first, Duty.day <= last)
    return _rows(session.execute(query))


def duties_of(
    session: Session, person_id: int, *, after: datetime, most: int = 60
) -> tuple[DutyRow, ...]:
    """Return a person's duties that are not over, soonest first."""
    query = _duties().where(Duty.person_id == person_id, Duty.ends_at > after)
    return _rows(session.execute(query.limit(most)))


def offered(
    session: Session, *, after: datetime, but: int, most: int = 200
) -> tuple[DutyRow, ...]:
    """Return the duties of others that could be taken in return for one's own."""
    query = _duties().where(Duty.person_id != but, Duty.starts_at > after)
    return _rows(session.execute(query.limit(most)))


def colleagues(session: Session) -> tuple[Colleague, ...]:
    """Return the engineers and leads who can be put on duty, by name."""
    query = (
        select(Person)
        .where(Person.role.in_((Role.ENGINEER, Role.LEAD)))
        .where(Person.disabled_at.is_(None))
        .order_by(Person.username)
    )
    return tuple(
        Colleague(p.id, p.username, p.name, p.phone, p.role)
        for p in session.scalars(query)
    )


def leaves(
    session: Session, first: date, last: date, *, states: Iterable[LeaveState]
) -> tuple[LeaveRow, ...]:
    """Return the leave that touches a span of days."""
    query = (
        select(Leave, Person)
        .join(Person, Person.id == Leave.person_id)
        .where(Leave.last >= first, Leave.first <= last)
        .where(Leave.state.in_(tuple(states)))
        .order_by(Leave.first, Leave.id)
    )
    return tuple(_leave(row, person) for row, person in session.execute(query))


def leaves_of(session: Session, person_id: int, *, since: date) -> tuple[LeaveRow, ...]:
    """Return a person's own leave that is not long over, latest first."""
    query = (
        select(Leave, Person)
        .join(Person, Person.id == Leave.person_id)
        .where(Leave.person_id == person_id, Leave.last >= since)
        .order_by(Leave.first.desc(), Leave.id.desc())
    )
    return tuple(_leave(row, person) for row, person in session.execute(query))


def open_swaps(session: Session, *, of: int | None = None) -> tuple[SwapRow, ...]:
    """Return the swaps nobody finished; `of`: those that a person takes part in."""
    giver, taker = aliased(Person), aliased(Person)
    query = (
        select(Swap, giver, taker)
        .join(giver, giver.id == Swap.from_id)
        .join(taker, taker.id == Swap.to_id)
        .where(Swap.state.in_((SwapState.ASKED, SwapState.AGREED)))
        .order_by(Swap.id)
    )
    if of is not None:
        query = query.where((Swap.from_id == of) | (Swap.to_id == of))
    found = session.execute(query).all()
    ids = {i for swap, *_ in found for i in (swap.duty_id, swap.in_return_id) if i}
    named = {row.id: row for row in _rows(session.execute(_any_duty(ids)))}
    return tuple(
        SwapRow(
            id=swap.id,
            state=swap.state,
            duty=named[swap.duty_id],
            in_return=named.get(swap.in_return_id or 0),
            from_username=one.username,
            from_name=one.name,
            to_username=other.username,
            to_name=other.name,
            asked_at=swap.asked_at,
        )
        for swap, one, other in found
    )


def _any_duty(ids: Iterable[int]) -> Select[Duty, Person]:
    query = select(Duty, Person).join(Person, Person.id == Duty.person_id)
    return query.where(Duty.id.in_(tuple(ids)))


def _duties() -> Select[Duty, Person]:
    return (
        select(Duty, Person)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.removed_at.is_(None))
        .order_by(Duty.starts_at, Duty.id)
    )


def _standing(session: Session, query: Select[Duty, Person]) -> tuple[OnDuty, ...]:
    return tuple(
        OnDuty(
            username=row.username,
            name=row.name,
            phone=row.phone,
            post=row.post,
            until=row.ends_at,
            since=row.starts_at,
            duty_id=row.id,
            arrived_at=row.arrived_at,
        )
        for row in _rows(session.execute(query))
    )


def _rows(found: Iterable[Row[Duty, Person]]) -> tuple[DutyRow, ...]:
    rows = [_duty(duty, person) for duty, person in found]
    return tuple(sorted(rows, key=lambda r: (r.starts_at, ORDER[r.post], r.id)))


def _duty(duty: Duty, person: Person) -> DutyRow:
    return DutyRow(
        id=duty.id,
        day=duty.day,
        shift=duty.shift,
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        person_id=person.id,
        username=person.username,
        name=person.name,
        phone=person.phone,
        disabled=person.disabled_at is not None,
        post=duty.post,
        on_site=duty.on_site,
        note=duty.note,
        arrived_at=duty.arrived_at,
    )


def _leave(row: Leave, person: Person) -> LeaveRow:
    return LeaveRow(
        id=row.id,
        person_id=person.id,
        username=person.username,
        name=person.name,
        first=row.first,
        last=row.last,
        reason=row.reason,
        state=row.state,
        asked_at=row.asked_at,
        decided_by=row.decided_by,
    )
