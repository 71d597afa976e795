"""A PostgreSQL of the bench's own, as durable as the desk's SQLite is made for it.

Everything is written through (`fsync`, `synchronous_commit`); the bench tells SQLite to
do the same (`synchronous=FULL`).
"""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.postgres import OWNER, Postgres, binary, serve
from tests.lab.process import folder, run

_SETTINGS = """\
listen_addresses = '127.0.0.1'
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 512MB
max_wal_size = 4GB
max_connections = 60
lc_messages = 'C'
timezone = 'UTC'
"""


@contextmanager
def own_postgres() -> Iterator[str]:
    """Give the SQLAlchemy address of an empty database; all is gone afterwards."""
    with (
        folder("postgres-bench", OWNER) as place,
        kept_postgres(place / "main") as server,
        server.database() as name,
    ):
        yield server.url(name)


@contextmanager
def kept_postgres(home: Path) -> Iterator[Postgres]:
    """Run the server in `home`, made on first use; its files stay."""
    if not (home / "PG_VERSION").exists():
        _make(home)
    with serve(home) as server:
        yield server


def _make(home: Path) -> None:
    home.mkdir(mode=0o700, parents=True)
    if os.geteuid() == 0:
        shutil.chown(home, OWNER, pwd.getpwnam(OWNER).pw_gid)
    words = [binary("initdb"), "-D", str(home), "-U", "postgres", "-A", "trust"]
    run([*words, "-E", "UTF8", "--locale", "C.UTF-8"], OWNER)
    (home / "postgresql.conf").write_text(_SETTINGS)
