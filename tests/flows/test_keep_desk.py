"""What the desk does by itself: escalates once, to the right people, come what may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.desk import DEMO, Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Kind as Said
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import keep_desk, keep_promises, keep_slots, raise_incidents
from opsdesk.inspections.models import Round, Visit
from opsdesk.people.models import Role
from opsdesk.reporting import operations as ordering
from opsdesk.reporting.models import Order, OrderState
from opsdesk.scheduler import build
from opsdesk.tickets.models import Ticket, TicketEvent, What
from tests.factories.people import a_person
from tests.factories.roster import clock, on, the_turns
from tests.factories.rounds import AT, finding, judged_round, verdict
from tests.factories.settings import some_settings
from tests.factories.tickets import COLLEAGUE, CUSTOMER, ENGINEER, a_ticket, step

MINUTE = timedelta(minutes=1)
DUTY, NIGHT, OWNER = "zaigang", "yeban", COLLEAGUE.username
LEAD, CUSTOMERS, IDLE = "fuzeren", CUSTOMER.username, ENGINEER.username


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    with database.unit() as session:
        a_person(session, LEAD, Role.LEAD)
        a_person(session, CUSTOMERS, Role.CUSTOMER)
        for name in (IDLE, OWNER):
            a_person(session, name)
        a_person(session, "yiliren").disabled_at = AT
    return Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))


def manned(desk: Desk) -> None:
    """Put one person on the day shift and another one on the night shift."""
    with desk.database.unit() as session:
        day, night = the_turns()
        on(session, a_person(session, DUTY), day)
        on(session, a_person(session, NIGHT), night)


def told(desk: Desk, kind: Said = Said.ESCALATION) -> dict[str, list[str]]:
    """Return who was told, by the key a notice is said once under."""
    query = select(Notice.once, Notice.recipient).where(Notice.kind == kind)
    found: dict[str, list[str]] = {}
    with desk.database.reading() as session:
        for once, recipient in session.execute(query.order_by(Notice.recipient)):
            found.setdefault(str(once).partition(":")[2], []).append(recipient)
    return found


def sweep(desk: Desk, at: datetime) -> None:
    """Sweep twice: what is said once stays said once."""
    for _ in range(2):
        keep_promises.sweep(desk, at=at)


def opened(session: Session, desk: Desk, at: datetime) -> Ticket:
    return a_ticket(session, desk.settings, at=at)


def test_half_three_quarters_and_the_whole_of_a_clock_reach_more_people_each_once(
    desk: Desk,
) -> None:
    manned(desk)
    began = clock(10)
    with desk.database.unit() as session:
        ticket = opened(session, desk, began)
        (response,) = [
            one
            for one in keep_promises.read(session, desk.settings, ticket, at=began)
            if one.promise.name == "response"
        ]
    budget = response.budget
    sweep(desk, began + budget * 0.49)
    assert told(desk) == {}
    sweep(desk, began + budget * 0.5)
    assert told(desk) == {"response:50": [DUTY]}
    sweep(desk, began + budget * 0.75)
    sweep(desk, began + budget)
    assert told(desk) == {
        "response:50": [DUTY],
        "response:75": sorted([DUTY, LEAD]),
        "response:100": sorted([DUTY, LEAD, CUSTOMERS]),
    }
    with desk.database.reading() as session:
        written = session.scalars(
            select(TicketEvent.detail).where(TicketEvent.what == What.ESCALATED)
        )
        assert [one["percent"] for one in written] == [50, 75, 100]


def test_over_midnight_whoever_is_on_duty_then_is_told_and_the_owner_with_him(
    desk: Desk,
) -> None:
    manned(desk)
    began = clock(23, 50)
    with desk.database.unit() as session:
        ticket = opened(session, desk, began)
        ticket.owner = OWNER
    sweep(desk, clock(0, 50, days=1))
    assert told(desk)["response:100"] == sorted([NIGHT, OWNER, LEAD, CUSTOMERS])


def test_with_nobody_on_duty_every_engineer_who_is_still_there_is_told(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        opened(session, desk, clock(10))
    sweep(desk, clock(12))
    assert told(desk)["response:100"] == sorted([IDLE, OWNER, LEAD, CUSTOMERS])


def test_an_answer_in_time_stops_what_would_have_been_said(desk: Desk) -> None:
    with desk.database.unit() as session:
        ticket = opened(session, desk, clock(10))
        step(session, desk.settings, ticket, "respond", at=clock(10, 1))
    sweep(desk, clock(10, 31))
    assert [key for key in told(desk) if key.startswith("response")] == []


@pytest.fixture
def now() -> Iterator[datetime]:
    """Let the wall clock stand at a moment when the response is overdue."""
    with time_machine.travel(clock(12), tick=False):
        yield clock(12)


def test_a_mistake_in_one_part_keeps_none_of_the_others_back(
    desk: Desk, now: datetime
) -> None:
    with desk.database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())}, at=AT)
        opened(session, desk, clock(10))
    # The finding's transcript is gone from the store: its incident cannot be opened.
    with pytest.raises(Exception, match="a" * 64):
        raise_incidents.sweep(desk, at=now)
    keep_desk.tick(desk)
    assert "response:100" in told(desk)


def test_over_made_up_data_papers_are_printed_and_read_and_nothing_else_is_done(
    desk: Desk, now: datetime
) -> None:
    (desk.settings.desk.data / DEMO).touch()
    with desk.database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())}, at=AT)
        opened(session, desk, clock(10))
        ordering.order(session, "WRY-YB-202611", "202611", by=LEAD, at=now)
    scheduler = build(desk, keep_slots.observe(now), threading.Event())
    for job in scheduler.get_jobs():
        job.func(*job.args, **job.kwargs)
    with desk.database.reading() as session:
        states = session.scalars(select(Order.state)).all()
        rounds = session.scalars(select(Round.id)).all()
    assert list(states) == [OrderState.DONE]
    assert len(rounds) == 1  # the one that was there
    assert told(desk) == {}


def test_an_incident_a_finding_opens_is_told_to_who_is_on_duty_and_the_lead_once(
    desk: Desk,
) -> None:
    manned(desk)
    with desk.database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())}, at=AT)
        for visit in session.scalars(select(Visit)):
            visit.transcript_sha256 = desk.store.put(b"transcript")
    for _ in range(2):
        raise_incidents.sweep(desk, at=clock(10))
    (people,) = told(desk, Said.INCIDENT_OPENED).values()
    assert people == sorted([DUTY, LEAD])


def test_an_incident_of_the_customer_is_told_and_one_of_an_engineer_is_not(
    desk: Desk,
) -> None:
    manned(desk)
    with desk.database.unit() as session:
        theirs = a_ticket(session, desk.settings, by=CUSTOMER, at=clock(10))
        a_ticket(session, desk.settings, by=ENGINEER, at=clock(10))
    assert told(desk, Said.INCIDENT_OPENED) == {theirs.number: sorted([DUTY, LEAD])}
