"""Notices leave the desk once, through sinks that are up, down, silent, slow or sick."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import clock, outbox, settings
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox import sending
from opsdesk.core.outbox.models import (
    ChannelHealth,
    Delivery,
    Kind,
    Notice,
    Preference,
    Result,
    State,
    Try,
    Urgency,
)
from opsdesk.flows.deliver_notices import Crew, deliver, route, tick
from opsdesk.people.models import Person, Role
from probes.finding import Words
from tests.factories.people import a_person
from tests.lab.process import free_port
from tests.lab.sinks import Sink, mail_sink, silent_sink, web_sink

AWAY = Words("服务器不通", "A server is away")
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def web() -> Iterator[Sink]:
    with web_sink() as sink:
        yield sink


@pytest.fixture
def mail() -> Iterator[Sink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def silent() -> Iterator[Sink]:
    with silent_sink() as sink:
        yield sink


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> MakeDesk:
    """Return a function that makes a desk with channels: name=(kind, address)."""

    def make(timeout: str = "60s", **channels: tuple[str, str]) -> Desk:
        environ = {f"URL_{name.upper()}": url for name, (_, url) in channels.items()}
        document = {
            "desk": {"name": "试验台", "data": "var", "hosts": ["desk.example"]},
            "notices": {
                "quiet": "never",
                "timeout": timeout,
                "channels": {
                    name: _channel(kind, f"env:URL_{name.upper()}", url)
                    for name, (kind, url) in channels.items()
                },
            },
        }
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        found = settings.load(path, environ=environ)
        return Desk(found, database, Store(tmp_path / "files"))

    return make


def _channel(kind: str, reference: str, url: str) -> dict[str, str]:
    if kind == "email":
        return {"kind": kind, "url": reference, "from": "desk@example.com"}
    return {"kind": kind, "url": reference}


def hook(sink: Sink) -> tuple[str, str]:
    return "webhook", f"http://127.0.0.1:{sink.port}/hook/a-secret-path"


def post(sink: Sink) -> tuple[str, str]:
    return "email", f"mailto://127.0.0.1:{sink.port}?from=desk@example.com"


def say(
    session: Session,
    *to: str,
    words: Words = AWAY,
    urgency: Urgency = Urgency.NORMAL,
    at: datetime | None = None,
) -> None:
    outbox.tell(
        session,
        to=to,
        kind=Kind.INCIDENT_OPENED,
        subject_ref="INC-20261123-0001",
        words=words,
        link="/incidents/INC-20261123-0001",
        urgency=urgency,
        at=at or clock.now() - LONG_AGO,
    )


def somebody(desk: Desk, username: str = "wang", role: Role = Role.ENGINEER) -> None:
    """Add an account with a mail address."""
    with desk.database.unit() as session:
        a_person(session, username, role)
        session.add(Preference(username=username, mail=f"{username}@example.com"))


def tell_and_route(desk: Desk, *to: str, **more: object) -> None:
    with desk.database.unit() as session:
        say(session, *to, **more)  # type: ignore[arg-type]
        route(session, desk.settings, at=clock.now())


def states(desk: Desk) -> list[State]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def tries(desk: Desk) -> list[Try]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Try).order_by(Try.id)))


def make_due(desk: Desk) -> None:
    """Let the waits between tries be over."""
    with desk.database.unit() as session:
        for row in session.scalars(select(Delivery)):
            row.due_at = clock.now() - LONG_AGO


def test_a_notice_reaches_its_room_and_its_reader_by_mail(
    make_desk: MakeDesk, web: Sink, mail: Sink, stop: threading.Event
) -> None:
    desk = make_desk(room=hook(web), mail=post(mail))
    somebody(desk)
    somebody(desk, "li")
    with desk.database.unit() as session:
        say(session, "wang", "li")
    crew = Crew()
    tick(desk, crew, stop=stop)
    crew.join(120)
    assert [one["message"] for one in web.documents()] == [
        "[新事件] 服务器不通\nhttp://desk.example/incidents/INC-20261123-0001"
    ]
    assert sorted(one["To"] for one in mail.mails()) == [
        "li@example.com",
        "wang@example.com",
    ]
    assert {row.result for row in tries(desk)} == {Result.SENT}
    assert set(states(desk)) == {State.SENT}


def test_a_mail_is_written_in_its_readers_language_and_asks_for_no_answer(
    make_desk: MakeDesk, mail: Sink, stop: threading.Event
) -> None:
    desk = make_desk(mail=post(mail))
    somebody(desk)
    with desk.database.unit() as session:
        a_person(session, "smith").language = "en"
        session.add(Preference(username="smith", mail="smith@example.com"))
    tell_and_route(desk, "wang", "smith")
    deliver(desk, desk.settings.notices.channels["mail"], stop=stop)
    subjects = {one["To"]: one["Subject"] for one in mail.mails()}
    assert subjects == {
        "wang@example.com": "试验台: [新事件] 服务器不通",
        "smith@example.com": "试验台: [New incident] A server is away",
    }
    assert {one["Auto-Submitted"] for one in mail.mails()} == {"auto-generated"}


def test_what_a_reporter_wrote_makes_no_header_and_no_markup(
    make_desk: MakeDesk, mail: Sink, web: Sink, stop: threading.Event
) -> None:
    desk = make_desk(mail=post(mail), room=hook(web))
    somebody(desk)
    evil = "急\r\nBcc: all@example.com\r\n\r\n<b>粗</b> [点](http://evil.example)"
    tell_and_route(desk, "wang", words=Words(evil, evil))
    for channel in desk.settings.notices.channels.values():
        deliver(desk, channel, stop=stop)
    letter = mail.mails()[0]
    assert letter["Bcc"] is None
    assert letter.get_content_type() == "text/plain"
    assert "急 Bcc: all@example.com <b>粗</b>" in letter.get_content()
    assert "<b>粗</b> [点](http://evil.example)" in web.documents()[0]["message"]


def test_a_sink_that_is_down_is_tried_again_and_given_up_in_the_end(
    make_desk: MakeDesk, stop: threading.Event
) -> None:
    desk = make_desk(room=("webhook", f"http://127.0.0.1:{free_port()}/a-secret-path"))
    somebody(desk)
    somebody(desk, "zhang", Role.LEAD)
    tell_and_route(desk, "wang")
    room = desk.settings.notices.channels["room"]
    for _ in range(5):
        make_due(desk)
        assert deliver(desk, room, stop=stop) == 1
    make_due(desk)
    assert deliver(desk, room, stop=stop) == 0
    assert states(desk)[0] is State.GIVEN_UP
    told = {row.reason for row in tries(desk)}
    assert told == {"unreachable: [Errno 111] Connection refused"}


def test_a_channel_that_keeps_failing_rings_the_bell_of_its_keepers_once(
    make_desk: MakeDesk, web: Sink, stop: threading.Event
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    somebody(desk, "zhang", Role.LEAD)
    somebody(desk, "xitong", Role.SYSTEM)
    web.status, web.body = 500, b"no"
    tell_and_route(desk, "wang")
    room = desk.settings.notices.channels["room"]
    for _ in range(4):
        make_due(desk)
        deliver(desk, room, stop=stop)
    with desk.database.reading() as session:
        query = select(Notice.recipient).where(Notice.kind == Kind.SINK_DOWN)
        assert sorted(session.scalars(query)) == ["xitong", "zhang"]
        health = session.get_one(ChannelHealth, "room")
        assert (health.failures, health.reason) == (4, "http: 500 no")
    web.status, web.body = 200, b""
    make_due(desk)
    deliver(desk, room, stop=stop)
    with desk.database.reading() as session:
        assert session.get_one(ChannelHealth, "room").failures == 0


def test_a_sink_that_says_nothing_holds_up_no_other(
    make_desk: MakeDesk, web: Sink, stop: threading.Event
) -> None:
    with silent_sink() as silent:
        desk = make_desk(timeout="60s", quiet=hook(silent), room=hook(web))
        somebody(desk)
        with desk.database.unit() as session:
            say(session, "wang")
        crew = Crew()
        tick(desk, crew, stop=stop)
        crew.busy["room"].join(120)
        assert [row.channel for row in tries(desk)] == ["room"]
        assert crew.busy["quiet"].is_alive()
    crew.join(120)
    assert {row.channel: row.result for row in tries(desk)} == {
        "quiet": Result.FAILED,
        "room": Result.SENT,
    }


def test_a_sink_that_says_nothing_is_left_at_the_limit(
    make_desk: MakeDesk, silent: Sink, stop: threading.Event
) -> None:
    desk = make_desk(timeout="1s", quiet=hook(silent))
    somebody(desk)
    tell_and_route(desk, "wang")
    deliver(desk, desk.settings.notices.channels["quiet"], stop=stop)
    [row] = tries(desk)
    assert (row.result, row.reason) == (Result.TIMED_OUT, "timed-out: 1 s")
    assert states(desk) == [State.WAITING]


def test_two_deliverers_at_once_send_a_message_once(
    make_desk: MakeDesk, web: Sink, stop: threading.Event
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    for number in range(6):
        tell_and_route(
            desk, "wang", urgency=Urgency.NOW, words=Words(*[f"第{number}"] * 2)
        )
    room = desk.settings.notices.channels["room"]
    ready = threading.Barrier(4)

    def both() -> None:
        ready.wait()
        deliver(desk, room, stop=stop)

    threads = [threading.Thread(target=both) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    said = "\n".join(one["message"] for one in web.documents())
    assert [said.count(f"第{number}\n") for number in range(6)] == [1] * 6


def test_what_waited_becomes_one_message(
    make_desk: MakeDesk, mail: Sink, stop: threading.Event
) -> None:
    desk = make_desk(mail=post(mail))
    somebody(desk)
    for number in range(3):
        tell_and_route(desk, "wang", words=Words(*[f"第{number}"] * 2))
    deliver(desk, desk.settings.notices.channels["mail"], stop=stop)
    [letter] = mail.mails()
    assert letter["Subject"] == "试验台: 3 条通知"
    assert [f"第{number}" in letter.get_content() for number in range(3)] == [True] * 3
    assert states(desk) == [State.SENT] * 3


def test_a_sender_that_died_is_tried_once_more_and_then_left_as_perhaps(
    make_desk: MakeDesk, web: Sink
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    tell_and_route(desk, "wang")
    for expected in (State.WAITING, State.PERHAPS):
        make_due(desk)
        with desk.database.unit() as session:
            taken = sending.claim(
                session,
                "room",
                at=clock.now() - LONG_AGO,
                lease=timedelta(seconds=1),
                per_hour=20,
            )
            assert taken is not None
        with desk.database.unit() as session:
            assert sending.reap(session, at=clock.now()) == 1
        assert states(desk) == [expected]
    assert [row.result for row in tries(desk)] == [Result.PERHAPS] * 2
    make_due(desk)
    assert (
        deliver(desk, desk.settings.notices.channels["room"], stop=threading.Event())
        == 0
    )


def test_a_person_who_had_enough_this_hour_waits_but_for_what_is_urgent(
    make_desk: MakeDesk, mail: Sink, stop: threading.Event
) -> None:
    desk = make_desk(mail=post(mail))
    somebody(desk)
    channel = desk.settings.notices.channels["mail"]
    for _ in range(desk.settings.notices.per_hour):
        with desk.database.unit() as session:
            session.add(
                Try(
                    claim="x",
                    channel="mail",
                    target="wang",
                    urgent=False,
                    notices=[],
                    at=clock.now(),
                    result=Result.SENT,
                    reason="",
                    took_ms=1,
                )
            )
    tell_and_route(desk, "wang")
    assert deliver(desk, channel, stop=stop) == 0
    assert states(desk) == [State.WAITING]
    tell_and_route(desk, "wang", urgency=Urgency.NOW)
    assert deliver(desk, channel, stop=stop) == 1
    assert states(desk) == [State.WAITING, State.SENT]


def test_what_was_read_on_screen_is_not_mailed(
    make_desk: MakeDesk, mail: Sink, stop: threading.Event
) -> None:
    desk = make_desk(mail=post(mail))
    somebody(desk)
    tell_and_route(desk, "wang")
    with desk.database.unit() as session:
        session.scalars(select(Notice)).one().read_at = clock.now()
    deliver(desk, desk.settings.notices.channels["mail"], stop=stop)
    assert (mail.mails(), states(desk)) == ([], [State.DROPPED])


def test_nobody_whose_account_is_closed_is_told_any_more(
    make_desk: MakeDesk, mail: Sink, stop: threading.Event
) -> None:
    desk = make_desk(mail=post(mail))
    somebody(desk)
    tell_and_route(desk, "wang")
    with desk.database.unit() as session:
        person = session.scalars(select(Person)).one()
        person.disabled_at = clock.now()
    deliver(desk, desk.settings.notices.channels["mail"], stop=stop)
    tell_and_route(desk, "wang")
    assert (mail.mails(), states(desk)) == ([], [State.DROPPED])


def test_a_channel_that_is_configured_no_more_keeps_nothing_waiting(
    make_desk: MakeDesk, web: Sink, stop: threading.Event
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    tell_and_route(desk, "wang")
    tick(make_desk(), Crew(), stop=stop)
    assert (states(desk), web.heard) == ([State.DROPPED], [])


def test_nobody_ever_reads_a_channels_address(
    make_desk: MakeDesk,
    web: Sink,
    stop: threading.Event,
    capfd: pytest.CaptureFixture[str],
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    web.status, web.body = 403, b"no such robot: /hook/a-secret-path"
    tell_and_route(desk, "wang")
    deliver(desk, desk.settings.notices.channels["room"], stop=stop)
    written = "".join(capfd.readouterr())
    assert [row.reason for row in tries(desk)] == ["http: 403 no such robot: /hook/***"]
    assert "a-secret-path" not in written + repr(desk.settings)
