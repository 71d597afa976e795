"""The registers in trouble: killed, locked out, overtaken, without disk or database."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.audit_verify import verify
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows import keep_promises, work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.models import Attachment, Ticket, TicketEvent
from opsdesk.tickets.operations.editing import Edition
from opsdesk.tickets.operations.holding import Overtaken, held
from tests.conftest import AUDIT_KEY
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import COLLEAGUE, ENGINEER, a_ticket, step
from tests.faults.at_once import at_once
from tests.lab.desk import ROOT
from tests.lab.postgres import Postgres, away

KILLS, EACH = 4, 25
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))


def address(desk: Desk) -> str:
    return desk.database.engine.url.render_as_string(hide_password=False)


@contextmanager
def opener(desk: Desk, count: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a process that opens tickets; it is gone when the block ends."""
    words = [sys.executable, "-m", "tests.faults.opening", str(desk.settings.path)]
    words += [address(desk), AUDIT_KEY.hex()]
    words += [] if count is None else [str(count)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as one:
        try:
            yield one
        finally:
            one.kill()


def numbers(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Ticket.number).order_by(Ticket.number)))


def require_whole(desk: Desk) -> None:
    """Every ticket has its beginning, its audit entry, and no number is left out."""
    days: dict[str, list[int]] = {}
    for number in numbers(desk):
        _prefix, day, last = number.split("-")
        days.setdefault(day, []).append(int(last))
    for found in days.values():
        assert found == list(range(1, len(found) + 1))
    with desk.database.reading() as session:
        assert verify(session).sound
        for model in (TicketEvent, AuditEntry):
            counted = session.scalar(select(func.count()).select_from(model))
            assert counted == sum(map(len, days.values()))


def test_killed_over_and_over_while_opening_no_acknowledged_ticket_is_lost(
    desk: Desk,
) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        with opener(desk) as child:
            assert child.stdout is not None
            told = [child.stdout.readline().strip() for _ in range(EACH)]
            child.send_signal(signal.SIGKILL)
            told += child.stdout.read().split("\n")[:-1]
            assert child.wait(30) == -signal.SIGKILL
        acknowledged += told
    assert len(acknowledged) >= KILLS * EACH
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= set(numbers(desk))
    require_whole(desk)


def test_two_processes_opening_at_once_share_one_series_without_gaps(
    desk: Desk,
) -> None:
    with opener(desk, 25) as one, opener(desk, 25) as two:
        said = [child.communicate(timeout=60)[0].split() for child in (one, two)]
    assert [len(mine) for mine in said] == [25, 25]
    assert sorted(said[0] + said[1]) == numbers(desk)
    require_whole(desk)


def test_a_database_that_restarts_in_mid_write_refuses_and_takes_the_retry(
    postgres_server: Postgres, postgres_database: Database, tmp_path: Path
) -> None:
    desk = Desk(some_settings(tmp_path), postgres_database, Store(tmp_path / "files"))
    with desk.database.unit() as session:
        a_ticket(session, desk.settings)
    name = desk.database.engine.url.database or ""
    with pytest.raises(OperationalError):
        _open_without_base(desk, postgres_server, name)
    assert len(numbers(desk)) == 1
    with desk.database.unit() as session:
        a_ticket(session, desk.settings)
    require_whole(desk)
    assert len(numbers(desk)) == 2


def _open_without_base(desk: Desk, server: Postgres, name: str) -> None:
    with desk.database.unit() as session:
        a_ticket(session, desk.settings)
        with away(server, name):
            session.execute(select(Ticket))


def test_a_write_waits_for_the_lock_another_process_holds(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(some_settings(tmp_path), sqlite_database, Store(tmp_path / "files"))
    with _locked(desk), opener(desk, 1) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(6)
        assert numbers(desk) == []  # and whoever reads does not wait
    with opener(desk, 1) as child:
        assert child.communicate(timeout=60)[0].split() == numbers(desk)
    require_whole(desk)


def test_a_lock_that_is_never_let_go_ends_in_a_refusal_and_nothing_is_kept(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(some_settings(tmp_path), sqlite_database, Store(tmp_path / "files"))
    with _locked(desk):
        with pytest.raises(OperationalError, match="locked"):
            _impatient(desk)
        assert numbers(desk) == []
    _impatient(desk)
    require_whole(desk)


@contextmanager
def _locked(desk: Desk) -> Iterator[None]:
    path = desk.database.engine.url.database or ""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _impatient(desk: Desk) -> None:
    """Open a ticket, waiting half a second for the lock instead of the usual time."""
    engine = desk.database.engine
    with engine.connect() as link:
        link.exec_driver_sql("PRAGMA busy_timeout=500")
    with desk.database.unit() as session:
        a_ticket(session, desk.settings)


def test_a_full_disk_while_attaching_leaves_nothing_half_saved(desk: Desk) -> None:
    with desk.database.unit() as session:
        number = a_ticket(session, desk.settings).number
    words = [str(desk.store.root), address(desk), AUDIT_KEY.hex(), number]
    said = subprocess.run(
        [sys.executable, "-m", "tests.faults.attaching", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    ).stdout
    assert "full" in said
    assert "Make room" in said
    with desk.database.reading() as session:
        assert session.scalars(select(Attachment)).all() == []
    assert [one for one in desk.store.root.rglob("*") if one.is_file()] == []
    require_whole(desk)


def test_a_clock_stepped_back_between_answer_and_solution_breaks_no_clock(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        ticket = a_ticket(session, desk.settings)
        step(session, desk.settings, ticket, "respond", at=NOON + 30 * MINUTE)
        step(session, desk.settings, ticket, "start", at=NOON + 31 * MINUTE)
        solved = {"cause": "甲", "solution": "乙", "no_release_why": "无"}
        before = NOON - 20 * MINUTE
        step(session, desk.settings, ticket, "resolve", solved, at=before)
        shown = keep_promises.read(session, desk.settings, ticket, at=before)
        assert all(one.elapsed >= timedelta() for one in shown)
        order = select(TicketEvent.move).order_by(TicketEvent.id)
        moves = session.scalars(order).all()
        assert [one for one in moves if one] == ["respond", "start", "resolve"]
        assert verify(session).sound


def test_of_two_people_saving_at_once_one_wins_and_the_other_is_told(
    desk: Desk,
) -> None:
    with desk.database.unit() as session:
        number = a_ticket(session, desk.settings).number

    def save(who: Any) -> Callable[[], object]:
        def run() -> None:
            edition = Edition(values={"title": who.username}, version=1)
            with desk.database.unit() as session:
                deed = Deed(by=who, at=NOON)
                work_tickets.edit(session, desk.settings, number, edition, deed)

        return run

    raised = at_once(save(ENGINEER), save(COLLEAGUE))
    lost = [one for one in raised if one is not None]
    assert [type(one) for one in lost] == [Overtaken]
    with desk.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        winner = (ENGINEER, COLLEAGUE)[raised.index(None)].username
        assert (ticket.title, ticket.edited_by, ticket.version) == (winner, winner, 2)
        assert verify(session).sound


def test_a_ticket_somebody_decides_on_is_held_until_that_is_done(
    postgres_database: Database, tmp_path: Path
) -> None:
    settings = some_settings(tmp_path)
    with postgres_database.unit() as session:
        number = a_ticket(session, settings).number
    with postgres_database.unit() as first:
        held(first, number)
        with postgres_database.unit() as second:
            second.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                held(second, number)
            second.rollback()
    with postgres_database.unit() as second:
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        assert held(second, number).number == number
