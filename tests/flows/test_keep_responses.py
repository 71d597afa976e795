"""The ladder is climbed rung by rung, spared by an answer, and watched by another."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from opsdesk.core import heartbeat
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Delivery, Notice, State, Urgency
from opsdesk.flows import (
    audit_escalations,
    declare_emergency,
    keep_responses,
    ladder_ledger,
)
from opsdesk.people.models import Person, Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import Post
from opsdesk.responses.models import Escalation, Run, RunEvent, RunStep
from opsdesk.responses.operations import escalating, opening, stepping
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import Rung, RungState, RunState, StepState, What
from opsdesk.tickets.models import TicketEvent
from runbooks.plan import Level, Plan
from tests.factories.people import a_person
from tests.factories.roster import clock, on, the_turns
from tests.factories.settings import some_settings
from tests.factories.tickets import a_ticket
from tests.flows.a_plan import a_plan, approval

NOW = clock(9, 0)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    """Give a desk with a primary, a backup, a lead and a customer."""
    settings = some_settings(tmp_path)
    with database.unit() as session:
        day, _night = the_turns()
        on(session, a_person(session, "first"), day)
        on(session, a_person(session, "second"), day, Post.BACKUP)
        a_person(session, "lead", Role.LEAD)
        a_person(session, "owner", Role.CUSTOMER)
    return Desk(
        settings=settings, database=database, store=Store(tmp_path / "var" / "files")
    )


def declare(desk: Desk, plan: Plan | None = None, incident: str = "") -> str:
    with desk.database.unit() as session:
        lead = person_named(session, "lead")
        what = opening.Emergency(
            plan=plan or a_plan(), level=Level.THREE, incident=incident
        )
        run = declare_emergency.declare(session, desk.settings, what, by=lead, at=NOW)
        return run.number


def told(desk: Desk) -> list[str]:
    """Return who has been called so far, in order."""
    with desk.database.reading() as session:
        query = select(Notice).where(Notice.once.like("rung:%")).order_by(Notice.id)
        return [one.recipient for one in session.scalars(query)]


def rungs(desk: Desk) -> dict[Rung, RungState]:
    with desk.database.reading() as session:
        return {one.rung: one.state for one in session.scalars(select(Escalation))}


def test_declaring_calls_the_primary_in_the_same_breath(desk: Desk) -> None:
    number = declare(desk)

    assert told(desk) == ["first"]
    with desk.database.reading() as session:
        said = session.scalars(select(Notice).where(Notice.recipient == "first")).one()
    assert said.urgency is Urgency.NOW
    assert number in said.zh
    assert said.link == f"/runs/{number}"
    assert "演练" not in said.zh


def test_declaring_twice_from_one_incident_calls_once(desk: Desk) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings, at=NOW).number

    assert declare(desk, incident=ticket) == declare(desk, incident=ticket)
    assert told(desk) == ["first"]


def test_the_ladder_is_climbed_at_0_5_15_and_30_minutes(desk: Desk) -> None:
    declare(desk)
    seen = []
    for minute in range(32):
        keep_responses.sweep(desk, at=after(minute))
        seen.append(len(told(desk)))

    assert told(desk) == ["first", "second", "lead", "owner"]
    assert [seen.index(count) for count in (1, 2, 3, 4)] == [0, 5, 15, 30]
    assert audit_escalations.sweep(desk, at=after(4)) == 0


def test_the_first_to_answer_spares_the_rest(desk: Desk) -> None:
    number = declare(desk)
    keep_responses.sweep(desk, at=after(5))
    with desk.database.unit() as session:
        second = person_named(session, "second")
        escalating.acknowledge(session, number, by=second, at=after(6))

    for minute in (15, 30, 60):
        keep_responses.sweep(desk, at=after(minute))

    assert told(desk) == ["first", "second"]
    assert rungs(desk)[Rung.LEAD] is rungs(desk)[Rung.CUSTOMER] is RungState.SPARED


def test_a_rung_with_nobody_passes_it_on_at_once(desk: Desk) -> None:
    with desk.database.unit() as session:
        session.execute(
            update(Person)
            .where(Person.username.in_(["first", "second"]))
            .values(disabled_at=NOW)
        )

    declare(desk)
    keep_responses.sweep(desk, at=after(0))

    assert told(desk) == ["lead"]
    assert rungs(desk)[Rung.PRIMARY] is RungState.NOBODY
    assert rungs(desk)[Rung.SECONDARY] is RungState.NOBODY


def test_a_sweep_that_comes_late_climbs_all_that_is_due(desk: Desk) -> None:
    declare(desk)
    keep_responses.sweep(desk, at=after(20))

    assert sorted(told(desk)) == ["first", "lead", "second"]


def test_a_rung_that_was_not_told_in_time_is_alarmed_once(desk: Desk) -> None:
    number = declare(desk)
    deliver(desk, State.SENT)

    assert audit_escalations.sweep(desk, at=after(5.5)) == 0
    assert audit_escalations.sweep(desk, at=after(6.5)) == 1
    assert audit_escalations.sweep(desk, at=after(7)) == 0

    with desk.database.reading() as session:
        alarms = session.scalars(
            select(RunEvent).where(RunEvent.what == What.ALARMED)
        ).all()
        said = session.scalars(select(Notice).where(Notice.once.like("alarm:%"))).all()
    assert alarms
    assert {"lead", "first", "second"} <= {one.recipient for one in said}
    assert all(number in one.zh for one in said)


def deliver(desk: Desk, state: State) -> None:
    with desk.database.unit() as session:
        for one in session.scalars(select(Notice).where(Notice.once.like("rung:%"))):
            session.add(
                Delivery(
                    notice_id=one.id,
                    channel="mail",
                    target=one.recipient,
                    batch=one.batch,
                    urgency=one.urgency,
                    state=state,
                    due_at=one.at,
                    tries=1,
                )
            )


@pytest.mark.parametrize(
    ("state", "alarms"), [(State.SENT, 0), (State.GIVEN_UP, 1), (State.WAITING, 1)]
)
def test_a_call_that_no_channel_delivered_is_alarmed(
    desk: Desk, state: State, alarms: int
) -> None:
    declare(desk)
    deliver(desk, state)
    keep_responses.sweep(desk, at=after(5))

    assert audit_escalations.sweep(desk, at=after(5.2)) == alarms


def test_the_ledger_of_a_ladder_tells_who_was_reached_how(desk: Desk) -> None:
    number = declare(desk)
    deliver(desk, State.GIVEN_UP)
    keep_responses.sweep(desk, at=after(5))
    with desk.database.unit() as session:
        backup = session.scalars(select(Notice).filter_by(recipient="second")).one()
        backup.read_at = after(6)
    with desk.database.reading() as session:
        ladder = page(session, number, at=after(6)).ladder
        found = ladder_ledger.of(session, ladder)
    first, second = found
    assert (first.rung, first.to, first.read_at) == (Rung.PRIMARY, "first", None)
    assert [(way.channel, way.state.zh) for way in first.ways] == [("mail", "已放弃")]
    assert (second.to, second.ways, second.read_at) == ("second", (), after(6))


def test_a_call_whose_notice_is_gone_is_alarmed(desk: Desk) -> None:
    declare(desk)
    with desk.database.unit() as session:
        for one in session.scalars(select(Notice)):
            one.once = None

    keep_responses.sweep(desk, at=after(5))
    assert audit_escalations.sweep(desk, at=after(5.2)) == 1


def test_the_auditor_leaves_a_sign_of_life_whose_absence_shows(desk: Desk) -> None:
    data = desk.settings.desk.data

    assert heartbeat.silent_for(data, at=NOW) is None
    audit_escalations.sweep(desk, at=NOW)
    assert heartbeat.silent_for(data, at=after(1)) is None
    assert heartbeat.silent_for(data, at=after(3)) == timedelta(minutes=3)


def test_an_approval_nobody_gave_in_time_expires(desk: Desk) -> None:
    number = declare(desk, a_plan(approval("agree", timedelta(minutes=10))))
    with desk.database.unit() as session:
        first = person_named(session, "first")
        tick = stepping.Tick(key="agree")
        stepping.begin(session, number, tick, by=first, at=after(1))

    keep_responses.sweep(desk, at=after(10))
    with desk.database.reading() as session:
        assert session.scalars(select(RunStep.state)).one() is StepState.RUNNING
    keep_responses.sweep(desk, at=after(12))
    with desk.database.reading() as session:
        assert session.scalars(select(RunStep.state)).one() is StepState.EXPIRED


def test_a_report_to_the_customer_is_asked_for_once_before_it_is_due(
    desk: Desk,
) -> None:
    declare(desk)
    for minute in (10, 21, 22, 29):
        keep_responses.sweep(desk, at=after(minute))

    with desk.database.reading() as session:
        said = session.scalars(select(Notice).where(Notice.once.like("report:%"))).all()
    assert [one.recipient for one in said] == ["lead"]
    assert "17:30" in said[0].zh or "09:30" in said[0].zh


def test_a_review_is_reminded_of_before_it_is_due_and_daily_after(desk: Desk) -> None:
    number = declare(desk)
    with desk.database.unit() as session:
        run = session.scalars(select(Run)).one()
        run.state, run.review_due_at = RunState.REVIEW, after(0) + timedelta(days=3)
    for hours in (0, 47, 49, 50, 73, 97):
        keep_responses.reviews(desk, at=after(60 * hours))
    with desk.database.reading() as session:
        query = select(Notice).where(Notice.once.like("review:%")).order_by(Notice.id)
        said = [one.zh for one in session.scalars(query) if one.recipient == "lead"]
    assert [number in one for one in said] == [True] * 3
    assert ["一天内到期" in one for one in said] == [True, False, False]


def test_a_closed_run_is_not_reminded_of(desk: Desk) -> None:
    declare(desk)
    with desk.database.unit() as session:
        session.execute(update(Run).values(is_open=False, state="aborted"))

    for minute in (5, 25, 40):
        keep_responses.sweep(desk, at=after(minute))
    assert told(desk) == ["first"]


def test_the_incident_says_which_run_was_declared_from_it(desk: Desk) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings, at=NOW)
        incident = ticket.number

    number = declare(desk, incident=incident)

    with desk.database.reading() as session:
        texts = session.scalars(select(TicketEvent.text)).all()
    assert any(number in text for text in texts)
