"""What a run taught becomes a problem with a date; nobody on post becomes an offer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Notice, Urgency
from opsdesk.flows import follow_up, watch_staff
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.operations import attending
from opsdesk.people.roster.queries import duties
from opsdesk.responses.models import Run, RunTicket
from opsdesk.responses.operations import opening
from opsdesk.tickets.models import Kind, Ticket
from runbooks.plan import Level, Scenario
from tests.factories.people import a_person
from tests.factories.roster import DAY, clock, on, the_turns
from tests.factories.settings import some_settings
from tests.flows.a_plan import a_plan

NOW = clock(9, 0)


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    settings = some_settings(tmp_path)
    with database.unit() as session:
        day, _night = the_turns()
        on(session, a_person(session, "first"), day)
        on(session, a_person(session, "second"), day, Post.BACKUP)
        a_person(session, "lead", Role.LEAD)
    return Desk(
        settings=settings, database=database, store=Store(tmp_path / "var" / "files")
    )


def arrive(desk: Desk, *names: str) -> None:
    with desk.database.unit() as session:
        for row in duties(session, DAY, DAY):
            if row.username in names:
                person = person_named(session, row.username)
                attending.arrive(session, row.id, by=person, at=row.starts_at)


def declare(desk: Desk, scenario: Scenario = Scenario.WAN_OUTAGE) -> str:
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        what = opening.Emergency(plan=a_plan(scenario=scenario), level=Level.FOUR)
        return opening.declare(session, desk.settings, what, by=lead, at=NOW).number


def improved(desk: Desk, number: str) -> str:
    item = follow_up.Item(
        title="备用线路没有 {监控}",
        due_on=DAY + timedelta(days=7),
        description="切换后才发现",
        owner="first",
    )
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        ticket = follow_up.improve(
            session, desk.settings, number, item, by=lead, at=NOW
        )
        return ticket.number


def test_an_improvement_is_a_problem_tied_to_its_run_with_a_date(desk: Desk) -> None:
    number = declare(desk)
    problem = improved(desk, number)

    with desk.database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == problem)).one()
        link = session.scalars(select(RunTicket)).one()
        run = session.scalars(select(Run)).one()
    assert ticket.kind is Kind.PROBLEM
    assert ticket.owner == "first"
    assert (link.run_id, link.ticket_id) == (run.id, ticket.id)
    assert link.due_on == DAY + timedelta(days=7)
    assert ticket.due_at == clock(0, days=8)


def test_an_improvement_is_reminded_of_daily_once_it_is_due(desk: Desk) -> None:
    improved(desk, declare(desk))

    for days in (6, 7, 7, 8):
        follow_up.remind(desk, at=clock(9, days=days))

    with desk.database.reading() as session:
        query = select(Notice).where(Notice.once.like("improve:%"))
        said = sorted(one.recipient for one in session.scalars(query))
    assert said == ["first", "first", "lead", "lead"]


def offer(desk: Desk) -> watch_staff.Proposal | None:
    with desk.database.reading() as session:
        return watch_staff.proposal(session, at=NOW)


def test_one_absent_person_is_level_four_and_both_posts_are_level_three(
    desk: Desk,
) -> None:
    both = offer(desk)
    arrive(desk, "first")
    one = offer(desk)
    arrive(desk, "second")

    assert both is not None
    assert one is not None
    assert (both.level, one.level) == (Level.THREE, Level.FOUR)
    assert [row.username for row in one.absent] == ["second"]
    assert offer(desk) is None


def test_three_absent_people_are_level_three(desk: Desk) -> None:
    with desk.database.unit() as session:
        day, _night = the_turns()
        for name in ("third", "fourth", "fifth"):
            on(session, a_person(session, name), day, Post.PRIMARY)
    arrive(desk, "second")

    found = offer(desk)

    assert found is not None
    assert found.level is Level.THREE


def test_the_offer_is_told_once_and_nothing_is_declared(desk: Desk) -> None:
    assert watch_staff.sweep(desk, at=NOW) > 0
    assert watch_staff.sweep(desk, at=NOW + timedelta(minutes=1)) == 0

    with desk.database.reading() as session:
        said = session.scalars(select(Notice).where(Notice.once.like("staff:%"))).all()
        assert session.scalars(select(Run)).all() == []
    assert {"lead", "first", "second"} == {one.recipient for one in said}
    assert {one.urgency for one in said} == {Urgency.NOW}


def test_a_response_that_is_under_way_needs_no_offer(desk: Desk) -> None:
    declare(desk, Scenario.STAFF_ABSENT)

    assert offer(desk) is None
