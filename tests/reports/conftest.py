"""The sample as paper, rendered once for all tests of this folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reports.documents.daily_record import DailyRecord
from tests.factories.papers import rendered, sample


@pytest.fixture(scope="session")
def font_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture(scope="session")
def record() -> DailyRecord:
    return sample("daily_record")


@pytest.fixture(scope="session")
def short(record: DailyRecord) -> DailyRecord:
    """Return the record of one device: it prints in half the time."""
    return dataclasses.replace(record, servers=record.servers[:1], tables=())


@pytest.fixture(scope="session")
def chinese(record: DailyRecord, font_cache: Path) -> bytes:
    return rendered(record, "zh", font_cache)


@pytest.fixture(scope="session")
def english(record: DailyRecord, font_cache: Path) -> bytes:
    return rendered(record, "en", font_cache)
