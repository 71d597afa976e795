"""The questions put to PostgreSQL, in one read-only session."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack, closing
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from probes.asking import (
    Clock,
    NoAnswer,
    address_of,
    cut_off,
    one_line,
    reveal,
    wait_for,
)
from probes.check import SqlCheck
from probes.server import Server

_SESSION = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET default_transaction_read_only = on",
    "SET lock_timeout = '1s'",
    "SET application_name = 'opsdesk'",
)
_QUESTIONS = {
    "identity": """
        SELECT current_setting('server_version') AS version,
               pg_is_in_recovery() AS in_recovery,
               current_setting('transaction_read_only') AS read_only,
               extract(epoch FROM now() - pg_postmaster_start_time())::float8
                   AS uptime_seconds""",
    "connections": """
        SELECT count(*) AS used,
               current_setting('max_connections')::int AS most,
               current_setting('superuser_reserved_connections')::int AS reserved
        FROM pg_stat_activity WHERE backend_type = 'client backend'""",
    "sizes": """
        SELECT datname AS name, pg_database_size(oid) AS bytes FROM pg_database
        WHERE datallowconn AND has_database_privilege(oid, 'CONNECT')
        ORDER BY bytes DESC LIMIT 100""",
    "receiving": """
        SELECT (SELECT count(*) FROM pg_stat_wal_receiver) AS receivers,
               pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AS all_replayed,
               extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8
                   AS since_replay_seconds
        WHERE pg_is_in_recovery()""",
    "replicas": """
        SELECT application_name AS name, host(client_addr) AS address, state,
               extract(epoch FROM replay_lag)::float8 AS lag_seconds
        FROM pg_stat_replication ORDER BY 1, 2 LIMIT 100""",
    "oldest_transaction": """
        SELECT max(extract(epoch FROM now() - xact_start))::float8 AS seconds
        FROM pg_stat_activity WHERE pid <> pg_backend_pid()
        AND backend_type = 'client backend'""",
}
# The server says this before it says any code, and in its own language.
_AUTH_WORDS = (
    *("authentication failed", "认证失败", "no password supplied"),
    *("pg_hba.conf", 'role "', "角色"),
)


def look(check: SqlCheck, server: Server, clock: Clock) -> dict[str, Any]:
    """Return the rows of each question, and the ones that were denied."""
    wire = _connected(check, server, clock)
    found: dict[str, Any] = {"connect_ms": clock.spent_ms, "rows": {}, "denied": {}}
    with ExitStack() as until:
        link = until.enter_context(closing(psycopg.Connection(wire, dict_row)))
        line = until.enter_context(_socket(wire))
        until.enter_context(cut_off(line, clock))
        try:
            _ask_all(link, found, clock)
        except psycopg.Error as error:
            clock.left()
            raise NoAnswer("protocol", str(error), found) from error
    return found


def _ask_all(
    link: psycopg.Connection[dict[str, Any]], found: dict[str, Any], clock: Clock
) -> None:
    link.autocommit = True
    for statement in _SESSION:
        link.execute(statement)
    for name, question in _QUESTIONS.items():
        bound = str(max(1, round(clock.left() * 1000)))
        link.execute("SELECT set_config('statement_timeout', %s, false)", [bound])
        try:
            found["rows"][name] = link.execute(question).fetchall()
        except (
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.UndefinedObject,
            psycopg.errors.UndefinedTable,
            psycopg.errors.UndefinedColumn,
            psycopg.errors.UndefinedFunction,
        ) as error:
            found["denied"][name] = one_line(str(error))


def _connected(check: SqlCheck, server: Server, clock: Clock) -> pq.abc.PGconn:
    """Return libpq's connection, waited for by our own clock."""
    host = address_of(server.address, check.port, socket.SOCK_STREAM)
    words = make_conninfo(
        host=server.address,
        hostaddr=host,
        port=check.port,
        user=check.user,
        password=reveal(check.password) or None,
        dbname=check.database or "postgres",
        client_encoding="UTF8",
    )
    wire = pq.PGconn.connect_start(words.encode())
    try:
        _complete(wire, clock)
    except BaseException:
        wire.finish()
        raise
    wire.nonblocking = 1
    return wire


def _complete(wire: pq.abc.PGconn, clock: Clock) -> None:
    # libpq needs its socket polled for writing first, and may change it as it goes.
    state = pq.PollingStatus.WRITING
    while state not in {pq.PollingStatus.OK, pq.PollingStatus.FAILED}:
        if wire.status == pq.ConnStatus.BAD:
            break
        wait_for(wire.socket, clock, write=state == pq.PollingStatus.WRITING)
        state = pq.PollingStatus(wire.connect_poll())
    if wire.status != pq.ConnStatus.OK:
        raise _sorted(wire)


def _socket(wire: pq.abc.PGconn) -> socket.socket:
    """Return libpq's socket under a descriptor of our own, its flags untouched.

    Not by `dup()`: that sets Python's idea of blocking on both, and libpq would hang.
    """
    return socket.socket(fileno=os.dup(wire.socket))


def _sorted(wire: pq.abc.PGconn) -> Exception:
    said = one_line(wire.get_error_message())
    if "Connection refused" in said:
        return NoAnswer("refused", said)
    if "unreachable" in said or "No route" in said:
        return NoAnswer("unreachable", said)
    if wire.needs_password or any(word in said for word in _AUTH_WORDS):
        return NoAnswer("auth", said)
    return NoAnswer("tls" if "SSL error" in said else "protocol", said)
