"""From judged rounds to an archived record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opsdesk.archive import queries
from opsdesk.archive.models import Document
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.errors import Refused
from opsdesk.core.files import Store
from opsdesk.flows import issue_daily_record as flow
from opsdesk.inspections.models import Slot
from tests.factories.papers import pages, text
from tests.factories.rounds import DAY, finding, judged_round, verdict
from tests.factories.settings import some_settings

pytestmark = pytest.mark.pdf
EVENING = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)  # 21:00 where the desk stands


def a_desk(database: Database, folder: Path) -> Desk:
    """Return a desk with one round: app-1 was well, db-1 had a full disk."""
    settings = some_settings(folder)
    desk = Desk(
        settings=settings, database=database, store=Store(settings.desk.data / "files")
    )
    with desk.database.unit() as session:
        judged_round(session, {"app-1": verdict(), "db-1": verdict(finding())})
    return desk


@pytest.fixture
def inspected(sqlite_database: Database, tmp_path: Path) -> Desk:
    return a_desk(sqlite_database, tmp_path)


def test_a_day_of_rounds_becomes_an_archived_paper(
    database: Database, tmp_path: Path
) -> None:
    inspected = a_desk(database, tmp_path)
    kept = flow.issue(inspected, DAY, by="zhiban", at=EVENING)
    assert (kept.number, kept.version) == ("WRY-XJ-20261122", 1)
    found = text(inspected.store.get(kept.pdf_sha256 or ""))
    for expected in ("app-1", "db-1", "/data已用97%", "运维服务项目", "异常1"):
        assert expected in found
    assert kept.content_sha256[:12] in found
    assert kept.docx_sha256 is not None
    assert inspected.store.get(kept.docx_sha256).startswith(b"PK")


def test_the_archived_json_is_what_its_hash_says(inspected: Desk) -> None:
    kept = flow.issue(inspected, DAY, by="zhiban", at=EVENING)
    content = json.loads(inspected.store.get(kept.content_sha256))
    assert content["number"] == "WRY-XJ-20261122"
    assert {server["name"] for server in content["servers"]} == {"app-1", "db-1"}
    assert flow.archived(inspected, kept).issue is not None


def test_an_unchanged_day_keeps_its_version(inspected: Desk) -> None:
    first = flow.issue(inspected, DAY, by="zhiban", at=EVENING)
    again = flow.issue(inspected, DAY, by="zhiban", at=EVENING + timedelta(hours=1))
    assert again == first


def test_a_changed_day_supersedes_and_says_so_on_copies_of_the_former(
    inspected: Desk,
) -> None:
    first = flow.issue(inspected, DAY, by="zhiban", at=EVENING)
    with inspected.database.unit() as session:
        judged_round(session, {"db-1": verdict()}, slot=Slot.NOON, at=EVENING)
    second = flow.issue(inspected, DAY, by="zhiban", at=EVENING)
    assert second.version == 2
    with inspected.database.reading() as session:
        former = queries.version(session, first.number, 1)
    copy = pages(flow.file_of(inspected, former, ".pdf"))
    assert all("已被新版取代" in page for page in copy)
    assert inspected.store.get(former.pdf_sha256 or "")
    current = pages(flow.file_of(inspected, second, ".pdf"))
    assert not any("已被新版取代" in page for page in current)


def test_an_english_copy_is_printed_from_the_frozen_content(inspected: Desk) -> None:
    kept = flow.issue(inspected, DAY, by="zhiban", at=EVENING)
    found = text(flow.file_of(inspected, kept, ".pdf", "en"))
    assert "Dailyinspectionrecord" in found
    assert kept.content_sha256[:12] in found
    assert "/datais97%full" in found


def test_a_round_that_left_no_trace_is_missed_once_its_time_has_passed(
    inspected: Desk,
) -> None:
    with inspected.database.reading() as session:
        record = flow.gather(session, inspected.settings, DAY, at=EVENING)
    assert [row.state.value for row in record.rounds] == ["done", "missed", "missed"]
    assert all(row.reason for row in record.rounds[1:])


def test_a_round_that_is_not_due_yet_is_not_called_missed(inspected: Desk) -> None:
    morning = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    with inspected.database.reading() as session:
        record = flow.gather(session, inspected.settings, DAY, at=morning)
    assert [row.state.value for row in record.rounds] == ["done", "due", "due"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 11, 23), "还没有到"),
        (date(2026, 11, 20), "没有任何巡检"),
        (date(2026, 2, 28), "早于合同开始日期 2026-03-01"),
    ],
)
def test_a_day_without_rounds_is_refused_and_leaves_nothing(
    inspected: Desk, day: date, sentence: str
) -> None:
    contract = replace(inspected.settings.contract, start=date(2026, 3, 1))
    desk = replace(inspected, settings=replace(inspected.settings, contract=contract))
    with pytest.raises(Refused, match=sentence):
        flow.issue(desk, day, by="zhiban", at=EVENING)
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0
    assert list(desk.store.hashes()) == []


def test_a_preview_is_marked_and_not_archived(inspected: Desk) -> None:
    with inspected.database.reading() as session:
        record = flow.gather(session, inspected.settings, DAY, at=EVENING)
    found = pages(flow.as_file(inspected, record, ".pdf"))
    assert all("预览" in page for page in found)
    assert list(inspected.store.hashes()) == []
