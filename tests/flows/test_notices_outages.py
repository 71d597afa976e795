"""A sender is killed, a database goes away or is locked: nothing is lost in silence."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from opsdesk.core import clock, settings
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Delivery, Result, State
from opsdesk.flows.deliver_notices import Crew, deliver, tick
from tests.flows.test_deliver_notices import (
    MakeDesk,
    hook,
    make_desk,
    make_due,
    somebody,
    states,
    tell_and_route,
    tries,
)
from tests.lab.postgres import Postgres, away
from tests.lab.sinks import Sink, web_sink

__all__ = ["make_desk"]


@pytest.fixture
def web() -> Iterator[Sink]:
    with web_sink() as sink:
        yield sink


def deliver_alone(config: Path, environ: dict[str, str], url: str) -> None:
    """Deliver in a process of its own, which the test kills."""
    found = settings.load(config, environ=environ)
    desk = Desk(found, Database(url), Store(config.parent / "files"))
    deliver(desk, found.notices.channels["room"], stop=threading.Event())


def killed_in_mid_send(desk: Desk, web: Sink) -> None:
    """Deliver until the sink has heard the message, and kill the sender there."""
    pid: list[int] = []
    web.then = lambda: os.kill(pid[0], signal.SIGKILL)
    process = multiprocessing.get_context("spawn").Process(
        target=deliver_alone,
        args=(
            desk.settings.path,
            {"URL_ROOM": hook(web)[1]},
            desk.database.engine.url.render_as_string(hide_password=False),
        ),
    )
    process.start()
    assert process.pid is not None
    pid.append(process.pid)
    process.join(120)
    web.then = None
    assert process.exitcode == -signal.SIGKILL


def let_the_lease_end(desk: Desk) -> None:
    with desk.database.unit() as session:
        past = clock.now() - timedelta(seconds=1)
        session.execute(update(Delivery).values(leased_until=past))


def test_a_sender_killed_after_sending_is_told_as_perhaps_and_sends_once_more(
    make_desk: MakeDesk, web: Sink
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    tell_and_route(desk, "wang")
    killed_in_mid_send(desk, web)
    assert (states(desk), len(web.heard)) == ([State.SENDING], 1)
    crew, stop = Crew(), threading.Event()
    tick(desk, crew, stop=stop)
    crew.join(120)
    assert len(web.heard) == 1  # the lease still runs: perhaps it is only slow
    let_the_lease_end(desk)
    tick(desk, crew, stop=stop)
    make_due(desk)
    tick(desk, crew, stop=stop)
    crew.join(120)
    assert [row.result for row in tries(desk)] == [Result.PERHAPS, Result.SENT]
    assert (states(desk), len(web.heard)) == ([State.SENT], 2)


class Patient(threading.Event):
    """An event that is waited for only when something could not be written."""

    def __init__(self, outage: object) -> None:
        super().__init__()
        self.outage = outage
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        if self.waits == 2:
            self.outage.__exit__(None, None, None)  # type: ignore[attr-defined]
        return super().wait(0.01)


def test_a_database_that_restarts_in_mid_send_is_waited_for(
    tmp_path: Path,
    postgres_server: Postgres,
    postgres_database: Database,
    web: Sink,
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        'notices: {timeout: 60s, channels: {room: {kind: webhook, url: "env:URL_ROOM"}}}\n'
    )
    found = settings.load(config, environ={"URL_ROOM": hook(web)[1]})
    desk = Desk(found, postgres_database, Store(tmp_path / "files"))
    somebody(desk)
    tell_and_route(desk, "wang")
    make_due(desk)
    name = postgres_database.engine.url.database
    assert name is not None
    outage = away(postgres_server, name)
    web.then = outage.__enter__
    stop = Patient(outage)
    deliver(desk, found.notices.channels["room"], stop=stop)
    assert stop.waits == 2
    assert (states(desk), len(web.heard)) == ([State.SENT], 1)


def test_rows_that_are_locked_in_mid_send_are_waited_for(
    make_desk: MakeDesk, web: Sink
) -> None:
    desk = make_desk(room=hook(web))
    somebody(desk)
    tell_and_route(desk, "wang")
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with desk.database.unit() as session:
            session.scalars(select(Delivery).with_for_update()).all()
            held.set()
            free.wait(1)

    holder = threading.Thread(target=hold)

    def lock() -> None:
        holder.start()
        held.wait(60)

    web.then = lock
    deliver(desk, desk.settings.notices.channels["room"], stop=threading.Event())
    holder.join(60)
    assert held.is_set()
    assert (states(desk), len(web.heard)) == ([State.SENT], 1)
