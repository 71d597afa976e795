"""A stage on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from tests.factories.settings import some_settings
from tests.opsdesk.responses.stage import Stage


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return some_settings(tmp_path / "desk")


@pytest.fixture
def stage(database: Database, settings: Settings) -> Iterator[Stage]:
    """Give a stage in one unit of work, its people there."""
    with database.unit() as session:
        it = Stage(session, settings)
        it.people()
        yield it
