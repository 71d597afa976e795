"""A real PostgreSQL for tests: one server per worker, one fresh database per test.

A suite that wants it says so in its own conftest.py:

    from tests.lab.postgres import postgres_server, postgres_url  # noqa: F401

and a test takes `postgres_url`: the SQLAlchemy address of an empty database.
`postgres_server.database(template=NAME)` copies one that was filled before.
"""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.lab.process import daemon, folder, free_port, program, run

OWNER = "postgres"
ASKER, PASSWORD = "asker", "let-me-see"

_ACCESS = f"""\
local all all trust
host all {ASKER} 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 trust
host all all 127.0.0.1/32 trust
"""

_SETTINGS = """\
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 60
max_wal_senders = 4
wal_level = replica
lc_messages = 'C'
timezone = 'UTC'
"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; `postgres` is its superuser and needs no password."""

    port: int
    home: Path
    pid: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def dsn(self, database: str = "postgres") -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.dsn(), autocommit=True) as link:
            link.execute(statement)

    def create(self, template: str = "template0") -> str:
        """Make a fresh database, and return its name."""
        name = f"test_{next(self._numbers)}"
        both = {"name": sql.Identifier(name), "like": sql.Identifier(template)}
        self.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {like}").format(**both))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever still holds it."""
        of = sql.Identifier(name)
        self.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(name=of))

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Give the name of a fresh database until the block ends."""
        name = self.create(template)
        try:
            yield name
        finally:
            self.drop(name)

    def url(self, database: str) -> str:
        """Return the address for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"


def binary(name: str) -> str:
    """Return the path of a server program of the newest PostgreSQL installed."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return program(name, "postgresql", *map(str, homes))


@contextmanager
def serve(home: Path) -> Iterator[Postgres]:
    """Run the cluster in `home` on a free port of its own."""
    port = free_port()
    words = [binary("postgres"), "-D", str(home), "-p", str(port), "-k", str(home)]
    log = home.with_name(home.name + ".log")
    dsn = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
    with daemon(
        words, lambda: _answers(dsn), log=log, owner=OWNER, stop=signal.SIGINT
    ) as pid:
        yield Postgres(port, home, pid)


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _make(home: Path) -> None:
    words = [binary("initdb"), "-D", str(home), "-U", "postgres", "-A", "trust"]
    run([*words, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"], OWNER)
    (home / "postgresql.conf").write_text(_SETTINGS)
    (home / "pg_hba.conf").write_text(_ACCESS)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Start one PostgreSQL for this worker's tests."""
    with folder("postgres", OWNER) as place:
        home = place / "main"
        _make(home)
        with serve(home) as server:
            role = "CREATE ROLE {who} LOGIN PASSWORD {word} IN ROLE pg_monitor"
            who, word = sql.Identifier(ASKER), sql.Literal(PASSWORD)
            server.execute(sql.SQL(role).format(who=who, word=word))
            yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """Give the SQLAlchemy address of an empty database of the test's own."""
    with postgres_server.database() as name:
        yield postgres_server.url(name)


@contextmanager
def away(server: Postgres, database: str) -> Iterator[None]:
    """Take one database away, as a restart does: links break, no new one is let in."""
    name = sql.Identifier(database)
    shut = "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {let}"
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {of}"
    server.execute(sql.SQL(shut).format(name=name, let=sql.SQL("false")))
    server.execute(sql.SQL(end).format(of=sql.Literal(database)))
    try:
        yield
    finally:
        server.execute(sql.SQL(shut).format(name=name, let=sql.SQL("true")))
