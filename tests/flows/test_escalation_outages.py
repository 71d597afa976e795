"""An escalation while the notifier is down: it climbs on, alarms, and arrives late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Delivery, Notice, State
from opsdesk.flows import audit_escalations, declare_emergency, keep_responses
from opsdesk.flows.deliver_notices import Crew, tick
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.operations.planning import Place, assign
from opsdesk.people.roster.shifts import Turn
from opsdesk.responses.models import Escalation, RunEvent
from opsdesk.responses.operations import opening
from opsdesk.responses.states import Rung, RungState, What
from runbooks.plan import Level
from tests.flows.a_plan import a_plan
from tests.flows.test_deliver_notices import MakeDesk, hook, make_desk, somebody, tries
from tests.lab.process import free_port
from tests.lab.sinks import Sink, silent_sink, web_sink

__all__ = ["make_desk"]

HOUR = timedelta(hours=1)


@pytest.fixture
def web() -> Iterator[Sink]:
    with web_sink() as sink:
        yield sink


@pytest.fixture
def silent() -> Iterator[Sink]:
    with silent_sink() as sink:
        yield sink


def peopled(desk: Desk) -> datetime:
    """Put two on duty around now, and add a lead; returns now."""
    at = clock.now()
    desk.settings.desk.data.mkdir(exist_ok=True)
    for name, role in (
        ("first", Role.ENGINEER),
        ("second", Role.ENGINEER),
        ("lead", Role.LEAD),
    ):
        somebody(desk, name, role)
    turn = Turn(at.date(), "白班", at - HOUR, at + 11 * HOUR)
    with desk.database.unit() as session:
        for name, post in (("first", Post.PRIMARY), ("second", Post.BACKUP)):
            assign(
                session,
                Place(turn, post, on_site=True),
                person_named(session, name),
                by="lead",
                at=at - 2 * HOUR,
            )
        lead = person_named(session, "lead")
        what = opening.Emergency(plan=a_plan(), level=Level.TWO)
        declare_emergency.declare(session, desk.settings, what, by=lead, at=at)
    return at


def send(desk: Desk) -> None:
    """Let the senders do what is due, to the end."""
    crew = Crew()
    tick(desk, crew, stop=threading.Event())
    crew.join(120)


def send_again(desk: Desk) -> None:
    with desk.database.unit() as session:
        waiting = Delivery.state == State.WAITING
        session.execute(update(Delivery).where(waiting).values(due_at=clock.now()))
    send(desk)


def reached(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        query = select(Escalation).where(Escalation.state == RungState.TOLD)
        return sorted(one.rung.value for one in session.scalars(query))


def alarms(desk: Desk) -> list[RunEvent]:
    with desk.database.reading() as session:
        query = select(RunEvent).where(RunEvent.what == What.ALARMED)
        return list(session.scalars(query))


def test_an_escalation_climbs_and_alarms_while_its_channel_refuses(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(room=("webhook", f"http://127.0.0.1:{free_port()}/x"))
    at = peopled(desk)
    send(desk)

    assert [one.result.value for one in tries(desk)] == ["failed"]
    assert audit_escalations.sweep(desk, at=at + timedelta(minutes=4)) == 0
    keep_responses.sweep(desk, at=at + timedelta(minutes=5))
    assert reached(desk) == [Rung.PRIMARY, Rung.SECONDARY]
    assert audit_escalations.sweep(desk, at=at + timedelta(minutes=5, seconds=1)) == 1
    assert audit_escalations.sweep(desk, at=at + timedelta(minutes=6)) == 0

    (alarm,) = alarms(desk)
    assert "送达" in alarm.text
    with desk.database.reading() as session:
        said = session.scalars(select(Notice).where(Notice.once.like("alarm:%"))).all()
    assert {"first", "second", "lead"} == {one.recipient for one in said}


def test_a_second_channel_that_works_is_enough(make_desk: MakeDesk, web: Sink) -> None:
    gone = ("webhook", f"http://127.0.0.1:{free_port()}/x")
    desk = make_desk(room=gone, other=hook(web))
    at = peopled(desk)
    send(desk)

    assert len(web.heard) == 1
    keep_responses.sweep(desk, at=at + timedelta(minutes=5))
    assert audit_escalations.sweep(desk, at=at + timedelta(minutes=5, seconds=1)) == 0


def test_a_call_that_hangs_arrives_once_the_notifier_is_back(
    make_desk: MakeDesk, silent: Sink, web: Sink
) -> None:
    desk = make_desk(timeout="1s", room=hook(silent))
    at = peopled(desk)
    send(desk)
    assert [one.result.value for one in tries(desk)] == ["timed-out"]
    keep_responses.sweep(desk, at=at + timedelta(minutes=5))
    assert audit_escalations.sweep(desk, at=at + timedelta(minutes=5, seconds=1)) == 1

    back = make_desk(timeout="60s", room=hook(web))
    send_again(back)
    send_again(back)

    heard = str(web.documents())
    assert "EMR-" in heard
    with desk.database.reading() as session:
        states = set(session.scalars(select(Delivery.state)))
    assert states == {State.SENT}
