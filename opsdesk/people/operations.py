"""Changes to accounts: who makes them and when are arguments, all are recorded."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people import passwords
from opsdesk.people.models import (
    PastPassword,
    Person,
    Role,
    SignInSession,
)
from opsdesk.people.policy import DENGBAO3, Policy
from opsdesk.people.queries import is_empty
from probes.finding import Words

USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
FIRST_USERNAME = "lead"


class NoSuchAccount(NotFound, RefusedInWords):
    """Nobody has that user name."""


def person_named(session: Session, username: str) -> Person:
    """Return the account, locked until the unit ends. Raises NoSuchAccount."""
    query = select(Person).where(Person.username == username).with_for_update()
    person = session.scalar(query)
    if person is None:
        words = Words("没有账号 {name}。", "There is no account {name}.")
        raise NoSuchAccount(words, name=username)
    return person


def first_account(session: Session, at: datetime) -> tuple[str, str] | None:
    """Make the first account where there is none: (user name, one-time password).

    It is a lead's, so that the first person can review and sign a record; the three
    administrators are made by `opsdesk user add`.
    """
    if not is_empty(session):
        return None
    password = add(
        session,
        username=FIRST_USERNAME,
        name="运维负责人",
        role=Role.LEAD,
        by="opsdesk",
        at=at,
    )
    return FIRST_USERNAME, password


def add(
    session: Session,
    *,
    username: str,
    name: str,
    role: Role,
    by: str,
    at: datetime,
) -> str:
    """Make an account that may sign in; return its one-time password.

    Raises RefusedInWords for a user name that is taken or badly formed.
    """
    person = new_person(session, username=username, name=name, role=role, at=at)
    password = give_one_time(person, at=at)
    session.add(person)
    session.flush()
    record(session, person, "account.added", by=by, at=at, role=role.value)
    return password


def set_role(
    session: Session, person: Person, role: Role, *, by: str, at: datetime
) -> None:
    """Give a role from the machine's own console, where both administrators stand."""
    former, person.role = person.role, role
    person.version += 1
    end_sessions(session, person, at=at)
    record(
        session, person, "role.set", by=by, at=at, role=role.value, former=former.value
    )


def disable(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """End an account and its sessions. Raises RefusedInWords for one's own."""
    if person.username == by:
        raise RefusedInWords(
            Words(
                "不能停用自己的账号，请由另一位管理员停用。账号未改动。",
                "You cannot disable your own account; ask another administrator. "
                "Nothing was changed.",
            )
        )
    person.disabled_at = person.disabled_at or at
    person.version += 1
    end_sessions(session, person, at=at)
    record(session, person, "account.disabled", by=by, at=at)


def enable(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """Open an account again; one that was never confirmed needs that first."""
    if person.password_hash == passwords.UNUSABLE:
        raise RefusedInWords(
            Words(
                "这个账号的角色还没有经另一位管理员确认，不能启用。",
                "The role of this account still awaits the other administrator.",
            )
        )
    person.disabled_at = None
    person.version += 1
    record(session, person, "account.enabled", by=by, at=at)


def unlock(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """Let a locked account try again at once."""
    person.locked_until, person.failures = None, 0
    record(session, person, "account.unlocked", by=by, at=at)


def reset_password(session: Session, person: Person, *, by: str, at: datetime) -> str:
    """Give a new one-time password, end all sessions, lift a lock."""
    _remember(session, person, at=at)
    password = give_one_time(person, at=at)
    end_sessions(session, person, at=at)
    record(session, person, "password.reset", by=by, at=at)
    return password


def change_password(
    session: Session,
    person: Person,
    *,
    new: str,
    at: datetime,
    policy: Policy = DENGBAO3,
) -> None:
    """Set a person's own new password and end all of the person's sessions.

    Check the present password first (`sign_in.confirm_password`). Raises
    RefusedInWords where the policy says no.
    """
    words = passwords.objection(new, person.username, policy)
    if words is None and policy.history and _was_used(session, person, new, policy):
        words = Words(
            f"最近 {policy.history} 个用过的密码不能再用。密码未改动。",
            f"The last {policy.history} passwords cannot be used again. "
            "Nothing was changed.",
        )
    if words is not None:
        raise RefusedInWords(words)
    _remember(session, person, at=at)
    person.password_hash = passwords.hash_password(new)
    person.password_changed_at = at
    person.must_change = False
    person.version += 1
    end_sessions(session, person, at=at)
    record(session, person, "password.changed", by=person.username, at=at)


def end_sessions(session: Session, person: Person, *, at: datetime) -> None:
    """End all of a person's sessions; every browser must sign in again."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person.id, SignInSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def record(
    session: Session,
    person: Person,
    action: str,
    *,
    by: str,
    at: datetime,
    **detail: object,
) -> None:
    """Write one audit entry about an account."""
    session.flush()
    audit.write(
        session,
        actor=by,
        action=action,
        subject=f"person:{person.username}",
        at=at,
        detail=detail,
    )


def new_person(
    session: Session, *, username: str, name: str, role: Role, at: datetime
) -> Person:
    """Return an account nobody can sign in to yet. Raises RefusedInWords."""
    if not USERNAME.fullmatch(username):
        raise RefusedInWords(
            Words(
                "用户名要以小写字母开头，由 2 到 32 个小写字母、数字和 . _ - 组成。",
                "A user name begins with a lower-case letter and has 2 to 32 "
                "lower-case letters, digits, dots, underscores or hyphens.",
            )
        )
    if not name.strip():
        raise RefusedInWords(Words("请填写姓名。", "Give the person's name."))
    taken = session.scalar(select(Person.id).where(Person.username == username))
    if taken is not None:
        words = Words(
            "用户名 {name} 已有人使用。", "The user name {name} is taken already."
        )
        raise RefusedInWords(words, name=username)
    return Person(
        username=username,
        name=name.strip(),
        role=role,
        password_hash=passwords.UNUSABLE,
        password_changed_at=at,
        created_at=at,
    )


def give_one_time(person: Person, *, at: datetime) -> str:
    """Set and return a one-time password; it opens the account and lifts a lock."""
    password = passwords.one_time()
    person.password_hash = passwords.hash_password(password)
    person.password_changed_at = at
    person.must_change = True
    person.locked_until, person.failures = None, 0
    person.version = (person.version or 0) + 1
    return password


def _remember(session: Session, person: Person, *, at: datetime) -> None:
    if person.password_hash != passwords.UNUSABLE:
        session.add(
            PastPassword(person_id=person.id, password_hash=person.password_hash, at=at)
        )


def _was_used(session: Session, person: Person, new: str, policy: Policy) -> bool:
    former = session.scalars(
        select(PastPassword.password_hash)
        .where(PastPassword.person_id == person.id)
        .order_by(PastPassword.id.desc())
        .limit(policy.history)
    )
    return any(passwords.matches(kept, new) for kept in (person.password_hash, *former))
