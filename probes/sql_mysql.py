"""The questions put to MySQL or MariaDB, in one read-only session."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pymysql
from pymysql.constants import ER
from pymysql.cursors import DictCursor

from probes.asking import Clock, NoAnswer, one_line, reveal, wired
from probes.check import SqlCheck
from probes.server import Server

_QUESTIONS = {
    "identity": """
        SELECT VERSION() AS version, @@global.read_only AS read_only,
               @@global.max_connections AS most""",
    "status": """
        SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected',
        'Threads_running', 'Max_used_connections', 'Uptime', 'Aborted_connects')""",
    "replicas": "SHOW PROCESSLIST",
    "oldest_transaction": """
        SELECT MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())) AS seconds
        FROM information_schema.INNODB_TRX""",
    "sizes": """
        SELECT table_schema AS name, SUM(data_length + index_length) AS bytes
        FROM information_schema.TABLES GROUP BY table_schema
        ORDER BY bytes DESC LIMIT 100""",
}
_RECEIVING = ("SHOW REPLICA STATUS", "SHOW SLAVE STATUS")  # new word, old word
_KEPT_OF_RECEIVING = (
    *("Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master"),
    *("Replica_IO_Running", "Replica_SQL_Running", "Seconds_Behind_Source"),
    *("Last_IO_Error", "Last_SQL_Error", "Master_Host", "Source_Host"),
)
_DUMPING = ("Binlog Dump", "Binlog Dump GTID")
_AUTH = frozenset(
    {
        ER.ACCESS_DENIED_ERROR,
        ER.DBACCESS_DENIED_ERROR,
        ER.HOST_NOT_PRIVILEGED,
        ER.HOST_IS_BLOCKED,
        1698,  # ACCESS_DENIED_NO_PASSWORD_ERROR
    }
)
_DENIED = frozenset(
    {
        ER.SPECIFIC_ACCESS_DENIED_ERROR,
        ER.TABLEACCESS_DENIED_ERROR,
        ER.ACCESS_DENIED_ERROR,
        ER.PARSE_ERROR,
        ER.UNKNOWN_TABLE,
        ER.UNKNOWN_SYSTEM_VARIABLE,
    }
)


def look(check: SqlCheck, server: Server, clock: Clock) -> dict[str, Any]:
    """Return the rows of each question, and the ones that were denied."""
    password = reveal(check.password)
    found: dict[str, Any] = {"rows": {}, "denied": {}}
    with ExitStack() as until:
        line = wired(server.address, check.port, clock, until)
        link = pymysql.Connection(
            host=server.address,
            port=check.port,
            user=check.user,
            password=password,
            database=check.database or None,
            charset="utf8mb4",
            cursorclass=DictCursor,
            autocommit=True,
            read_timeout=max(1, round(clock.left() + 1)),
            write_timeout=max(1, round(clock.left() + 1)),
            defer_connect=True,
        )
        try:
            link.connect(line)
            found["connect_ms"] = clock.spent_ms
            until.callback(_close, link)
            _ask_all(link, found, clock)
        except (pymysql.Error, OSError) as error:
            clock.left()
            raise _sorted(error) from error
    return found


def _ask_all(
    link: pymysql.Connection[DictCursor], found: dict[str, Any], clock: Clock
) -> None:
    _rows(link, "SET SESSION TRANSACTION READ ONLY")
    _bound(link, clock)
    for name, question in _QUESTIONS.items():
        clock.left()
        _try(link, name, question, found)
    found["rows"]["replicas"] = _dumps(found["rows"].get("replicas", []))
    for question in _RECEIVING:
        clock.left()
        if _try(link, "receiving", question, found):
            found["denied"].pop("receiving", None)
            break
    if "receiving" in found["rows"]:  # else denied, and not the same as none
        found["rows"]["receiving"] = [_part(row) for row in found["rows"]["receiving"]]


def _try(
    link: pymysql.Connection[DictCursor],
    name: str,
    question: str,
    found: dict[str, Any],
) -> bool:
    try:
        found["rows"][name] = _rows(link, question)
    except pymysql.Error as error:
        if error.args[0] not in _DENIED:
            raise
        found["denied"][name] = one_line(str(error.args[-1]))
        return False
    return True


def _rows(link: pymysql.Connection[DictCursor], question: str) -> list[dict[str, Any]]:
    with link.cursor() as cursor:
        cursor.execute(question)
        return [dict(row) for row in cursor.fetchall()]


def _bound(link: pymysql.Connection[DictCursor], clock: Clock) -> None:
    """Bound each statement on the server too; MariaDB counts seconds, MySQL ms."""
    seconds = clock.left()
    with link.cursor() as cursor:
        version = link.get_server_info()  # type: ignore[no-untyped-call]
        if "MariaDB" in version:
            cursor.execute("SET SESSION max_statement_time = %s", [round(seconds, 3)])
        else:
            bound = max(1, round(seconds * 1000))
            cursor.execute("SET SESSION max_execution_time = %s", [bound])


def _dumps(processes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return who copies this server; the other processes' statements are private."""
    return [
        {"name": str(row.get("Host")), "state": str(row.get("State"))}
        for row in processes
        if row.get("Command") in _DUMPING
    ]


def _part(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in _KEPT_OF_RECEIVING if key in row}


def _close(link: pymysql.Connection[DictCursor]) -> None:
    if link.open:
        link.close()


def _sorted(error: Exception) -> Exception:
    if isinstance(error, OSError):
        return error
    code = error.args[0] if error.args else 0
    said = str(error.args[-1]) if error.args else type(error).__name__
    if code in _AUTH:
        return NoAnswer("auth", said)
    return NoAnswer("protocol", f"{code}: {said}")
