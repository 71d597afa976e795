"""What falls due is said once, to the lead."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.assets.models import Type
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import remind_duties
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind
from tests.factories.assets import an_item
from tests.factories.people import NOON, a_person
from tests.factories.settings import some_settings
from tests.factories.tickets import CUSTOMER, a_ticket, change_values, step

DAY = timedelta(days=1)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    settings = some_settings(tmp_path)
    with database.unit() as session:
        a_person(session, "fuzeren", Role.LEAD)
    return Desk(settings=settings, database=database, store=Store(tmp_path / "files"))


def told(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Notice.zh).order_by(Notice.id)))


def test_an_emergency_not_approved_in_a_service_day_is_said_once(desk: Desk) -> None:
    with desk.database.unit() as session:
        values = change_values(change_kind="emergency")
        ticket = a_ticket(session, desk.settings, Kind.CHANGE, values)
        step(session, desk.settings, ticket, "implement-first", note="口头同意")
    remind_duties.sweep(desk, at=NOON + DAY)
    assert told(desk) == []
    for hours in (40, 41):
        remind_duties.sweep(desk, at=NOON + timedelta(hours=hours))
    (said,) = told(desk)
    assert "紧急变更" in said


def test_a_warranty_that_ends_is_said_a_month_before(desk: Desk) -> None:
    with desk.database.unit() as session:
        an_item(session, "db-1", Type.DEVICE, warranty_until="2026-12-30")
    remind_duties.sweep(desk, at=NOON)
    assert told(desk) == []
    for days in (10, 11):
        remind_duties.sweep(desk, at=NOON + days * DAY)
    (said,) = told(desk)
    assert "2026-12-30" in said


def test_frozen_clocks_that_come_out_otherwise_are_reported_and_stand(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings)
        step(session, desk.settings, ticket, "respond")
        solved = {"cause": "甲", "solution": "乙"}
        step(session, desk.settings, ticket, "resolve", solved)
        closing = {"confirmed_by": "甲方", "no_release_why": "无"}
        step(session, desk.settings, ticket, "close", closing, by=CUSTOMER)
        assert not remind_duties.differs(session, desk.settings, ticket)
    at_three = NOON.replace(hour=19) + DAY  # 03:00 in Shanghai
    remind_duties.sweep(desk, at=at_three)
    assert told(desk) == []
    with desk.database.unit() as session:
        row = session.merge(ticket)
        assert row.result is not None
        clocks = dict(row.result["clocks"])
        clocks["response"] = {**clocks["response"], "met": False}
        row.result = {**row.result, "clocks": clocks}
    remind_duties.sweep(desk, at=at_three)
    (said,) = told(desk)
    assert "冻结的结果保持不变" in said
