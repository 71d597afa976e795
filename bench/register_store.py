"""Desks with many tickets, seeded once and kept in var/bench/stores."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from psycopg import sql

from bench import register_seed
from bench.own_postgres import kept_postgres
from bench.register_wsgi import written_through
from opsdesk.core import audit, migrate
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.core.settings import load as load_settings
from tests.lab.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var/bench/stores"
_NAME = "opsdesk"


@dataclass(frozen=True, slots=True)
class Place:
    """A seeded desk, and the server its database is in where that is PostgreSQL."""

    folder: Path
    settings: Settings
    database: Database
    server: Postgres | None
    seconds: float  # what seeding took, whenever that was

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"


@contextmanager
def seeded(store: str, rows: int) -> Iterator[Place]:
    """Give the desk of so many tickets, written now unless an equal one is kept."""
    folder = KEPT / f"{store}-{rows}"
    if not (folder / _stamp()).exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "var/keys").mkdir(mode=0o700, parents=True)
        folder.chmod(0o755)
        audit.create_key(folder / "var/keys/audit.key")
    audit.use_key(folder / "var/keys/audit.key")
    with _server(store, folder) as server:
        settings = _settings(folder, server)
        database = _filled(folder, settings, rows)
        seconds = float((folder / _stamp()).read_text())
        try:
            yield Place(folder, settings, database, server, seconds)
        finally:
            database.dispose()


@contextmanager
def empty(place: Place, folder: Path) -> Iterator[Settings]:
    """Give the settings of an empty desk in the same kind of store."""
    (folder / "var/keys").mkdir(mode=0o700, parents=True)
    shutil.copy(place.folder / "var/keys/audit.key", folder / "var/keys/audit.key")
    if place.server is None:
        yield _written(folder, "")
        return
    with place.server.database() as name:
        yield _written(folder, place.server.url(name))


@contextmanager
def _server(store: str, folder: Path) -> Iterator[Postgres | None]:
    if store == "sqlite":
        yield None
        return
    with kept_postgres(folder / "postgres") as server:
        yield server


def _settings(folder: Path, server: Postgres | None) -> Settings:
    if server is None:
        return _written(folder, "")
    if not (folder / _stamp()).exists():
        made = sql.SQL("CREATE DATABASE {name}").format(name=sql.Identifier(_NAME))
        server.execute(made)
    return _written(folder, server.url(_NAME))


def _written(folder: Path, address: str) -> Settings:
    path = folder / "config.yaml"
    base = f"database: {{url: '{address}'}}\n" if address else ""
    words = f"desk: {{data: {folder / 'var'}}}\n{base}"
    path.write_text(words, encoding="utf-8")
    return load_settings(path, environ={})


def _filled(folder: Path, settings: Settings, rows: int) -> Database:
    if not (folder / _stamp()).exists():
        began = perf_counter()
        migrate.upgrade(settings.database_url)
        database = Database(settings.database_url)
        register_seed.seed(database, rows)
        database.dispose()
        seconds = perf_counter() - began
        sys.stderr.write(f"{folder.name}: written in {seconds:.0f} s\n")
        (folder / _stamp()).write_text(f"{seconds:.1f}")
    return written_through(Database(settings.database_url))


def _stamp() -> str:
    """Name what a kept store was made by: other rows or other tables, another store."""
    known = hashlib.sha256(Path(register_seed.__file__).read_bytes())
    for path in sorted((ROOT / "migrations/versions").glob("*.py")):
        known.update(path.read_bytes())
    return f"seeded-{known.hexdigest()[:12]}"
