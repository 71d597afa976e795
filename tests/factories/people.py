"""Accounts for tests, with a password everybody in the tests knows."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from sqlalchemy.orm import Session

from opsdesk.people.models import Person, Role
from opsdesk.people.passwords import hash_password

PASSWORD = "Ru-Zhong-2026!"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


def a_person(
    session: Session,
    username: str = "zhiban",
    role: Role = Role.ENGINEER,
    *,
    at: datetime = NOON,
    must_change: bool = False,
) -> Person:
    """Add an account that has changed its first password already."""
    person = Person(
        username=username,
        name=f"值班{username}",
        role=role,
        password_hash=_hash(),
        password_changed_at=at,
        must_change=must_change,
        created_at=at,
    )
    session.add(person)
    session.flush()
    return person
