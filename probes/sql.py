"""Ask a database how it is: read-only, each question bounded, each answer kept.

The rows are kept as they came, under the question's name. A question the account may
not ask is noted in `denied` with the server's own words, and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from probes.asking import Clock, NoAnswer, answer
from probes.check import SqlCheck
from probes.server import Server
from probes.transcript import Section
from probes.transport import Deadline

Rows = list[dict[str, Any]]


def ask(check: SqlCheck, server: Server, deadline: Deadline) -> Section:
    """Return version, role, connections, sizes, replication and oldest transaction."""

    def get(clock: Clock) -> Mapping[str, Any]:
        found = _engine(check.engine)(check, server, clock)
        return {"connect_ms": found.pop("connect_ms")} | _plain(found)

    expected = {"engine": check.engine, "database": check.database}
    return answer(check, server, deadline, expected=expected, get=get)


def _engine(
    name: str,
) -> Callable[[SqlCheck, Server, Clock], dict[str, Any]]:
    """Return the engine's own module's door; its driver is loaded only then."""
    if name == "postgresql":
        from probes.sql_postgresql import look  # noqa: PLC0415

        return look
    if name == "mysql":
        from probes.sql_mysql import look as look_mysql  # noqa: PLC0415

        return look_mysql
    raise NoAnswer("missing", f"no such database engine: {name}")


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Return rows as JSON has them: decimals are numbers, moments are text."""
    plain: dict[str, Any] = json.loads(json.dumps(found, default=_value))
    return plain


def _value(value: object) -> object:
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return str(value)
