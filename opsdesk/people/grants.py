"""Roles are granted by two: one administrator proposes, the other one confirms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.people import passwords
from opsdesk.people.models import Person, Role, RoleGrant
from opsdesk.people.operations import (
    end_sessions,
    give_one_time,
    new_person,
    record,
)
from probes.finding import Words

GRANTING = {Role.SYSTEM: Role.SECURITY, Role.SECURITY: Role.SYSTEM}
"""Who may propose a role -> who then has to confirm it."""

ADMINISTRATORS = frozenset({Role.SYSTEM, Role.SECURITY, Role.AUDIT})
"""Separate from each other and from the work: one account, one role."""


@dataclass(frozen=True, slots=True)
class Granted:
    """To whom a role was given, and the one-time password of a new account."""

    username: str
    password: str | None = field(repr=False)


def apply_for(
    session: Session,
    *,
    username: str,
    name: str,
    role: Role,
    by: Person,
    at: datetime,
) -> RoleGrant:
    """Make an account that stays shut until the other administrator confirms it."""
    person = new_person(session, username=username, name=name, role=role, at=at)
    person.disabled_at = at
    session.add(person)
    session.flush()
    record(session, person, "account.applied-for", by=by.username, at=at)
    return propose_role(session, person, role, by=by, at=at)


def propose_role(
    session: Session, person: Person, role: Role, *, by: Person, at: datetime
) -> RoleGrant:
    """Propose a role; a former proposal that nobody decided is replaced."""
    _require_granting(by)
    _not_oneself(person.id, by)
    session.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person.id, RoleGrant.accepted.is_(None))
        .values(accepted=False, decided_by=by.username, decided_at=at)
    )
    grant = RoleGrant(
        person_id=person.id,
        role=role,
        proposed_by=by.username,
        proposed_as=by.role,
        proposed_at=at,
    )
    session.add(grant)
    session.flush()
    record(session, person, "role.proposed", by=by.username, at=at, role=role.value)
    return grant


def confirm_role(
    session: Session, grant_id: int, *, by: Person, at: datetime
) -> Granted:
    """Give the proposed role; a new account gets its one-time password."""
    grant, person = _pending(session, grant_id, by=by)
    former = person.role
    grant.accepted, grant.decided_by, grant.decided_at = True, by.username, at
    person.role = grant.role
    person.version += 1
    password = None
    if person.password_hash == passwords.UNUSABLE:
        person.disabled_at = None
        password = give_one_time(person, at=at)
    end_sessions(session, person, at=at)
    record(
        session,
        person,
        "role.granted",
        by=by.username,
        at=at,
        role=grant.role.value,
        former=former.value,
        proposed_by=grant.proposed_by,
    )
    return Granted(person.username, password)


def decline_role(session: Session, grant_id: int, *, by: Person, at: datetime) -> None:
    """Leave the role as it was; the proposer may take his own proposal back so."""
    _require_granting(by)
    grant = _undecided(session, grant_id)
    person = session.get_one(Person, grant.person_id)
    grant.accepted, grant.decided_by, grant.decided_at = False, by.username, at
    record(
        session, person, "role.declined", by=by.username, at=at, role=grant.role.value
    )


def require_one_suffices(person: Person) -> None:
    """Refuse to let one administrator alone decide about another one's account.

    Whoever could reset an administrator's password by himself could be both.
    """
    if person.role in ADMINISTRATORS:
        raise RefusedInWords(
            Words(
                "管理员的账号不能由一位管理员单独处理：请两位管理员一起在服务器上运行 "
                "opsdesk user。没有改动。",
                "One administrator alone does not decide about another's account: both "
                "run `opsdesk user` on the server together. Nothing was changed.",
            )
        )


def _not_oneself(person_id: int, by: Person) -> None:
    if person_id == by.id:
        raise RefusedInWords(
            Words(
                "自己的角色不能自己提出，也不能自己确认。没有改动。",
                "Nobody proposes or confirms a role of his own. Nothing was changed.",
            )
        )


def _pending(
    session: Session, grant_id: int, *, by: Person
) -> tuple[RoleGrant, Person]:
    _require_granting(by)
    grant = _undecided(session, grant_id)
    if by.role is not GRANTING[grant.proposed_as]:
        raise RefusedInWords(
            Words(
                "授予角色要系统管理员和安全管理员各一人：请另一方确认。",
                "A role takes a system and a security administrator together: "
                "the other one must confirm.",
            )
        )
    _not_oneself(grant.person_id, by)
    return grant, session.get_one(Person, grant.person_id)


def _undecided(session: Session, grant_id: int) -> RoleGrant:
    query = select(RoleGrant).where(RoleGrant.id == grant_id).with_for_update()
    grant = session.scalar(query)
    if grant is None or grant.accepted is not None:
        raise RefusedInWords(
            Words(
                "这项授予已经处理过了，没有改动。",
                "This proposal was decided already; nothing was changed.",
            )
        )
    return grant


def _require_granting(by: Person) -> None:
    if by.role not in GRANTING:
        raise RefusedInWords(
            Words(
                "只有系统管理员和安全管理员可以授予角色。",
                "Only system and security administrators grant roles.",
            )
        )
