"""A register's list: narrow rows, filtered, newest first, one page at a time.

Pages are keyed by the last row's id; nothing is counted beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnExpressionArgument,
    Integer,
    Result,
    Select,
    and_,
    bindparam,
    select,
)
from sqlalchemy.orm import Session

from opsdesk.tickets.models import Kind, Ticket, TicketItem
from opsdesk.tickets.queries.search import find

PAGE = 50
MOST_HITS = 500
MOST_EXPORTED = 50_000

_COLUMNS = (
    Ticket.id,
    Ticket.number,
    Ticket.kind,
    Ticket.state,
    Ticket.is_open,
    Ticket.title,
    Ticket.priority,
    Ticket.is_complex,
    Ticket.module,
    Ticket.region,
    Ticket.reporter,
    Ticket.owner,
    Ticket.opened_at,
    Ticket.changed_at,
    Ticket.closed_at,
    Ticket.due_at,
    Ticket.version,
)


# The narrow columns of a list; texts and sheets stay where they are.
_CHOSEN: Any = select(*_COLUMNS)
_ROWS: Select[Any] = _CHOSEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list shows; empty: everything. `open_only` None: open and closed."""

    kind: Kind
    open_only: bool | None = None
    state: str = ""
    priority: str = ""
    module: str = ""
    region: str = ""
    owner: str = ""
    item: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    overdue_at: datetime | None = None  # only what is past its deadline by then
    complex_only: bool = False


class Line(NamedTuple):
    """One row of a list."""

    id: int
    number: str
    kind: Kind
    state: str
    is_open: bool
    title: str
    priority: str
    is_complex: bool
    module: str
    region: str
    reporter: str
    owner: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    version: int


def lines(
    session: Session, wanted: Wanted, *, before: int | None = None, most: int = PAGE
) -> tuple[Line, ...]:
    """Return a page of a list; `before` is the last row's id of the page before."""
    asked = _asked(session, wanted)
    if before is not None:
        asked["before"] = before
    return tuple(map(Line._make, _newest(session, asked, most)))


def everything(session: Session, wanted: Wanted) -> Iterator[Line]:
    """Yield what a list holds, newest first, for a file; at most 50,000 rows."""
    asked = _asked(session, wanted)
    yield from map(Line._make, _newest(session, asked, MOST_EXPORTED, yield_per=500))


def about(session: Session, code: str, *, most: int) -> tuple[Line, ...]:
    """Return the newest tickets of every register that name an item, by its code."""
    query = _ROWS.where(Ticket.id.in_(_ABOUT)).order_by(Ticket.id.desc()).limit(most)
    return tuple(map(Line._make, session.execute(query, {"item": code})))


def by_numbers(session: Session, numbers: Iterable[str]) -> dict[str, Line]:
    """Return tickets by their numbers."""
    query = _ROWS.where(Ticket.number.in_(list(numbers)))
    return {row.number: Line._make(row) for row in session.execute(query)}


def waiting_for(session: Session, *, most: int = 12) -> tuple[Line, ...]:
    """Return open tickets whose clocks run, those that hurt first first."""
    query = (
        _ROWS.where(Ticket.is_open, Ticket.due_at.is_not(None))
        .order_by(Ticket.due_at)
        .limit(most)
    )
    return tuple(map(Line._make, session.execute(query)))


_PLAIN = frozenset({"open", "closed", "complex"})  # these ask nothing of a value
_ABOUT = select(TicketItem.ticket_id).where(TicketItem.code == bindparam("item"))
_NARROWING: Mapping[str, ColumnExpressionArgument[bool]] = {
    "kind": Ticket.kind == bindparam("kind"),
    "state": Ticket.state == bindparam("state"),
    "priority": Ticket.priority == bindparam("priority"),
    "module": Ticket.module == bindparam("module"),
    "region": Ticket.region == bindparam("region"),
    "owner": Ticket.owner == bindparam("owner"),
    "open": Ticket.is_open,
    "closed": ~Ticket.is_open,
    "complex": Ticket.is_complex,
    "since": Ticket.opened_at >= bindparam("since"),
    "until": Ticket.opened_at < bindparam("until"),
    "overdue": and_(Ticket.is_open, Ticket.due_at < bindparam("overdue")),
    "item": Ticket.id.in_(_ABOUT),
    "hits": Ticket.number.in_(bindparam("hits", expanding=True)),
    "before": Ticket.id < bindparam("before"),
}
"""What narrows a list, by the names its values are bound to."""


@lru_cache(maxsize=256)
def _statement(narrowing: frozenset[str]) -> Select[Any]:
    """Return the statement of a list; built once for all that are narrowed alike."""
    chosen = [one for name, one in _NARROWING.items() if name in narrowing]
    newest = _ROWS.where(*chosen).order_by(Ticket.id.desc())
    return newest.limit(bindparam("most", type_=Integer))


def _asked(session: Session, wanted: Wanted) -> dict[str, Any]:
    """Return what narrows a list, by name."""
    asked: dict[str, Any] = {
        "kind": wanted.kind,
        "state": wanted.state,
        "priority": wanted.priority,
        "module": wanted.module,
        "region": wanted.region,
        "owner": wanted.owner,
        "open": wanted.open_only,
        "closed": wanted.open_only is False,
        "complex": wanted.complex_only,
        "since": wanted.since,
        "until": wanted.until,
        "overdue": wanted.overdue_at,
        "item": wanted.item,
    }
    narrowing = {name: value for name, value in asked.items() if value}
    if wanted.text:
        hits = find(session, wanted.text, most=MOST_HITS)
        narrowing["hits"] = [hit.ref for hit in hits]
    return narrowing


def _newest(
    session: Session, asked: dict[str, Any], most: int, **options: Any
) -> Result[Any]:
    statement = _statement(frozenset(asked))
    values = {name: asked[name] for name in asked if name not in _PLAIN}
    return session.execute(
        statement, {**values, "most": most}, execution_options=options
    )
