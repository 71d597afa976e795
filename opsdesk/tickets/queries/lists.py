"""A register's list: narrow rows, filtered, newest first, one page at a time.

Pages are keyed by the last row's id; nothing is counted beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
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
    query = _narrowed(session, wanted).order_by(Ticket.id.desc()).limit(most)
    if before is not None:
        query = query.where(Ticket.id < before)
    return tuple(map(Line._make, session.execute(query)))


def everything(session: Session, wanted: Wanted) -> Iterator[Line]:
    """Yield what a list holds, newest first, for a file; at most 50,000 rows."""
    query = _narrowed(session, wanted).order_by(Ticket.id.desc()).limit(MOST_EXPORTED)
    for row in session.execute(query.execution_options(yield_per=500)):
        yield Line._make(row)


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


def _narrowed(session: Session, wanted: Wanted) -> Select[Any]:
    query = _ROWS.where(Ticket.kind == wanted.kind)
    equal = {
        Ticket.state: wanted.state,
        Ticket.priority: wanted.priority,
        Ticket.module: wanted.module,
        Ticket.region: wanted.region,
        Ticket.owner: wanted.owner,
    }
    for column, value in equal.items():
        if value:
            query = query.where(column == value)
    if wanted.open_only is not None:
        query = query.where(Ticket.is_open if wanted.open_only else ~Ticket.is_open)
    if wanted.complex_only:
        query = query.where(Ticket.is_complex)
    query = _in_time(query, wanted)
    if wanted.item:
        about = select(TicketItem.ticket_id).where(TicketItem.code == wanted.item)
        query = query.where(Ticket.id.in_(about))
    if wanted.text:
        hits = find(session, wanted.text, most=MOST_HITS)
        query = query.where(Ticket.number.in_({hit.ref for hit in hits}))
    return query


def _in_time(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.since is not None:
        query = query.where(Ticket.opened_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Ticket.opened_at < wanted.until)
    if wanted.overdue_at is not None:
        query = query.where(Ticket.is_open, Ticket.due_at < wanted.overdue_at)
    return query
