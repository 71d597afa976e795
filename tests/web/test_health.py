"""What an outside watcher is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.inspections.models import Round, Slot, Status
from tests.web.conftest import Browser


def test_a_new_desk_is_well_and_had_no_round_yet(stranger: Browser) -> None:
    answer = stranger.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "last_round_seconds": None}


def test_the_age_of_the_last_round_is_told(
    stranger: Browser, sqlite_database: Database
) -> None:
    ended = clock.now() - timedelta(hours=2)
    with sqlite_database.unit() as session:
        session.add(
            Round(
                number="INS-20261122-0001",
                day=ended.date(),
                slot=Slot.ADHOC,
                status=Status.JUDGED,
                ended_at=ended,
            )
        )
    told = stranger.get("/healthz").json
    assert told is not None
    assert 7200 <= told["last_round_seconds"] < 7260


def test_a_database_that_does_not_answer_is_a_503(
    settings: Settings, tmp_path: Path
) -> None:
    absent = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    app = create_app(replace(settings), absent)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "database-unreachable"}
    absent.dispose()
