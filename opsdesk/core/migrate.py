"""Brings a database to the schema of this version, from a checkout or a wheel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, make_url

from opsdesk.core.database import open_engine

LOCK = 0x0B5DE5C  # the PostgreSQL advisory lock two upgrading processes meet at


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision. Safe to call from several processes at once."""
    _create_private(url)
    with _connected(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision; "base" leaves it empty."""
    with _connected(url) as connection:
        command.downgrade(_config(connection), revision)


def revision_of(url: str) -> str | None:
    """Return the revision a database is at, None where it has no tables yet."""
    if _is_missing_file(url):
        return None
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """Return the newest revision this version knows."""
    newest = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert newest is not None
    return newest


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _without_foreign_keys)
    writing = engine.execution_options(writing=True)
    try:
        with writing.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            yield connection
    finally:
        engine.dispose()


def _without_foreign_keys(connection: object, _record: object) -> None:
    # SQLite alters a table by copying and dropping it: the drop would cascade.
    connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]


def _create_private(url: str) -> None:
    """Create a SQLite file readable by its owner only; WAL files inherit the mode."""
    if _is_missing_file(url):
        Path(str(make_url(url).database)).touch(mode=0o600)


def _is_missing_file(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {
        None,
        "",
        ":memory:",
    }:
        return False
    return not Path(str(parsed.database)).exists()
