"""The registers' pages with many tickets behind them, beside a bare page and rivals.

One reader, signed in, permissions and audit as in use; in the process and through
gunicorn; on SQLite and on a PostgreSQL of the bench's own, both written through.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from typing import Any

from sqlalchemy import func, select, text

from bench import helpdesk, register_pages, request_tracker
from bench.machine import load
from bench.register_store import Place, seeded
from bench.register_timing import interleaved
from bench.register_writing import create, sweep
from opsdesk.tickets.models import Ticket, TicketEvent

STORES = ("sqlite", "postgresql")
RIVALS = {
    "django-helpdesk": helpdesk.asks,
    "Request Tracker": request_tracker.asks,
}
RIVALS_UP_TO = 100_000
"""Tickets beyond which the rivals are left out: a page of theirs takes seconds."""


def registers(rows: int, store: str) -> dict[str, Any]:
    """Time the pages of a desk with so many tickets; times in milliseconds."""
    with seeded(store, rows) as place:
        found = {
            "rows": rows,
            "store": store,
            "seeded_s": place.seconds,
            "counted": _counted(place),
            "durability": _durability(place),
            "load_before": load(),
            "missing": {},
            "versions": {},
        }
        with ExitStack() as servers:
            asks = servers.enter_context(register_pages.asks(place, rows))
            if rows <= RIVALS_UP_TO:
                asks = {**asks, **_rivals(servers, place, rows, found)}
            found["pages"] = interleaved(asks)
        found["create"] = create(place)
        found["sweep"] = sweep(place)
    return {**found, "load": load()}


def _rivals(
    servers: ExitStack, place: Place, rows: int, found: dict[str, Any]
) -> dict[str, Any]:
    """Return what can be asked of the rivals; say aloud which cannot be had here."""
    made: dict[str, Any] = {}
    for name, join in RIVALS.items():
        try:
            rival = servers.enter_context(join(place, rows))
        except (OSError, AssertionError, ValueError) as mistake:
            found["missing"][name] = str(mistake)[-400:]
            sys.stderr.write(f"NOT MEASURED: {name}: {mistake}\n")
        else:
            found["versions"][name] = rival.version
            made |= {f"{page}, {name}": ask for page, ask in rival.asks.items()}
    return made


def _counted(place: Place) -> dict[str, int]:
    with place.database.reading() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table))
            or 0
            for table in (Ticket, TicketEvent)
        }


def _durability(place: Place) -> str:
    asked = (
        ("PRAGMA journal_mode", "PRAGMA synchronous")
        if place.server is None
        else ("SHOW fsync", "SHOW synchronous_commit")
    )
    with place.database.reading() as session:
        said = [f"{ask.split()[1]}={session.scalar(text(ask))}" for ask in asked]
    return ", ".join(said)


def say(found: dict[str, Any]) -> None:
    """Say on standard output what was measured."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
