"""A PostgreSQL of the bench's own, as durable as the desk's SQLite is.

SQLite in WAL mode with `synchronous=NORMAL` may lose the last moments at a power cut
and is never broken by one; `synchronous_commit=off` promises the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.postgres import OWNER, binary, serve
from tests.lab.process import folder, run

_SETTINGS = """\
listen_addresses = '127.0.0.1'
fsync = on
full_page_writes = on
synchronous_commit = off
shared_buffers = 512MB
max_wal_size = 4GB
max_connections = 30
lc_messages = 'C'
timezone = 'UTC'
"""


@contextmanager
def own_postgres() -> Iterator[str]:
    """Give the SQLAlchemy address of an empty database; all is gone afterwards."""
    with folder("postgres-bench", OWNER) as place:
        home = place / "main"
        words = [binary("initdb"), "-D", str(home), "-U", "postgres", "-A", "trust"]
        run([*words, "-E", "UTF8", "--locale", "C.UTF-8"], OWNER)
        (home / "postgresql.conf").write_text(_SETTINGS)
        with serve(home) as server, server.database() as name:
            yield server.url(name)
