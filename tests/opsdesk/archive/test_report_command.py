"""`opsdesk report daily` as somebody at a terminal meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from opsdesk.archive.models import Document
from opsdesk.cli import main
from opsdesk.core import audit, migrate
from opsdesk.core.database import Database
from opsdesk.core.desk import open_desk
from opsdesk.core.settings import Settings
from tests.conftest import AUDIT_KEY
from tests.factories.papers import text
from tests.factories.rounds import DAY, finding, judged_round, verdict
from tests.factories.settings import some_settings

pytestmark = pytest.mark.pdf


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A desk on disk with one round on 2026-11-22, and the key of tests put back."""
    settings = some_settings(tmp_path)
    audit.create_key(settings.desk.data / "keys" / "audit.key")
    audit.use_key(settings.desk.data / "keys" / "audit.key")
    migrate.upgrade(settings.database_url)
    desk = open_desk(settings)
    with desk.database.unit() as session:
        judged_round(session, {"app-1": verdict(), "db-1": verdict(finding())})
    desk.database.dispose()
    yield settings
    audit.TRAIL.use(AUDIT_KEY)


def run(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(
        main,
        ["report", "daily", *arguments, "--config", str(settings.path)],
        env={"OPS_PASSWORD": "not-a-secret"},
    )


def issued(settings: Settings) -> int:
    database = Database(settings.database_url)
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(Document))
    database.dispose()
    return found or 0


def test_a_day_is_printed_and_archived(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "out" / "record.pdf"
    ended = run(settings, str(DAY), "-o", str(target))
    assert ended.exit_code == 0, ended.output
    assert "WRY-XJ-20261122" in ended.output
    assert f"Made the folder {target.parent}" in ended.output
    assert "db-1" in text(target.read_bytes())
    assert issued(settings) == 1
    assert [path.name for path in target.parent.iterdir()] == ["record.pdf"]


def test_the_word_file_comes_from_the_same_issue(
    settings: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "record.docx"
    run(settings, str(DAY), "-o", str(tmp_path / "record.pdf"))
    ended = run(settings, str(DAY), "-o", str(target))
    assert ended.exit_code == 0, ended.output
    assert target.read_bytes().startswith(b"PK")
    assert issued(settings) == 1


def test_a_preview_leaves_no_trace_in_the_archive(
    settings: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "look.pdf"
    ended = run(settings, str(DAY), "-o", str(target), "--preview")
    assert ended.exit_code == 0, ended.output
    assert "预览" in text(target.read_bytes())
    assert issued(settings) == 0


def test_english_is_printed_where_it_is_asked_for(
    settings: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "record.pdf"
    ended = run(settings, str(DAY), "-o", str(target), "--language", "en")
    assert ended.exit_code == 0, ended.output
    assert "Dailyinspectionrecord" in text(target.read_bytes())


@pytest.mark.parametrize("day", ["2999-01-01", "2020-01-01", "the day before"])
def test_a_day_without_a_record_is_a_sentence_and_status_2(
    settings: Settings, tmp_path: Path, day: str
) -> None:
    target = tmp_path / "record.pdf"
    ended = run(settings, day, "-o", str(target))
    assert ended.exit_code == 2
    assert len(ended.output.strip().splitlines()) == 1
    assert not target.exists()
    assert issued(settings) == 0


def test_a_file_of_another_kind_is_refused(settings: Settings, tmp_path: Path) -> None:
    ended = run(settings, str(DAY), "-o", str(tmp_path / "record.txt"))
    assert ended.exit_code == 2
    assert ".docx" in ended.output
    assert issued(settings) == 0


def test_a_place_that_cannot_be_written_is_said_and_the_archive_keeps_it(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = run(settings, str(DAY), "-o", str(tmp_path / "file" / "record.pdf"))
    assert ended.exit_code == 1
    assert "record.pdf" in ended.output
    assert issued(settings) == 1
