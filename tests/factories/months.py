"""A desk with a month behind it: faults, requests, changes, and some rounds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from opsdesk.core import settings
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows.demo.fill import begin, enter, moments_of
from opsdesk.flows.demo.fleet import config
from opsdesk.inspections.models import Slot
from opsdesk.inspections.operations import review, rounds
from tests.factories.rounds import finding, judged_round, plan, verdict

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SLOTS = ((Slot.MORNING, 0), (Slot.NOON, 6), (Slot.EVENING, 12))
HELD, MISSED = range(1, 20), 20  # days of October; afterwards nothing was recorded


@contextmanager
def copied(month: Path, folder: Path) -> Iterator[Desk]:
    """Give a desk of one's own like the one that lies in `month`."""
    shutil.copytree(month, folder, dirs_exist_ok=True)
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    yield _desk(folder, database)
    database.dispose()


def _desk(folder: Path, database: Database) -> Desk:
    known = settings.load(folder / "config.yaml", environ={})
    return Desk(known, database, Store(folder / "files"))


def a_month(folder: Path, database: Database) -> Desk:
    """Return a desk after October 2026, with rounds of two servers on some days."""
    (folder / "config.yaml").write_text(config(), encoding="utf-8")
    desk = _desk(folder, database)
    moments = moments_of(desk, NOW, 54)
    enter(desk, moments[0].at)
    begin(desk, moments, at=NOW).until(NOW)
    for day in HELD:
        for slot, hour in SLOTS:
            _round(desk, date(2026, 10, day), slot, hour)
    with database.unit() as session:
        due = datetime(2026, 10, MISSED, tzinfo=UTC)
        missed = plan("db-1", "web-1", day=date(2026, 10, MISSED))
        rounds.miss(session, replace(missed, due_at=due, reason="停电"), at=due)
    return desk


def _round(desk: Desk, day: date, slot: Slot, hour: int) -> None:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    used = {"filesystem_used_percent{/data}": 40.0 + day.day, "cpu_used_percent{}": 9.0}
    good = replace(verdict(), readings=used)
    sick = verdict(finding()) if day.day % 7 == 0 else verdict()
    with desk.database.unit() as session:
        round_ = judged_round(
            session, {"db-1": good, "web-1": sick}, slot=slot, day=day, at=at
        )
        review.settle(session, round_, at=at + timedelta(minutes=1))
