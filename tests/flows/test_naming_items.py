"""What people call a server is the item of the library, wherever they name it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows import raise_incidents, work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.inspections.models import Visit
from opsdesk.people.models import Role
from opsdesk.tickets.entering import Mistaken
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations.editing import Edition
from opsdesk.tickets.queries import lists
from tests.factories.assets import an_item
from tests.factories.people import NOON, a_person
from tests.factories.rounds import AT, finding, judged_round, verdict
from tests.factories.settings import some_settings
from tests.factories.tickets import ENGINEER, LEAD, a_ticket

CHANGE = {"change_kind": "normal", "reason": "扩容", "content": "1. 加内存"}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    with database.unit() as session:
        a_person(session, LEAD.username, Role.LEAD)
        a_person(session, ENGINEER.username)
    return Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))


@pytest.fixture
def code(desk: Desk) -> str:
    with desk.database.unit() as session:
        an_item(session, "双胞胎")
        an_item(session, "双胞胎")
        return an_item(session, "监测主库", server="db-1").code


def numbers_about(desk: Desk, code: str) -> list[str]:
    with desk.database.reading() as session:
        return [row.number for row in lists.about(session, code, most=10)]


@pytest.mark.parametrize("called", ["{code}", "db-1", "监测主库"])
def test_a_change_names_an_item_by_code_server_or_name_and_is_found_under_it_at_once(
    desk: Desk, code: str, called: str
) -> None:
    typed = {**CHANGE, "items": f"{called.format(code=code)} {code}"}
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings, Kind.CHANGE, typed)
        number, held = ticket.number, ticket.sheet["items"]
    assert held == [code]
    assert numbers_about(desk, code) == [number]


@pytest.mark.parametrize("called", ["CI-SRV-9999", "双胞胎"])
def test_an_item_that_does_not_exist_or_could_be_two_is_refused_and_nothing_is_saved(
    desk: Desk, code: str, called: str
) -> None:
    with (
        pytest.raises(Mistaken, match=f"配置库里没有「{called}」"),
        desk.database.unit() as session,
    ):
        a_ticket(session, desk.settings, Kind.CHANGE, {**CHANGE, "items": called})
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_a_configured_server_can_be_named_before_anybody_enrols_it(desk: Desk) -> None:
    with desk.database.unit() as session:
        typed = {**CHANGE, "items": "app-1"}
        ticket = a_ticket(session, desk.settings, Kind.CHANGE, typed)
        assert ticket.sheet["items"] == ["app-1"]


def test_what_a_record_named_before_stays_while_another_item_is_added(
    desk: Desk, code: str
) -> None:
    with desk.database.unit() as session:
        typed = {**CHANGE, "items": code}
        ticket = a_ticket(session, desk.settings, Kind.CHANGE, typed)
        ticket.sheet = {**ticket.sheet, "items": ["old-host"]}
        number, version = ticket.number, ticket.version
    edition = Edition(values={"items": ["old-host", "db-1"]}, version=version)
    with desk.database.unit() as session:
        deed = Deed(by=ENGINEER, at=NOON + timedelta(hours=1))
        edited = work_tickets.edit(session, desk.settings, number, edition, deed)
        assert edited.sheet["items"] == ["old-host", code]
    assert numbers_about(desk, code) == [number]


def test_an_incident_that_a_finding_opens_is_found_under_the_item_of_its_server(
    desk: Desk, code: str
) -> None:
    with desk.database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())}, at=AT)
        for visit in session.scalars(select(Visit)):
            visit.transcript_sha256 = desk.store.put(b"transcript")
    assert raise_incidents.sweep(desk, at=AT + timedelta(minutes=1)) == 1
    assert len(numbers_about(desk, code)) == 1
