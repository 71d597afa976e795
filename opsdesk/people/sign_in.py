"""Signing in by password and, where one is enrolled, code; the sessions it opens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.vault import Vault
from opsdesk.people import passwords, second_factor
from opsdesk.people.models import (
    Person,
    SignInFailure,
    SignInSession,
)
from opsdesk.people.operations import record
from opsdesk.people.policy import DENGBAO3, Policy
from opsdesk.people.seats import Seat, token_hash
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
WRONG_CODE = Words(
    "动态码不对或已经用过。请等下一个动态码，或用一个恢复码。",
    "The code is wrong or was used before. Wait for the next one, or use a recovery "
    "code.",
)
TOO_LATE = Words(
    "两步之间隔得太久，或账号有了变动。请重新输入用户名和密码。",
    "Too much time passed between the two steps, or the account was changed. Enter "
    "user name and password again.",
)

HALF_WAY = timedelta(minutes=5)
"""How long after the password its code may come."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Half:
    """A sign-in whose password was right and whose code is still to come."""

    username: str
    version: int  # of the account: a changed one begins anew
    at: datetime


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What finishes a sign-in."""

    half: Half
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a sign-in: a token for the cookie, or why there is none."""

    token: str | None = None
    refusal: Words | None = None
    half: Half | None = None  # the password was right; now the code


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
    if second_factor.is_enrolled(session, person.id):
        return Attempt(half=Half(username, person.version, at))
    return _welcome(session, person, None, origin=origin, at=at, policy=policy)


def sign_in_with_code(
    session: Session,
    step: SecondStep,
    *,
    vault: Vault,
    origin: Origin,
    at: datetime,
    policy: Policy = DENGBAO3,
) -> Attempt:
    """Finish a sign-in with its code; a wrong one counts like a wrong password."""
    half = step.half
    query = select(Person).where(Person.username == half.username).with_for_update()
    person = session.scalar(query)
    here = SignInFailure.address == origin.address
    crowded = _count(session, here, at, policy) >= policy.address_failures
    if crowded or _is_shut(session, person, half.username, at, policy):
        why = "address" if crowded else "locked"
        return _refuse(session, half.username, why, origin=origin, at=at, policy=policy)
    gone = person is None or person.disabled_at is not None
    late = not half.at <= at <= half.at + HALF_WAY
    if person is None or gone or late or person.version != half.version:
        return Attempt(refusal=TOO_LATE)
    used = second_factor.take(session, person, step.code, vault=vault, at=at)
    if used is None:
        count_failure(session, half.username, origin=origin, at=at, policy=policy)
        return Attempt(refusal=WRONG_CODE, half=half)
    return _welcome(session, person, used, origin=origin, at=at, policy=policy)


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


def _welcome(
    session: Session,
    person: Person,
    factor: str | None,
    *,
    origin: Origin,
    at: datetime,
    policy: Policy,
) -> Attempt:
    person.failures, person.locked_until = 0, None
    token = _open(session, person, origin=origin, at=at, policy=policy)
    detail = {"address": origin.address, **({"factor": factor} if factor else {})}
    record(session, person, "sign-in", by=person.username, at=at, **detail)
    return Attempt(token=token)


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
            token_hash=token_hash(token),
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
