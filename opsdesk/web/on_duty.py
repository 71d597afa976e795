"""Who is on duty, for the bar above every page: asked twice a minute, not every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask, current_app, g

from opsdesk.people.roster.queries import OnDuty, on_duty
from opsdesk.web import unit
from opsdesk.web.access import current_person, opens

FRESH = timedelta(seconds=30)


@dataclass(slots=True)
class Board:
    """What this process read last, and when."""

    read_at: datetime | None = None
    rows: tuple[OnDuty, ...] = field(default=())


def install(app: Flask) -> None:
    """Give every application its own board."""
    app.extensions["opsdesk-on-duty"] = Board()


def now() -> tuple[OnDuty, ...]:
    """Return who is on duty; nobody for those who may not open the roster."""
    if current_person() is None or not opens("roster.index"):
        return ()
    board: Board = current_app.extensions["opsdesk-on-duty"]
    at: datetime = g.at
    read_at = board.read_at
    if read_at is None or not read_at <= at < read_at + FRESH:
        with unit.database().reading() as reading:
            board.rows = on_duty(reading, at)
        board.read_at = at
    return tuple(one for one in board.rows if one.until > at)


def forget() -> None:
    """Read the roster anew for the next page: somebody has just changed it."""
    current_app.extensions["opsdesk-on-duty"].read_at = None
