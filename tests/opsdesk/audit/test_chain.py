"""The chain: every kind of damage is told apart, and names its entry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, NoResultFound

from opsdesk.core import audit
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.audit_verify import (
    Anchor,
    Fault,
    Verdict,
    read_anchors,
    verify,
)
from opsdesk.core.database import Database
from tests.factories.people import NOON

ENTRIES = 6
GUARDS = {
    "sqlite": (
        "DROP TRIGGER audit_entry_no_update",
        "DROP TRIGGER audit_entry_no_delete",
        "DROP TRIGGER audit_head_no_delete",
    ),
    "postgresql": (
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "ALTER TABLE audit_head DISABLE TRIGGER USER",
    ),
}


def fill(database: Database, count: int = ENTRIES, *, first: int = 1) -> None:
    with database.unit() as session:
        for n in range(first, first + count):
            audit.write(
                session,
                actor="zhiban",
                action="signed",
                subject=f"round:{n}",
                at=NOON + timedelta(minutes=n),
                detail={"意见": "正常", "n": n},
            )


def damage(database: Database, *statements: str) -> None:
    """Do what somebody with the database's password could do."""
    with database.unit() as session:
        for statement in (*GUARDS[database.engine.dialect.name], *statements):
            session.execute(text(statement))


def verdict(database: Database, *anchors: Anchor) -> Verdict:
    with database.reading() as session:
        return verify(session, anchors)


def faults(found: Verdict) -> list[tuple[Fault, int]]:
    return [(one.fault, one.seq) for one in found.broken]


def head(database: Database) -> Anchor:
    with database.reading() as session:
        return Anchor(*audit.end(session))


def test_a_chain_nobody_touched_is_sound(database: Database) -> None:
    fill(database)
    found = verdict(database)
    assert found.sound
    assert found.entries == ENTRIES
    with database.reading() as session:
        assert audit.head(session) == found.head


def test_an_empty_chain_is_sound(database: Database) -> None:
    assert verdict(database).sound


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'nobody' WHERE seq = 3",
        "UPDATE audit_entry SET mac = '00' WHERE seq = 3",
        "UPDATE audit_entry SET subject = 'round:99' WHERE seq = 3",
    ],
)
def test_an_altered_entry_is_tampering_at_that_entry(
    database: Database, statement: str
) -> None:
    fill(database)
    damage(database, statement)
    assert faults(verdict(database))[0] == (Fault.TAMPER, 3)


def test_an_altered_body_is_tampering_at_that_entry(database: Database) -> None:
    fill(database)
    damage(database)
    with database.unit() as session:
        row = session.get_one(AuditEntry, 3)
        row.body = row.body.replace("正常".encode(), "异常".encode())
    assert faults(verdict(database)) == [(Fault.TAMPER, 3)]


def test_an_entry_taken_out_of_the_middle_is_a_gap(database: Database) -> None:
    fill(database)
    damage(database, "DELETE FROM audit_entry WHERE seq = 3")
    assert faults(verdict(database)) == [(Fault.GAP, 3)]


def test_entries_cut_off_the_end_are_missed(database: Database) -> None:
    fill(database)
    damage(database, "DELETE FROM audit_entry WHERE seq > 4")
    assert faults(verdict(database)) == [(Fault.TRUNCATED, 5)]


def test_a_head_set_back_to_hide_that_is_found_by_a_head_noted_elsewhere(
    database: Database,
) -> None:
    fill(database)
    noted = head(database)
    with database.reading() as session:
        mac = session.scalar(select(AuditEntry.mac).where(AuditEntry.seq == 4))
    damage(
        database,
        "DELETE FROM audit_entry WHERE seq > 4",
        f"UPDATE audit_head SET seq = 4, mac = '{mac}'",
    )
    assert verdict(database).sound
    assert faults(verdict(database, noted)) == [(Fault.TRUNCATED, 5)]


def test_a_history_written_anew_is_a_fork_against_a_head_noted_elsewhere(
    database: Database,
) -> None:
    fill(database)
    noted = head(database)
    damage(
        database,
        "DELETE FROM audit_entry",
        f"UPDATE audit_head SET seq = 0, mac = '{audit.GENESIS}'",
    )
    fill(database, ENTRIES + 2, first=100)
    assert verdict(database).sound
    assert faults(verdict(database, noted)) == [(Fault.FORK, ENTRIES)]


