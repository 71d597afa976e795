"""The tickets whose clocks have to be looked at: what a look needs of them, no more.

A sweep looks at thousands. They are read as rows and written back in one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from opsdesk.tickets.models import Kind, Ticket


@dataclass(slots=True)
class Watched:
    """An open ticket as a sweep sees it; what a look changes is kept by `keep`."""

    as_read: tuple[datetime | None, datetime | None, dict[str, Any]]
    id: int
    number: str
    kind: Kind
    state: str
    is_open: bool
    title: str
    priority: str
    owner: str
    began_at: datetime
    due_at: datetime | None
    look_at: datetime | None
    version: int
    sheet: dict[str, Any]


_TICKET: Table = Ticket.__table__  # type: ignore[assignment]
_DUE = (
    select(*(_TICKET.c[name] for name in Watched.__slots__ if name != "as_read"))
    .where(_TICKET.c.is_open, _TICKET.c.look_at <= bindparam("at"))
    .order_by(_TICKET.c.look_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_THIS = update(_TICKET).where(_TICKET.c.id == bindparam("this"))
_CLOCKS = _THIS.values(due_at=bindparam("due"), look_at=bindparam("look"))
_SHEET = _THIS.values(sheet=bindparam("new"))


def due(session: Session, *, at: datetime, most: int) -> list[Watched]:
    """Return open tickets whose clocks have reached a mark by then, locked."""
    rows = session.execute(_DUE, {"at": at, "most": most})
    return [Watched((row.due_at, row.look_at, row.sheet), *row) for row in rows]


def keep(session: Session, watched: Sequence[Watched]) -> None:
    """Write what a look has changed, in the caller's unit."""
    clocks, sheets = [], []
    for one in watched:
        due_at, look_at, sheet = one.as_read
        if (due_at, look_at) != (one.due_at, one.look_at):
            clocks.append({"this": one.id, "due": one.due_at, "look": one.look_at})
        if sheet is not one.sheet:
            sheets.append({"this": one.id, "new": one.sheet})
    for statement, changed in ((_CLOCKS, clocks), (_SHEET, sheets)):
        if changed:
            session.execute(statement, changed)
