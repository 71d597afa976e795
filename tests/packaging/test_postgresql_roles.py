"""On PostgreSQL the application's role works, and cannot touch what is only added to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from opsdesk.core import migrate
from opsdesk.core.audit_verify import verify
from opsdesk.core.database import Database, Row
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import keep_desk
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind, TicketEvent
from tests.factories.people import NOON, a_person
from tests.factories.settings import some_settings
from tests.factories.tickets import CUSTOMER, a_ticket, change_values, step
from tests.lab.postgres import Postgres

SCRIPT = Path(__file__).resolve().parents[2] / "packaging/postgresql-roles.sql"
ONLY_ADDED_TO = (
    "audit_entry",
    "ticket_event",
    "item_revision",
    "baseline",
    "notice_try",
)


def run_script(server: Postgres, name: str) -> None:
    with psycopg.connect(server.dsn(name), autocommit=True) as link:
        link.execute(sql.SQL(SCRIPT.read_text()))


def as_role(server: Postgres, name: str, role: str) -> str:
    return f"postgresql+psycopg://{role}@127.0.0.1:{server.port}/{name}"


@pytest.fixture
def name(postgres_server: Postgres) -> Iterator[str]:
    """Set a database up in the way the script's head says."""
    with postgres_server.database() as name:
        run_script(postgres_server, name)
        migrate.upgrade(as_role(postgres_server, name, "opsdesk_owner"))
        run_script(postgres_server, name)
        yield name


@pytest.fixture
def desk(name: str, postgres_server: Postgres, tmp_path: Path) -> Iterator[Desk]:
    database = Database(as_role(postgres_server, name, "opsdesk_app"))
    yield Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))
    database.dispose()


def test_the_application_role_works_on_tickets_notices_and_the_audit(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        a_person(session, "fuzeren", Role.LEAD)
        ticket = a_ticket(session, desk.settings, by=CUSTOMER)
        step(session, desk.settings, ticket, "respond")
        a_ticket(session, desk.settings, Kind.CHANGE, change_values())
    for _name, part in keep_desk.PARTS:
        part(desk, at=NOON)
    with desk.database.reading() as session:
        assert verify(session).sound
        assert len(session.scalars(select(TicketEvent)).all()) == 3
        assert session.scalars(select(Notice.recipient)).all() == ["fuzeren"]


def test_every_table_may_be_worked_on_but_those_only_added_to(desk: Desk) -> None:
    asked = text("SELECT has_table_privilege(:table, :right)")
    tables = {table.name for table in Row.metadata.tables.values()}
    assert set(ONLY_ADDED_TO) < tables
    with desk.database.reading() as session:

        def held(table: str) -> set[str]:
            return {
                right
                for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
                if session.scalar(asked, {"table": table, "right": right})
            }

        found = {table: held(table) for table in tables}
    everything = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {table for table in tables if found[table] != everything} == {
        *ONLY_ADDED_TO,
        "audit_head",
    }
    assert {frozenset(found[table]) for table in ONLY_ADDED_TO} == {
        frozenset({"SELECT", "INSERT"})
    }
    assert found["audit_head"] == {"SELECT", "UPDATE"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TRIGGER {table}_no_change ON {table}",
        "DROP TABLE {table}",
        "SET session_replication_role = replica",
        "SET ROLE opsdesk_owner",
    ],
)
def test_the_database_refuses_the_application_to_change_what_was(
    desk: Desk, statement: str
) -> None:
    for table in ONLY_ADDED_TO:
        column = "seq" if table == "audit_entry" else "id"
        tried = text(statement.format(table=table, column=column))
        with pytest.raises(ProgrammingError) as refused, desk.database.unit() as one:
            one.execute(tried)
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_application_role_starts_on_a_database_that_is_up_to_date(
    name: str, postgres_server: Postgres
) -> None:
    url = as_role(postgres_server, name, "opsdesk_app")
    migrate.upgrade(url)
    assert migrate.revision_of(url) == migrate.head()


def test_a_desk_that_ran_as_one_user_can_be_given_the_two_roles(
    postgres_server: Postgres, postgres_template: str
) -> None:
    with postgres_server.database(template=postgres_template) as name:
        run_script(postgres_server, name)
        run_script(postgres_server, name)
        database = Database(as_role(postgres_server, name, "opsdesk_app"))
        try:
            with pytest.raises(ProgrammingError), database.unit() as session:
                session.execute(text("DELETE FROM audit_entry"))
        finally:
            database.dispose()
        migrate.downgrade(as_role(postgres_server, name, "opsdesk_owner"), "base")