def test_an_entry_that_follows_another_one_is_a_fork(database: Database) -> None:
    fill(database, 3)
    damage(
        database,
        f"UPDATE audit_head SET mac = '{'a' * 64}'",
    )
    fill(database, 1, first=4)
    assert faults(verdict(database)) == [(Fault.FORK, 4)]


def test_entries_beyond_the_head_are_a_fork(database: Database) -> None:
    fill(database)
    damage(database, "UPDATE audit_head SET seq = 4")
    assert faults(verdict(database)) == [(Fault.FORK, 5)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(
    database: Database, statement: str
) -> None:
    fill(database)
    with pytest.raises(DBAPIError, match="insert-only"), database.unit() as session:
        session.execute(text(statement))


def test_an_entry_is_undone_with_its_unit(database: Database) -> None:
    class Undo(Exception):
        pass

    fill(database, 2)

    def write_and_fail() -> None:
        with database.unit() as session:
            audit.write(session, actor="x", action="y", subject="z", at=NOON)
            raise Undo

    with pytest.raises(Undo):
        write_and_fail()
    found = verdict(database)
    assert found.sound
    assert found.entries == 2


def test_without_its_head_nothing_is_recorded_and_so_nothing_done(
    database: Database,
) -> None:
    damage(database, "DELETE FROM audit_head")
    with pytest.raises(NoResultFound), database.unit() as session:
        audit.write(session, actor="x", action="y", subject="z", at=NOON)


def test_writers_at_the_same_time_leave_one_unbroken_chain(database: Database) -> None:
    def work(worker: int) -> None:
        for n in range(8):
            with database.unit() as session:
                session.execute(select(AuditEntry.seq).limit(1))  # reads, then writes
                subject = f"{worker}:{n}"
                audit.write(session, actor="w", action="a", subject=subject, at=NOON)

    in_parallel(work, 6)
    found = verdict(database)
    assert found.sound
    assert found.entries == 48


def in_parallel(work: Callable[[int], None], workers: int) -> None:
    threads = [threading.Thread(target=work, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_a_process_without_the_key_can_neither_write_nor_verify(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_database)
    monkeypatch.setattr(audit.TRAIL, "_key", None)
    with pytest.raises(audit.NoAuditKey), sqlite_database.unit() as session:
        audit.write(session, actor="x", action="y", subject="z", at=NOON)
    with pytest.raises(audit.NoAuditKey):
        verdict(sqlite_database)


def test_a_new_key_is_its_owners_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.key"
    audit.create_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(audit.read_key(path)) == audit.KEY_BYTES
    with pytest.raises(FileExistsError):
        audit.create_key(path)


@pytest.mark.parametrize(
    ("content", "mode"),
    [("ab" * 32, 0o644), ("ab" * 31, 0o600), ("not hexadecimal", 0o600), (None, 0)],
)
def test_a_key_that_is_open_odd_or_absent_is_refused(
    tmp_path: Path, content: str | None, mode: int
) -> None:
    path = tmp_path / "audit.key"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    with pytest.raises(audit.NoAuditKey):
        audit.read_key(path)


def test_the_key_never_shows() -> None:
    trail = audit.Trail()
    trail.use(b"very secret")
    assert "very secret" not in repr(trail)


def test_heads_are_read_from_json_and_from_paper() -> None:
    lines = ['{"seq": 12, "mac": "9f86d0", "at": "…"}', "", "13:aa11"]
    assert read_anchors(lines) == [Anchor(12, "9f86d0"), Anchor(13, "aa11")]


@pytest.mark.parametrize("line", ["12", "x:y", "{}", '{"seq": 1}', "1:2:3", "[]"])
def test_a_line_that_is_no_head_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_anchors(["1:aa", line])


@given(
    st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=5),
)
def test_the_order_of_keys_never_changes_what_is_signed(
    document: dict[str, object],
) -> None:
    backwards = dict(reversed(document.items()))
    assert audit.canonical(document) == audit.canonical(backwards)
