"""What a move does beyond its record: rounds asked for, versions moved, lives changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import CauseKind, Item, State, Type
from opsdesk.assets.queries.history import revisions_of
from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.core.settings import Settings
from opsdesk.flows import ship_change, work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.inspections.models import Round, Slot, Visit
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations import approving
from opsdesk.tickets.operations.approving import Decision
from tests.factories.assets import an_item
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import (
    CUSTOMER,
    LEAD,
    SHA,
    Hand,
    a_ticket,
    change_values,
    step,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return some_settings(tmp_path)


def signed(session: Session, settings: Settings, ticket: Ticket, *by: Hand) -> None:
    for hand in by:
        asked = approving.latest(session, ticket)
        assert asked is not None
        decision = Decision(round_id=asked.id, agrees=True)
        deed = Deed(by=hand, at=NOON)
        work_tickets.decide(session, settings, ticket.number, decision, deed)


def release(session: Session, settings: Settings, code: str) -> Ticket:
    values = {
        "version_from": "2.7.2",
        "version_to": "2.7.3",
        "artefacts": [{"name": "app.war", "sha256": SHA}],
        "items": code,
        **dict.fromkeys(("test_result", "plan", "backout_plan"), "写明"),
        "backout_artefact": "app-2.7.2.war",
        "executors": "tongshi",
    }
    ticket = a_ticket(session, settings, Kind.RELEASE, values)
    step(session, settings, ticket, "build")
    step(session, settings, ticket, "submit")
    signed(session, settings, ticket, LEAD)
    return step(session, settings, ticket, "deploy")


VERIFIED = {
    "deployed": [{"node": "app-1", "sha256": SHA, "result": "成功"}],
    "verified": [{"item": f"第 {n} 项", "result": "正常"} for n in range(5)],
    "verified_by": "gongchengshi",
}


def test_versions_move_with_the_release_and_back_with_its_way_back(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        item = an_item(session, "填报应用", Type.SOFTWARE)
        ticket = release(session, settings, item.code)
        assert item.fields.get("version") is None  # nothing moves before it is verified
        step(session, settings, ticket, "verify", VERIFIED)
        assert item.fields["version"] == "2.7.3"
        newest = revisions_of(session, item.code)[0]
        assert (newest.cause, newest.reference) == (CauseKind.RELEASE, ticket.number)
        undone = {"rollback_record": "登录失败，回退"}
        step(session, settings, ticket, "roll-back", undone, note="登录失败")
        assert item.fields["version"] == "2.7.2"


def test_what_lies_on_a_node_must_be_what_was_approved(
    database: Database, settings: Settings
) -> None:
    other = {**VERIFIED, "deployed": [{"node": "app-1", "sha256": "cd" * 32}]}
    with database.unit() as session:
        item = an_item(session, "填报应用", Type.SOFTWARE)
        ticket = release(session, settings, item.code)
        with pytest.raises(Refused, match="不在批准的制品清单"):
            step(session, settings, ticket, "verify", other)


def test_the_servers_of_a_change_are_inspected_before_and_after(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        values = change_values(items="app-1")
        ticket = a_ticket(session, settings, Kind.CHANGE, values)
        step(session, settings, ticket, "submit")
        signed(session, settings, ticket, LEAD)
        step(session, settings, ticket, "schedule")
        step(session, settings, ticket, "implement")
        done = {"actual_result": "success", "verified_by": "gongchengshi"}
        step(session, settings, ticket, "observe", done)
        rounds = session.scalars(select(Round).order_by(Round.id)).all()
        assert [one.slot for one in rounds] == [Slot.ADHOC, Slot.ADHOC]
        assert {one.server for one in session.scalars(select(Visit))} == {"app-1"}
        assert "实施前" in rounds[0].reason
        assert "实施后" in rounds[1].reason


def test_a_change_that_is_carried_out_explains_a_drift_and_no_other_does(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        item = an_item(session, "app-1", server="app-1")
        values = change_values(items="app-1")
        ticket = a_ticket(session, settings, Kind.CHANGE, values)
        assert ship_change.explains(session)(item.code) == ""
        step(session, settings, ticket, "submit")
        signed(session, settings, ticket, LEAD)
        step(session, settings, ticket, "schedule")
        step(session, settings, ticket, "implement")
        assert ship_change.explains(session)(item.code) == ticket.number


def test_a_device_that_is_repaired_lives_so_in_the_library(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        item = an_item(session, "db-1")
        values = {
            "items": item.code,
            **dict.fromkeys(("device_name", "model", "serial", "symptom"), "写明"),
            **dict.fromkeys(("tried", "affects"), "写明"),
            "way": "return",
            "has_media": "yes",
        }
        ticket = a_ticket(session, settings, Kind.REPAIR, values)
        step(session, settings, ticket, "submit")
        signed(session, settings, ticket, LEAD, CUSTOMER)
        with pytest.raises(Refused, match="存储介质"):
            step(session, settings, ticket, "send")
        step(session, settings, ticket, "repair-here")
        assert session.get_one(Item, item.id).state is State.REPAIR
        step(session, settings, ticket, "return")
        passed = {"tests": [{"item": "通电", "result": "正常"}], "outcome": "repaired"}
        step(session, settings, ticket, "accept", passed, by=CUSTOMER)
        assert session.get_one(Item, item.id).state is State.IN_USE
