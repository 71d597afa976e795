"""Signing in, the sessions it opens, and the password asked again for a signature."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from opsdesk.people import passwords
from opsdesk.people.models import Person, Role, SignInFailure, SignInSession
from opsdesk.people.operations import record
from opsdesk.people.policy import DENGBAO3, Policy
from probes.finding import Words

WRONG = Words(
    "用户名或密码不对，或者账号已停用。",
    "The user name or password is wrong, or the account is disabled.",
)
LOCKED = Words(
    "密码连续输错太多次，暂时不能登录。请 {minutes} 分钟后再试，或请安全管理员解锁。",
    "Too many wrong passwords. Try again in {minutes} minutes, or ask the security "
    "administrator to unlock the account.",
)
WRONG_AGAIN = Words(
    "密码不对，没有签字。已填写的内容都保留着，请重新输入密码。",
    "The password is wrong; nothing was signed. What you wrote is kept: "
    "enter the password again.",
)


CLOCK_STEP = timedelta(minutes=5)
"""How far ahead of the clock a session may have been used: what a step back may be."""


class HasUsername(Protocol):
    """Anything that names an account: a Person, a Seat."""

    @property
    def username(self) -> str: ...


class WrongPassword(RefusedInWords):
    """A password asked again was wrong. The unit is lost, so count it in a new one."""

    def __init__(self, username: str, words: Words = WRONG_AGAIN) -> None:
        super().__init__(words)
        self.username = username


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a sign-in: a token for the cookie, or why there is none."""

    token: str | None = None
    refusal: Words | None = None


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
    session_id: int
    seen_at: datetime


def sign_in(
    session: Session,
    username: str,
    password: str,
    *,
    origin: Origin,
    at: datetime,
    policy: Policy = DENGBAO3,
) -> Attempt:
    """Open a session, or count the failure; never raises, so that it is committed."""
    username = username.strip().lower()[:64]
    here = SignInFailure.address == origin.address
    if _count(session, here, at, policy) >= policy.address_failures:
        return _refuse(
            session, username, "address", origin=origin, at=at, policy=policy
        )
    query = select(Person).where(Person.username == username).with_for_update()
    person = session.scalar(query)
    if _is_shut(session, person, username, at, policy):
        return _refuse(session, username, "locked", origin=origin, at=at, policy=policy)
    kept = passwords.UNUSABLE if person is None else person.password_hash
    right = passwords.matches(kept, password)
    if person is None or not right or person.disabled_at is not None:
        count_failure(session, username, origin=origin, at=at, policy=policy)
        return Attempt(refusal=WRONG)
    if passwords.is_outdated(kept):
        person.password_hash = passwords.hash_password(password)
    person.failures, person.locked_until = 0, None
    token = _open(session, person, origin=origin, at=at, policy=policy)
    record(session, person, "sign-in", by=username, at=at, address=origin.address)
    return Attempt(token=token)


def count_failure(
    session: Session,
    username: str,
    *,
    origin: Origin,
    at: datetime,
    policy: Policy = DENGBAO3,
) -> None:
    """Count one wrong password; the account locks when there were too many."""
    session.add(SignInFailure(username=username, address=origin.address, at=at))
    session.execute(
        delete(SignInFailure).where(SignInFailure.at < at - policy.lock_for)
    )
    query = select(Person).where(Person.username == username).with_for_update()
    person = session.scalar(query)
    locks = person is not None and person.failures + 1 >= policy.lock_after
    if person is not None:
        person.failures = 0 if locks else person.failures + 1
        person.locked_until = at + policy.lock_for if locks else person.locked_until
    session.flush()
    audit.write(
        session,
        actor=username,
        action="account.locked" if locks else "sign-in.failed",
        subject=f"person:{username}"[:200],
        at=at,
        detail={"address": origin.address},
    )


