"""Who holds a session's token: asked before every page, so in one narrow query."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from opsdesk.people.models import Person, Role, SecondFactor, SignInSession
from opsdesk.people.policy import DENGBAO3, Policy

CLOCK_STEP = timedelta(minutes=5)
"""How far ahead of the clock a session may have been used: what a step back may be."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is signed in, as every request sees it."""

    person_id: int
    username: str
    name: str
    role: Role
    language: str
    theme: str
    must_change: bool
    has_second_factor: bool
    must_enrol: bool  # the role may not do without a second factor
    session_id: int
    seen_at: datetime


_SEAT = (
    select(
        *(Person.id, Person.username, Person.name, Person.role),
        *(Person.language, Person.theme, Person.must_change),
        Person.password_changed_at,
        SecondFactor.confirmed_at,
        SignInSession.id.label("session_id"),
        SignInSession.seen_at,
    )
    .select_from(SignInSession)
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
    .where(SignInSession.token_hash == bindparam("token"))
    .where(SignInSession.ended_at.is_(None), Person.disabled_at.is_(None))
    .where(SignInSession.expires_at > bindparam("now"))
    .where(SignInSession.seen_at > bindparam("idle"))
    # A clock that was set back must not make a session live the longer for it.
    .where(SignInSession.seen_at <= bindparam("ahead"))
)


def seat_of(
    session: Session, token: str, *, at: datetime, policy: Policy = DENGBAO3
) -> Seat | None:
    """Return who holds a token, or None where the session ended, idled or expired."""
    asked = {
        "token": token_hash(token),
        "now": at,
        "idle": at - policy.idle,
        "ahead": at + CLOCK_STEP,
    }
    row = session.execute(_SEAT, asked).one_or_none()
    if row is None:
        return None
    return Seat(
        person_id=row.id,
        username=row.username,
        name=row.name,
        role=row.role,
        language=row.language,
        theme=row.theme,
        must_change=row.must_change or _is_old(row.password_changed_at, at, policy),
        has_second_factor=row.confirmed_at is not None,
        must_enrol=row.confirmed_at is None and row.role in policy.second_factor,
        session_id=row.session_id,
        seen_at=row.seen_at,
    )


def touch(session: Session, session_id: int, *, at: datetime) -> None:
    """Remember that a session was used just now."""
    session.execute(
        update(SignInSession).where(SignInSession.id == session_id).values(seen_at=at)
    )


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _is_old(changed_at: datetime, at: datetime, policy: Policy) -> bool:
    return policy.max_age is not None and changed_at + policy.max_age <= at
