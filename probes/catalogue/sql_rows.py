"""From the rows two kinds of database answer with to the same few fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from probes.catalogue.answered import Answer, head, load
from probes.probe import Unreadable
from probes.transcript import Section

Fields = dict[str, Any]


def read_rows(section: Section) -> Fields:
    """Return the fields of `SqlFacts`. Raises Unreadable."""
    answer = load(section)
    engine = answer.part("expected").text("engine")
    fields: Fields = head(section, answer) | {"engine": engine}
    if engine not in _ENGINES:
        raise Unreadable(f"no known database engine: {engine!r}")
    if answer.text("error") is not None:
        return fields
    rows = answer.part("rows")
    if not rows.parts("identity"):
        raise Unreadable("a database without its version")
    denied = tuple(sorted(answer.part("denied").fields))
    return fields | _ENGINES[engine](rows) | {"denied": denied}


def _first(rows: Answer, question: str) -> Answer:
    found = rows.parts(question)
    return found[0] if found else Answer({})


def _seconds(rows: Answer) -> float | None:
    return _first(rows, "oldest_transaction").number("seconds")


def _sizes(rows: Answer) -> list[tuple[str, int]]:
    found = []
    for row in rows.parts("sizes"):
        size = row.number("bytes")
        found.append((row.text("name") or "?", round(size or 0)))
    return found


def _postgresql(rows: Answer) -> Fields:
    identity, used = _first(rows, "identity"), _first(rows, "connections")
    replica = identity.flag("in_recovery")
    uptime = identity.number("uptime_seconds")
    fields: Fields = {
        "version": identity.text("version"),
        "role": "replica" if replica else "primary",
        "read_only": bool(replica),
        "uptime_s": None if uptime is None else round(uptime),
        "connections": used.whole("used"),
        "max_connections": used.whole("most"),
        "replication": "none",
        "longest_transaction_s": _seconds(rows),
        "sizes": _sizes(rows),
        "replicas": [
            (
                row.text("name") or row.text("address") or "?",
                row.text("state") or "?",
                row.number("lag_seconds"),
            )
            for row in rows.parts("replicas")
        ],
    }
    return fields | (_receiving_postgresql(rows) if replica else {})


def _receiving_postgresql(rows: Answer) -> Fields:
    """Return how a standby follows.

    "All replayed" means in time only while something is being received: cut off from
    its primary, a standby has replayed all it has, and falls behind for ever.
    """
    row = _first(rows, "receiving")
    receivers = row.whole("receivers")
    if receivers is None:
        return {"replication": None}
    lag = row.number("since_replay_seconds")
    if receivers and row.flag("all_replayed"):
        lag = 0.0
    return {"replication": "running" if receivers else "broken", "lag_seconds": lag}


def _mysql(rows: Answer) -> Fields:
    identity = _first(rows, "identity")
    status = {
        row.text("Variable_name"): row.text("Value") for row in rows.parts("status")
    }
    receiving = rows.fields.get("receiving")
    return {
        "version": identity.text("version"),
        "role": "replica" if receiving else "primary",
        "read_only": bool(identity.whole("read_only")),
        "uptime_s": _count(status, "Uptime"),
        "connections": _count(status, "Threads_connected"),
        "max_connections": identity.whole("most"),
        "longest_transaction_s": _seconds(rows),
        "sizes": _sizes(rows),
        "replicas": [
            (row.text("name") or "?", row.text("state") or "?", None)
            for row in rows.parts("replicas")
        ],
    } | _receiving_mysql(rows)


def _count(status: dict[str | None, str | None], name: str) -> int | None:
    text = status.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise Unreadable(f"{name} is not a number: {text!r}") from error


def _receiving_mysql(rows: Answer) -> Fields:
    if "receiving" not in rows.fields:
        return {"replication": None}
    if not rows.parts("receiving"):
        return {"replication": "none"}
    row = _first(rows, "receiving")
    threads = [_either(row, f"{which}_Running") for which in ("IO", "SQL")]
    lag = row.number("Seconds_Behind_Master")
    if lag is None:
        lag = row.number("Seconds_Behind_Source")
    errors = [row.text("Last_IO_Error"), row.text("Last_SQL_Error")]
    return {
        "replication": "running" if threads == ["Yes", "Yes"] else "broken",
        "replication_error": "; ".join(filter(None, errors)),
        "lag_seconds": lag,
    }


def _either(row: Answer, name: str) -> str | None:
    """Return a field by its new name or its old one."""
    return row.text(f"Replica_{name}") or row.text(f"Slave_{name}")


_ENGINES: dict[str | None, Callable[[Answer], Fields]] = {
    "postgresql": _postgresql,
    "mysql": _mysql,
}