def confirm_password(
    session: Session, person: HasUsername, password: str, *, at: datetime
) -> None:
    """Check the password of somebody signed in, before a signature.

    Raises WrongPassword, which the screens count like a failed sign-in.
    """
    query = select(Person).where(Person.username == person.username).with_for_update()
    row = session.scalar(query)
    locked = row is not None and row.locked_until is not None and row.locked_until > at
    if row is None or locked or not passwords.matches(row.password_hash, password):
        raise WrongPassword(person.username)


def seat_of(
    session: Session, token: str, *, at: datetime, policy: Policy = DENGBAO3
) -> Seat | None:
    """Return who holds a token, or None where the session ended, idled or expired."""
    row = session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.token_hash == _hash(token))
        .where(SignInSession.ended_at.is_(None), Person.disabled_at.is_(None))
        .where(SignInSession.expires_at > at)
        .where(SignInSession.seen_at > at - policy.idle)
        # A clock that was set back must not make a session live the longer for it.
        .where(SignInSession.seen_at <= at + CLOCK_STEP)
    ).one_or_none()
    if row is None:
        return None
    opened, person = row
    return Seat(
        person_id=person.id,
        username=person.username,
        name=person.name,
        role=person.role,
        language=person.language,
        theme=person.theme,
        must_change=person.must_change
        or person.password_changed_at + policy.max_age <= at,
        session_id=opened.id,
        seen_at=opened.seen_at,
    )


def touch(session: Session, session_id: int, *, at: datetime) -> None:
    """Remember that a session was used just now."""
    session.execute(
        update(SignInSession).where(SignInSession.id == session_id).values(seen_at=at)
    )


def sign_out(session: Session, seat: Seat, *, at: datetime) -> None:
    """End the session of this browser."""
    _end(session, seat, seat.session_id, "sign-out", at=at)


def end_session(session: Session, seat: Seat, session_id: int, *, at: datetime) -> None:
    """End one of a person's own sessions, on whichever browser it is."""
    _end(session, seat, session_id, "session.ended", at=at)


def _end(
    session: Session, seat: Seat, session_id: int, action: str, *, at: datetime
) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id)
        .where(SignInSession.person_id == seat.person_id)
        .where(SignInSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    audit.write(
        session,
        actor=seat.username,
        action=action,
        subject=f"person:{seat.username}",
        at=at,
        detail={"session": session_id},
    )


def _open(
    session: Session, person: Person, *, origin: Origin, at: datetime, policy: Policy
) -> str:
    """Open a session, ending the oldest ones beyond the limit; return its token."""
    token = secrets.token_urlsafe(32)
    opened = session.scalars(
        select(SignInSession)
        .where(SignInSession.person_id == person.id, SignInSession.ended_at.is_(None))
        .order_by(SignInSession.id.desc())
    ).all()
    for old in opened[policy.sessions - 1 :]:
        old.ended_at = at
    session.add(
        SignInSession(
            token_hash=_hash(token),
            person_id=person.id,
            created_at=at,
            seen_at=at,
            expires_at=at + policy.absolute,
            address=origin.address[:64],
            agent=origin.agent[:200],
        )
    )
    return token


def _refuse(
    session: Session,
    username: str,
    why: str,
    *,
    origin: Origin,
    at: datetime,
    policy: Policy,
) -> Attempt:
    audit.write(
        session,
        actor=username,
        action="sign-in.refused",
        subject=f"person:{username}",
        at=at,
        detail={"address": origin.address, "why": why},
    )
    minutes = round(policy.lock_for.total_seconds() / 60)
    return Attempt(refusal=LOCKED.fill(minutes=minutes))


def _is_shut(
    session: Session, person: Person | None, username: str, at: datetime, policy: Policy
) -> bool:
    """Tell whether a name is locked; a name nobody has locks just the same."""
    if person is not None:
        return person.locked_until is not None and person.locked_until > at
    return _count(session, SignInFailure.username == username, at, policy) >= (
        policy.lock_after
    )


def _count(
    session: Session, whose: ColumnElement[bool], at: datetime, policy: Policy
) -> int:
    query = select(func.count()).select_from(SignInFailure).where(whose)
    return session.scalar(query.where(SignInFailure.at > at - policy.lock_for)) or 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
