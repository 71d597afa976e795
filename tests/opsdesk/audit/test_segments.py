"""The audit trail outside the database: one segment and one head a day, for good."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsdesk.core import audit
from opsdesk.core.audit_segments import compare
from opsdesk.core.audit_verify import Fault, read_anchors, verify
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows import export_audit
from tests.factories.settings import some_settings

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
DAY = timedelta(days=1)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))


def entry(desk: Desk, at: datetime, subject: str = "甲\u2028乙") -> None:
    with desk.database.unit() as session:
        audit.write(session, actor="a", action="tried", subject=subject, at=at)


def kept(desk: Desk) -> dict[str, list[int]]:
    """Return the numbers of the entries in each segment."""
    folder = desk.settings.desk.data / "audit/segments"
    return {
        path.stem: [
            json.loads(json.loads(line)["body"])["seq"]
            for line in path.read_text(encoding="utf-8").split("\n")
            if line
        ]
        for path in sorted(folder.glob("*.jsonl"))
    }


def heads(desk: Desk) -> list[str]:
    path = desk.settings.desk.data / "audit/heads.jsonl"
    return path.read_text(encoding="utf-8").splitlines()


def test_each_day_that_is_over_has_its_entries_and_a_missed_one_is_made_up(
    desk: Desk,
) -> None:
    before_midnight = NOON + timedelta(hours=11, minutes=59)
    for at in (NOON, before_midnight, before_midnight + timedelta(minutes=1)):
        entry(desk, at)
    assert export_audit.sweep(desk, at=before_midnight) == 0
    assert export_audit.sweep(desk, at=NOON + 3 * DAY) == 3
    assert kept(desk) == {"2026-11-20": [1, 2], "2026-11-21": [3], "2026-11-22": []}
    assert [json.loads(line)["seq"] for line in heads(desk)] == [2, 3, 3]
    assert export_audit.sweep(desk, at=NOON + 3 * DAY) == 0


def test_a_segment_is_for_its_owner_only_and_is_never_written_again(desk: Desk) -> None:
    entry(desk, NOON)
    export_audit.sweep(desk, at=NOON + DAY)
    path = desk.settings.desk.data / "audit/segments/2026-11-20.jsonl"
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert path.stat().st_mode & 0o777 == 0o600
    entry(desk, NOON, "clock stepped back")
    entry(desk, NOON + DAY)
    export_audit.sweep(desk, at=NOON + 2 * DAY)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert kept(desk) == {"2026-11-20": [1], "2026-11-21": [2, 3]}


def test_a_clock_that_ran_ahead_for_an_hour_holds_up_no_segment(desk: Desk) -> None:
    for at in (NOON, NOON + 400 * DAY, NOON + DAY):
        entry(desk, at)
    export_audit.sweep(desk, at=NOON + 2 * DAY)
    assert kept(desk) == {"2026-11-20": [1], "2026-11-21": [2, 3]}


def test_a_crash_between_segment_and_head_or_within_a_head_is_mended(
    desk: Desk,
) -> None:
    entry(desk, NOON)
    export_audit.sweep(desk, at=NOON + DAY)
    path = desk.settings.desk.data / "audit/heads.jsonl"
    whole = path.read_bytes()
    for left in (b"", whole[:20]):
        path.write_bytes(left)
        assert export_audit.sweep(desk, at=NOON + DAY) == 1
        assert path.read_bytes() == whole


def test_two_schedulers_at_once_write_each_day_once(desk: Desk) -> None:
    for day in range(5):
        entry(desk, NOON + day * DAY)
    written: list[int] = []

    def run() -> None:
        written.append(export_audit.sweep(desk, at=NOON + 5 * DAY))

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(written) == [0, 5]
    assert [json.loads(line)["seq"] for line in heads(desk)] == [1, 2, 3, 4, 5]


def test_a_chain_cut_off_and_mended_in_the_database_is_found_by_the_exported_heads(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(some_settings(tmp_path), sqlite_database, Store(tmp_path / "files"))
    for _ in range(3):
        entry(desk, NOON)
    export_audit.sweep(desk, at=NOON + DAY)
    anchors = read_anchors(heads(desk))
    text = segment(desk)
    with desk.database.reading() as session:
        assert verify(session, anchors).sound
        assert compare(session, text) == []
    cut_off_the_end(desk)
    with desk.database.reading() as session:
        assert verify(session).sound  # whoever cut it off set the head back
        assert [one.fault for one in verify(session, anchors).broken] == [
            Fault.TRUNCATED
        ]
        assert [(one.fault, one.seq) for one in compare(session, text)] == [
            (Fault.GAP, 3)
        ]


def segment(desk: Desk) -> list[str]:
    path = desk.settings.desk.data / "audit/segments/2026-11-20.jsonl"
    return path.read_text(encoding="utf-8").split("\n")


def cut_off_the_end(desk: Desk) -> None:
    with desk.database.unit() as session:
        link = session.connection()
        link.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
        link.exec_driver_sql("DELETE FROM audit_entry WHERE seq = 3")
        link.exec_driver_sql(
            "UPDATE audit_head SET seq = 2,"
            " mac = (SELECT mac FROM audit_entry WHERE seq = 2)"
        )


def test_a_segment_that_was_altered_says_so(desk: Desk) -> None:
    entry(desk, NOON, "paid")
    export_audit.sweep(desk, at=NOON + DAY)
    altered = [line.replace("paid", "free") for line in segment(desk)]
    with desk.database.reading() as session:
        assert [one.fault for one in compare(session, altered)] == [Fault.TAMPER]
        with pytest.raises(ValueError, match="not a segment"):
            compare(session, ["{}"])
