"""Once a week, by night, the archive is read again; the leads hear of what is wrong."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from opsdesk.archive import checks, entering
from opsdesk.archive.checks import CheckView
from opsdesk.archive.entering import Card, Upload
from opsdesk.archive.models import ArchiveCheck
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Notice
from opsdesk.flows import verify_archive
from opsdesk.people.models import Role
from tests.factories.people import a_person
from tests.factories.settings import some_settings

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # half past two by the wall
DAY, WEEK = timedelta(days=1), timedelta(days=7)
CONTENT = b"rules"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """Give a desk with a lead, an engineer, and one document in the archive."""
    store = Store(tmp_path / "files")
    upload = Upload(
        number="DOC-20261122-0001",
        day=AT.date(),
        card=Card(title="制度"),
        file_name="rules.txt",
        content=CONTENT,
    )
    with database.unit() as session:
        a_person(session, "fuzeren", Role.LEAD)
        a_person(session, "gongchengshi")
        entering.enter(session, store, upload, by="gongchengshi", at=AT)
    return Desk(some_settings(tmp_path / "desk"), database, store)


def sweep(desk: Desk, at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        return verify_archive.sweep(desk, at=at)


def last(desk: Desk) -> CheckView | None:
    with desk.database.reading() as session:
        return checks.last(session)


def told(desk: Desk) -> list[Notice]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def damage(desk: Desk) -> None:
    path = desk.store.path(desk.store.put(CONTENT))
    path.write_bytes(b"Rules")


def test_a_whole_archive_is_noted_as_whole_and_nobody_is_told(desk: Desk) -> None:
    assert last(desk) is None
    assert sweep(desk, AT) == 1
    found = last(desk)
    assert found is not None
    assert (found.versions, found.faults, found.by) == (1, 0, "opsdesk")
    assert found.ended_at == AT
    assert told(desk) == []


def test_it_is_read_again_after_a_week_by_night_and_by_day_only_when_late(
    desk: Desk,
) -> None:
    assert sweep(desk, AT) == 1
    for later in (timedelta(minutes=20), DAY, 6 * DAY, WEEK + 9 * timedelta(hours=1)):
        assert sweep(desk, AT + later) == 0, later
    assert sweep(desk, AT + WEEK) == 1
    assert sweep(desk, AT + WEEK + 8 * DAY + timedelta(hours=9)) == 1


def test_a_flipped_byte_is_told_to_the_lead_once_for_each_check(desk: Desk) -> None:
    damage(desk)
    assert sweep(desk, AT) == 1
    assert sweep(desk, AT + DAY) == 0
    [notice] = told(desk)
    assert (notice.recipient, notice.link) == ("fuzeren", "/archive")
    assert "DOC-20261122-0001" in notice.zh
    assert "1 处与归档时不符" in notice.zh
    assert "opsdesk archive verify" in notice.en
    found = last(desk)
    assert found is not None
    assert found.faults == 1
    assert "DOC-20261122-0001" in found.told[0].en
    assert sweep(desk, AT + WEEK) == 1
    assert len(told(desk)) == 2


def test_a_check_that_is_stopped_half_way_is_no_check(desk: Desk) -> None:
    stop = threading.Event()
    stop.set()
    assert verify_archive.sweep(desk, at=AT, stop=stop) == 0
    assert last(desk) is None


def test_only_what_no_row_and_no_entry_of_the_trail_names_is_a_stray(
    desk: Desk,
) -> None:
    stray = desk.store.put(b"left behind")
    old = (AT - DAY).timestamp()
    for sha256 in desk.store.hashes():
        os.utime(desk.store.path(sha256), (old, old))
    fresh = desk.store.path(desk.store.put(b"on its way"))
    os.utime(fresh, (AT.timestamp(), AT.timestamp()))
    found = verify_archive.verify(desk, at=AT)
    assert found is not None
    assert [one.sha256 for one in found.strays] == [stray]
    assert found.outcome.faults == []


def test_what_a_check_came_to_cannot_be_changed_or_removed(desk: Desk) -> None:
    sweep(desk, AT)
    for statement in (update(ArchiveCheck).values(faults=7), delete(ArchiveCheck)):
        with pytest.raises(DatabaseError), desk.database.unit() as session:
            session.execute(statement)
