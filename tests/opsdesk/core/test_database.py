"""Units of work: whoever only looks cannot write, on whatever connection."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.people.models import Person, Role
from tests.factories.people import NOON, a_person


def people(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Person)) or 0


def test_looking_and_writing_in_turns_on_one_connection_stay_what_they_are(
    database: Database,
) -> None:
    for turn, name in enumerate(("yi", "er", "san")):
        with database.unit() as session:
            a_person(session, name, Role.ENGINEER, at=NOON)
        with pytest.raises(DBAPIError), database.reading() as session:
            a_person(session, f"{name}-not", Role.ENGINEER, at=NOON)
        with database.reading() as session:
            assert people(session) == turn + 1


def test_a_plain_connection_after_a_writing_one_only_looks(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        a_person(session, "yi", Role.ENGINEER, at=NOON)
    with (
        pytest.raises(DBAPIError, match="readonly"),
        Session(sqlite_database.engine) as session,
    ):
        a_person(session, "er", Role.ENGINEER, at=NOON)
