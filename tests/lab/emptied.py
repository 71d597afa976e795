"""One PostgreSQL database for many tests: emptied after each, as if made anew.

To copy the template costs a file for every table and index, each time; a test writes
to few of them. Whatever a test did to the schema itself makes the database one to
throw away: the next test is given another copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tests.lab.postgres import Postgres

Link = psycopg.Connection[tuple[Any, ...]]

_END = """\
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""

_SCHEMA = """\
SELECT md5(string_agg(what, ' ' ORDER BY what)) FROM (
  SELECT concat_ws('|', 'namespace', oid, nspname, nspacl) FROM pg_namespace
  WHERE nspname !~ '^pg_(temp|toast_temp)_'
  UNION ALL
  SELECT concat_ws('|', 'class', oid, relname, relkind, relowner, relacl, reloptions)
  FROM pg_class WHERE oid >= 16384 AND relpersistence <> 't'
  UNION ALL SELECT concat_ws('|', 'column', attrelid, attnum, a.xmin)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
  WHERE c.oid >= 16384 AND relpersistence <> 't'
  UNION ALL SELECT concat_ws('|', 'default', oid, xmin) FROM pg_attrdef
  UNION ALL SELECT concat_ws('|', 'constraint', oid, xmin) FROM pg_constraint
  UNION ALL SELECT concat_ws('|', 'trigger', oid, xmin) FROM pg_trigger
  UNION ALL SELECT concat_ws('|', 'function', oid, xmin) FROM pg_proc
  UNION ALL SELECT concat_ws('|', 'rule', oid, xmin) FROM pg_rewrite
  UNION ALL SELECT concat_ws('|', 'sequence', seqrelid, xmin) FROM pg_sequence
  UNION ALL SELECT concat_ws('|', 'extension', oid, xmin) FROM pg_extension
  UNION ALL SELECT concat_ws('|', 'database', datconnlimit, datallowconn, datacl)
  FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT concat_ws('|', 'setting', setrole, setconfig)
  FROM pg_db_role_setting JOIN pg_database AS d ON d.oid = setdatabase
  WHERE datname = current_database()
) AS every (what)"""

_WRITTEN = """\
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0"""

_COUNTED = """\
SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
WHERE last_value IS NOT NULL"""

_RESTART = """\
SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
WHERE seqrelid = {name}::regclass"""


@dataclass(slots=True)
class Emptied:
    """A copy of a template, lent to one test after another."""

    server: Postgres
    template: str
    name: str = ""
    schema: object = None
    rows: dict[str, bytes] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Give its name to one test, and empty it afterwards."""
        if not self.name:
            self._copy()
        try:
            yield self.name
        finally:
            with psycopg.connect(self.server.dsn(self.name), autocommit=True) as link:
                same = self._emptied(link)
            if not same:
                self.close()

    def close(self) -> None:
        """Drop the copy; the next test gets another."""
        if self.name:
            self.server.drop(self.name)
            self.name = ""

    def _copy(self) -> None:
        self.name = self.server.create(self.template)
        with psycopg.connect(self.server.dsn(self.name), autocommit=True) as link:
            self.schema = link.execute(_SCHEMA.encode()).fetchone()
            self.rows = {table: _read(link, table) for table in _written(link)}
            self.counts = _counts(link)

    def _emptied(self, link: Link) -> bool:
        """Make the copy as the template is, or say that it cannot be."""
        link.execute(_END.encode())
        if link.execute(_SCHEMA.encode()).fetchone() != self.schema:
            return False
        written = [table for table in _written(link) if table not in self.rows]
        with link.transaction():
            link.execute("SET LOCAL session_replication_role = replica")
            for table in written:
                link.execute(f"DELETE FROM {table}".encode())
            for table, rows in self.rows.items():
                if _read(link, table) != rows:
                    _write(link, table, rows)
        for sequence, _last in _counts(link).items() - self.counts.items():
            self._turn_back(link, sequence)
        if written:  # gives the space back: rows of the next test lie in their order
            link.execute(f"VACUUM {', '.join(written)}".encode())
        return True

    def _turn_back(self, link: Link, sequence: str) -> None:
        name = sql.Literal(sequence)
        if sequence in self.counts:
            to = sql.SQL("SELECT setval({name}, {last})")
            link.execute(to.format(name=name, last=self.counts[sequence]))
        else:
            link.execute(sql.SQL(_RESTART).format(name=name))


def _written(link: Link) -> list[str]:
    return [row[0] for row in link.execute(_WRITTEN.encode()).fetchall()]


def _counts(link: Link) -> dict[str, int]:
    return dict(link.execute(_COUNTED.encode()).fetchall())


def _read(link: Link, table: str) -> bytes:
    with link.cursor().copy(f"COPY {table} TO STDOUT".encode()) as rows:
        return b"".join(bytes(some) for some in rows)


def _write(link: Link, table: str, rows: bytes) -> None:
    link.execute(f"DELETE FROM {table}".encode())
    with link.cursor().copy(f"COPY {table} FROM STDIN".encode()) as into:
        into.write(rows)
