"""What screens and commands ask about accounts, as frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.people.models import Person, Role, RoleGrant, SecondFactor, SignInSession
from opsdesk.people.passwords import UNUSABLE


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as the administrators and `opsdesk user list` see it."""

    id: int
    username: str
    name: str
    role: Role
    created_at: datetime
    password_changed_at: datetime
    must_change: bool
    locked_until: datetime | None
    disabled_at: datetime | None
    phone: str
    has_second_factor: bool
    waiting: bool  # never enabled: its first role awaits the second administrator
    last_sign_in: datetime | None

    def is_locked(self, at: datetime) -> bool:
        return self.locked_until is not None and self.locked_until > at


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of a person's own sessions."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A role that awaits the other administrator."""

    id: int
    person_id: int
    username: str
    name: str
    role: Role
    current: Role
    proposed_by: str
    proposed_as: Role
    proposed_at: datetime


def accounts(session: Session) -> list[Account]:
    """Return all accounts, the usable ones first, by user name."""
    last = (
        select(SignInSession.person_id, func.max(SignInSession.created_at).label("at"))
        .group_by(SignInSession.person_id)
        .subquery()
    )
    query = (
        select(Person, last.c.at, SecondFactor.confirmed_at)
        .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
        .outerjoin(last, last.c.person_id == Person.id)
        .order_by(Person.disabled_at.is_not(None), Person.username)
    )
    return [_account(*row) for row in session.execute(query)]


_NAMES = select(Person.username, Person.name)


def names(session: Session) -> dict[str, str]:
    """Return everybody's name by user name, those who left included."""
    return {row.username: row.name for row in session.execute(_NAMES)}


def is_empty(session: Session) -> bool:
    """Tell whether nobody has an account yet."""
    return session.scalar(select(Person.id).limit(1)) is None


def proposals(session: Session) -> list[Proposal]:
    """Return the roles that await a second administrator, oldest first."""
    query = (
        select(RoleGrant, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.accepted.is_(None))
        .order_by(RoleGrant.id)
    )
    return [
        Proposal(
            id=grant.id,
            person_id=person.id,
            username=person.username,
            name=person.name,
            role=grant.role,
            current=person.role,
            proposed_by=grant.proposed_by,
            proposed_as=grant.proposed_as,
            proposed_at=grant.proposed_at,
        )
        for grant, person in session.execute(query)
    ]


def open_sessions(session: Session, person_id: int, at: datetime) -> list[OpenSession]:
    """Return a person's sessions that neither ended nor expired, newest first."""
    query = (
        select(SignInSession)
        .where(SignInSession.person_id == person_id)
        .where(SignInSession.ended_at.is_(None), SignInSession.expires_at > at)
        .order_by(SignInSession.id.desc())
    )
    return [
        OpenSession(row.id, row.created_at, row.seen_at, row.address, row.agent)
        for row in session.scalars(query)
    ]


def _account(
    person: Person, last_sign_in: datetime | None, enrolled_at: datetime | None
) -> Account:
    return Account(
        id=person.id,
        username=person.username,
        name=person.name,
        role=person.role,
        created_at=person.created_at,
        password_changed_at=person.password_changed_at,
        must_change=person.must_change,
        locked_until=person.locked_until,
        disabled_at=person.disabled_at,
        phone=person.phone,
        has_second_factor=enrolled_at is not None,
        waiting=person.disabled_at is not None and person.password_hash == UNUSABLE,
        last_sign_in=last_sign_in,
    )
