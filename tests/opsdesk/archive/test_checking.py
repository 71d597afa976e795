"""The archive is read again byte by byte, and what differs is named."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from opsdesk.archive import checking, entering
from opsdesk.archive import operations as archive
from opsdesk.archive.checking import Fault, Harm
from opsdesk.archive.entering import Card, Upload
from opsdesk.cli import main
from opsdesk.core.database import Database
from opsdesk.core.files import Store

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
PAPER = archive.Issued(
    kind="daily_record",
    number="WRY-XJ-20261123",
    version=1,
    title="日常巡检记录",
    day=DAY,
    content_json=b'{"day": 1}',
    pdf=b"%PDF-1.7 whole",
    docx=b"PK docx",
    audit_head="",
)
FILE = Upload(
    number="DOC-20261123-0001",
    day=DAY,
    card=Card(title="制度"),
    file_name="rules.txt",
    content=b"rules",
)


@pytest.fixture
def store(tmp_path: Path, database: Database) -> Store:
    """Give the store of an archive with one issued paper and one uploaded file."""
    store = Store(tmp_path / "files")
    with database.unit() as session:
        archive.issue(session, store, PAPER, by="lead", at=AT)
        entering.enter(session, store, FILE, by="eng", at=AT)
    return store


def found(database: Database, store: Store) -> list[Fault]:
    with database.reading() as session:
        return [
            fault for one in checking.verify(session, store) for fault in one.faults
        ]


def file_of(store: Store, content: bytes) -> Path:
    return store.path(store.put(content))


def test_a_sound_archive_has_no_fault_and_all_its_bytes_were_read(
    database: Database, store: Store
) -> None:
    with database.reading() as session:
        checked = list(checking.verify(session, store))
    parts = (PAPER.content_json, PAPER.pdf, PAPER.docx or b"")
    assert [one.size for one in checked] == [sum(map(len, parts)), len(FILE.content)]
    assert [one.faults for one in checked] == [(), ()]


@pytest.mark.parametrize(
    ("content", "part"),
    [(PAPER.pdf, "pdf"), (b"PK docx", "docx"), (PAPER.content_json, "content")],
)
def test_one_flipped_bit_is_named_by_number_version_file_and_path(
    database: Database, store: Store, content: bytes, part: str
) -> None:
    path = file_of(store, content)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    [fault] = found(database, store)
    assert (fault.number, fault.version, fault.part) == (PAPER.number, 1, part)
    assert fault.harm is Harm.CHANGED
    for said in (fault.words.zh, fault.words.en):
        assert PAPER.number in said
        assert str(path) in said


def test_a_file_that_is_gone_is_named(database: Database, store: Store) -> None:
    file_of(store, FILE.content).unlink()
    [fault] = found(database, store)
    assert (fault.number, fault.part) == (FILE.number, "content")
    assert fault.harm is Harm.MISSING
    assert "丢失" in fault.words.zh


def test_a_row_whose_hash_was_changed_to_that_of_another_file_is_named(
    database: Database, store: Store
) -> None:
    other = store.put(b"%PDF-1.7 forged")
    with database.unit() as session:
        session.execute(
            text("UPDATE document SET pdf_sha256 = :sha WHERE number = :number"),
            {"sha": other, "number": PAPER.number},
        )
    [fault] = found(database, store)
    assert (fault.number, fault.part) == (PAPER.number, "pdf")
    assert "被改过" in fault.words.zh


def test_a_row_that_the_desk_did_not_write_is_named(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        session.execute(
            text("UPDATE document SET version = 7 WHERE number = :number"),
            {"number": FILE.number},
        )
    strange, gone = found(database, store)
    assert (strange.number, strange.version, strange.part) == (FILE.number, 7, "row")
    assert (gone.number, gone.version, gone.part) == (FILE.number, 1, "row")


def test_a_version_whose_row_was_deleted_is_named(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        session.execute(
            text("DELETE FROM document WHERE number = :number"),
            {"number": FILE.number},
        )
    [fault] = found(database, store)
    assert (fault.number, fault.version, fault.part) == (FILE.number, 1, "row")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the configuration of a new desk, as `opsdesk init` makes it."""
    monkeypatch.setenv("OPSDESK_LANGUAGE", "en")
    path = tmp_path / "config.yaml"
    path.write_text("servers: [{name: here, transport: local, zone: z}]\n", "utf-8")
    assert run(path, "init").exit_code == 0
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--config", str(config)])


def test_a_file_is_added_superseded_listed_and_verified_by_commands(
    config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "机房制度.txt"
    file.write_text("一、登记。", "utf-8")
    added = run(config, "archive", "add", str(file), "--label", "open")
    number, version, sha256 = added.output.split()
    assert version == "v1"
    file.write_text("一、登记。二、陪同。", "utf-8")
    again = run(config, "archive", "add", str(file), "--supersedes", number)
    assert again.output.split()[:2] == [number, "v2"]
    assert "open" in run(config, "archive", "list").output
    assert number in run(config, "archive", "search", "制度").output
    assert run(config, "archive", "search", "没有这个词").exit_code == 1
    assert number in run(config, "archive", "search", "制度").output
    assert run(config, "archive", "search", "没有这个词").exit_code == 1
    assert run(config, "archive", "verify").exit_code == 0
    kept = next((tmp_path / "var").rglob(sha256[2:]))
    kept.chmod(0o600)
    kept.write_bytes(b"x" + kept.read_bytes()[1:])
    damaged = run(config, "archive", "verify")
    assert damaged.exit_code == 1
    assert number in damaged.output
    assert str(kept) in damaged.output
    told = json.loads(run(config, "archive", "verify", "--json").output)
    [fault] = told["faults"]
    assert (fault["number"], fault["version"]) == (number, 1)
    assert fault["harm"] == "changed"
    kept.unlink()
    gone = run(config, "archive", "verify")
    assert gone.exit_code == 1
    assert "1 of them a missing file" in gone.output


def test_a_file_that_nothing_names_is_told_and_is_no_fault(
    config: Path, tmp_path: Path
) -> None:
    stray = Store(tmp_path / "var" / "files")
    path = stray.path(stray.put(b"left behind"))
    assert str(path) not in run(config, "archive", "verify").output  # too fresh
    old = path.stat().st_mtime - 7200
    os.utime(path, (old, old))
    told = run(config, "archive", "verify")
    assert told.exit_code == 0
    assert f"{path} (11 bytes) lies in the store and nothing names it" in told.output
    assert "Another 1 files are named by nothing" in told.output
    as_json = json.loads(run(config, "archive", "verify", "--json").output)
    assert [one["path"] for one in as_json["strays"]] == [str(path)]
    assert as_json["faults"] == []


def test_a_number_that_does_not_exist_is_superseded_by_nothing(
    config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    refused = run(
        config, "archive", "add", str(file), "--supersedes", "DOC-20200101-0001"
    )
    assert refused.exit_code == 2
    assert "The archive holds no DOC-20200101-0001" in refused.output
