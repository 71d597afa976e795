"""The tickets whose clocks have to be looked at: what a look needs of them, no more.

A sweep looks at thousands. They are read as rows and written back in one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
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
_OPEN = (
    select(*(_TICKET.c[name] for name in Watched.__slots__ if name != "as_read"))
    .where(_TICKET.c.is_open)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_DUE = _OPEN.where(_TICKET.c.look_at <= bindparam("at")).order_by(_TICKET.c.look_at)
_REST = _OPEN.where(
    _TICKET.c.kind == bindparam("kind", type_=_TICKET.c.kind.type),
    _TICKET.c.id > bindparam("after"),
    or_(_TICKET.c.look_at > bindparam("at"), _TICKET.c.look_at.is_(None)),
).order_by(_TICKET.c.id)
_THIS = update(_TICKET).where(_TICKET.c.id == bindparam("this"))
_CLOCKS = _THIS.values(due_at=bindparam("due"), look_at=bindparam("look"))
_SHEET = _THIS.values(sheet=bindparam("new"))
_MANY = (
    func.unnest(
        bindparam("this", type_=ARRAY(Integer)),
        bindparam("due", type_=ARRAY(DateTime(timezone=True))),
        bindparam("look", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued("this", "due", "look")
    .render_derived()
)
_CLOCKS_AT_ONCE = (
    update(_TICKET)
    .where(_TICKET.c.id == _MANY.c.this)
    .values(due_at=_MANY.c.due, look_at=_MANY.c.look)
)
"""PostgreSQL takes a batch as three arrays: a statement for each costs it twice that."""


def due(session: Session, *, at: datetime, most: int) -> list[Watched]:
    """Return open tickets whose clocks have reached a mark by then, locked."""
    rows = session.execute(_DUE, {"at": at, "most": most})
    return [Watched((row.due_at, row.look_at, row.sheet), *row) for row in rows]


def rest(
    session: Session, kind: Kind, *, after: int, at: datetime, most: int
) -> list[Watched]:
    """Return open tickets of a register that no look is due for, by id, locked."""
    asked = {"kind": kind, "after": after, "at": at, "most": most}
    rows = session.execute(_REST, asked)
    return [Watched((row.due_at, row.look_at, row.sheet), *row) for row in rows]


def keep(session: Session, watched: Sequence[Watched]) -> None:
    """Write what a look has changed, in the caller's unit."""
    clocks: list[dict[str, Any]] = []
    sheets: list[dict[str, Any]] = []
    for one in watched:
        due_at, look_at, sheet = one.as_read
        if (due_at, look_at) != (one.due_at, one.look_at):
            clocks.append({"this": one.id, "due": one.due_at, "look": one.look_at})
        if sheet is not one.sheet:
            sheets.append({"this": one.id, "new": one.sheet})
    if clocks and session.get_bind().dialect.name == "postgresql":
        arrays = {name: [one[name] for one in clocks] for name in clocks[0]}
        session.execute(_CLOCKS_AT_ONCE, arrays)
    elif clocks:
        session.execute(_CLOCKS, clocks)
    if sheets:
        session.execute(_SHEET, sheets)
