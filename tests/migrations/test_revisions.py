"""Revisions build exactly what the models say, and take it away again."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from opsdesk import tables
from opsdesk.core import migrate
from opsdesk.core.database import Database, open_engine

VERSIONS = Path(migrate.__file__).parents[2] / "migrations" / "versions"

FULL_TEXT = ("search_fts", "document_fts")  # indexes of the database's own kind


def is_modelled(name: str | None, _kind: str, _parents: object) -> bool:
    return name is None or not name.startswith(FULL_TEXT)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def table_names(url: str) -> set[str]:
    engine = open_engine(url)
    try:
        every = set(inspect(engine).get_table_names()) - {"alembic_version"}
        return {name for name in every if not name.startswith(FULL_TEXT)}
    finally:
        engine.dispose()


def test_revisions_build_exactly_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_modelled}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, tables.metadata) == []


def test_every_table_goes_down_as_well_as_up(empty_url: str) -> None:
    assert migrate.revision_of(empty_url) is None
    migrate.upgrade(empty_url)
    assert migrate.revision_of(empty_url) == migrate.head()
    assert table_names(empty_url) == set(tables.metadata.tables)
    migrate.downgrade(empty_url, "base")
    assert table_names(empty_url) == set()
    migrate.upgrade(empty_url)
    assert migrate.revision_of(empty_url) == migrate.head()


def test_processes_that_upgrade_at_the_same_time_do_it_once(empty_url: str) -> None:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=fresh) as pool:
        waiting = [pool.submit(migrate.upgrade, empty_url) for _ in range(2)]
        assert [one.result(timeout=60) for one in waiting] == [None, None]
    assert migrate.revision_of(empty_url) == migrate.head()


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    engine = open_engine(empty_url)
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE audit_head SET seq = 7"))
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT seq FROM audit_head")) == 7
    engine.dispose()


def test_a_new_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    migrate.upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600


def test_asking_for_the_revision_creates_no_database(tmp_path: Path) -> None:
    path = tmp_path / "absent.db"
    assert migrate.revision_of(f"sqlite:///{path}") is None
    assert not path.exists()


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("2*.py")), ids=lambda p: p.stem)
def test_a_revision_never_imports_the_models(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "opsdesk" not in text
    assert f'revision = "{path.stem}"' in text
