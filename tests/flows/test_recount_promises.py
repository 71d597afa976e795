"""Deadlines that lists show follow the tables and the agreement, not the day of entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Kind as Said
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import keep_promises, recount_promises
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind, Ticket
from tests.factories.people import a_person
from tests.factories.settings import some_settings
from tests.factories.tickets import CUSTOMER, ENGINEER, LEAD, a_ticket, step

HOLIDAY = datetime(2026, 10, 1, 2, tzinfo=UTC)  # 10:00 in Shanghai, 国庆节
LATER = HOLIDAY + timedelta(minutes=10)
DUE = HOLIDAY + timedelta(hours=1)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    with database.unit() as session:
        a_person(session, LEAD.username, Role.LEAD)
        a_person(session, CUSTOMER.username, Role.CUSTOMER)
        a_person(session, ENGINEER.username)
    return Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))


def agreed(desk: Desk, policy: str) -> Desk:
    """Return the desk under another agreement on what counts."""
    clocks = replace(desk.settings.clocks, policy=policy)
    return replace(desk, settings=replace(desk.settings, clocks=clocks))


def moments(desk: Desk) -> dict[str, tuple[datetime | None, datetime | None]]:
    with desk.database.reading() as session:
        rows = session.execute(select(Ticket.number, Ticket.due_at, Ticket.look_at))
        return {number: (due, look) for number, due, look in rows}


def said(desk: Desk, kind: Said) -> list[tuple[str, str]]:
    query = select(Notice.recipient, Notice.zh).where(Notice.kind == kind)
    with desk.database.reading() as session:
        return [(to, words) for to, words in session.execute(query)]


def test_another_agreement_moves_the_deadline_of_what_is_open_and_the_lead_hears_of_it(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        number = a_ticket(session, desk.settings, at=HOLIDAY).number
    before = moments(desk)
    due, _look = before[number]
    assert due is not None
    assert due > DUE  # the holiday does not count
    always = agreed(desk, "always")
    assert recount_promises.sweep(always, at=LATER) == 1
    assert moments(desk)[number] == (DUE, LATER)
    assert [(to, number in words) for to, words in said(desk, Said.DUTY_DUE)] == [
        (LEAD.username, True)
    ]
    assert keep_promises.sweep(always, at=LATER) == 0
    assert moments(desk)[number] == (DUE, HOLIDAY + timedelta(minutes=30))


def test_a_mark_that_the_moved_clock_has_passed_already_is_told_at_once(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        a_ticket(session, desk.settings, at=HOLIDAY)
    always, at = agreed(desk, "always"), DUE + timedelta(minutes=5)
    assert keep_promises.sweep(desk, at=at) == 0
    assert recount_promises.sweep(always, at=at) == 1
    assert keep_promises.sweep(always, at=at) == 1
    assert any("已超时" in words for _to, words in said(desk, Said.ESCALATION))


def test_where_nothing_has_changed_nothing_is_written_and_nobody_is_told(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        for kind in (Kind.INCIDENT, Kind.INCIDENT, Kind.PROBLEM, Kind.REQUEST):
            a_ticket(session, desk.settings, kind, at=HOLIDAY)
        waiting = a_ticket(session, desk.settings, at=HOLIDAY)
        for name in ("respond", "wait"):
            step(session, desk.settings, waiting, name, at=HOLIDAY, note="等回电")
    before = moments(desk)
    assert recount_promises.sweep(desk, at=LATER) == 0
    assert moments(desk) == before
    assert said(desk, Said.DUTY_DUE) == []


def test_a_clock_without_a_table_waits_for_it_and_goes_on_with_it(desk: Desk) -> None:
    opened = datetime(2027, 12, 31, 14, tzinfo=UTC)  # 22:00; 2028 has no table yet
    then = opened + timedelta(hours=3)
    with desk.database.unit() as session:
        number = a_ticket(session, desk.settings, at=opened).number
    assert keep_promises.sweep(desk, at=then) == 0
    assert moments(desk)[number] == (None, None)
    assert recount_promises.sweep(desk, at=then) == 0
    always = agreed(desk, "always")  # needs no table: as good as one that has come
    assert recount_promises.sweep(always, at=then) == 1
    assert keep_promises.sweep(always, at=then) > 0
    assert any("已超时" in words for _to, words in said(desk, Said.ESCALATION))
