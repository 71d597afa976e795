"""A register's records of a period and of the one before it, in one question each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.reporting.span import Span
from opsdesk.tickets.models import Kind, Ticket, TicketEvent, What
from opsdesk.tickets.queries.statistics import quantile
from probes.finding import Words

MOST = 20_000
"""Records of one register that a report can hold; more would be no paper."""
NINETIETH = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """One record, as far as a report tells of it; `state` is that of the cut-off."""

    id: int
    number: str
    title: str
    state: str
    priority: str
    is_complex: bool
    module: str
    region: str
    owner: str
    opened_at: datetime
    began_at: datetime
    closed_at: datetime | None
    result: dict[str, Any] | None
    sheet: dict[str, Any]

    def clock(self, name: str) -> dict[str, Any] | None:
        """Return how a clock ended; None while it is open, or has none."""
        clocks: dict[str, dict[str, Any]] = (self.result or {}).get("clocks", {})
        return clocks.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register over a period. `carried` were open as it began.

    `opened` are those of the period and `before` those of the one before, without the
    void ones; `closed` were closed in the period, whenever they were opened.
    """

    kind: Kind
    opened: tuple[TicketRow, ...]
    before: tuple[TicketRow, ...]
    closed: tuple[TicketRow, ...]
    void: int
    carried: int
    until: datetime

    @property
    def left(self) -> int:
        """Return how many were open as the period ended."""
        return self.carried + len(self.opened) - len(self.closed)


@dataclass(frozen=True, slots=True)
class Attained:
    """One clock in one group; times in seconds of service time, None for n = 0."""

    n: int
    met: int
    mean: float | None
    p90: float | None

    @property
    def share(self) -> float | None:
        return self.met / self.n if self.n else None


def register(session: Session, kind: Kind, span: Span, *, most: int = MOST) -> Register:
    """Return a register over a period. Raises Refused where it holds too many records."""
    since, until, former = span.since, span.until, span.before.since
    of_kind = select(func.count()).where(Ticket.kind == kind)
    still = of_kind.where(Ticket.is_open, Ticket.opened_at < since)  # none is void
    opened_at = func.coalesce(Ticket.opened_at, since)  # keeps off the index of all
    later = of_kind.where(
        Ticket.closed_at >= since,
        ~Ticket.is_open,
        opened_at < since,
        Ticket.state != "void",
    )
    carried = still.scalar_subquery() + later.scalar_subquery()
    closed = and_(Ticket.closed_at >= since, Ticket.closed_at < until)
    opened = and_(Ticket.opened_at >= former, Ticket.opened_at < until)
    rows = session.execute(
        select(*_COLUMNS, _state(until), carried.label("carried"))
        .where(Ticket.kind == kind, or_(opened, closed))
        .order_by(Ticket.opened_at, Ticket.id)
        .limit(most + 1)
    ).all()
    if len(rows) > most:
        raise RefusedInWords(
            _TOO_MANY, period=span.words.zh, english=span.words.en, most=most
        )
    if not rows:
        return _sorted(kind, (), session.scalar(select(carried)) or 0, span)
    told = [column.key for column in _COLUMNS]
    tickets = [
        TicketRow(**{name: getattr(row, name) for name in (*told, "state")})
        for row in rows
    ]
    return _sorted(kind, tickets, rows[0].carried, span)


def _state(until: datetime) -> ColumnElement[str]:
    """Return the state a record was in at a moment: that of its last entry before it.

    Void is void whenever that was said: no figure of the report counts such a record.
    """
    same = or_(Ticket.changed_at < until, Ticket.state == "void")
    last = (
        select(TicketEvent.state)
        .where(TicketEvent.ticket_id == Ticket.id, TicketEvent.at < until)
        .order_by(TicketEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    then = case((same, Ticket.state), else_=last)
    return func.coalesce(then, Ticket.state).label("state")


_TOO_MANY = Words(
    "「{period}」及上期的一个登记簿多于 {most} 条记录，一份报告放不下；没有生成任何文件。"
    "请缩短报告期。",
    "A register holds more than {most} records of {english} and the period before, "
    "too many for one report; nothing was made. Choose a shorter period.",
)
_COLUMNS = (
    Ticket.id,
    Ticket.number,
    Ticket.title,
    Ticket.priority,
    Ticket.is_complex,
    Ticket.module,
    Ticket.region,
    Ticket.owner,
    Ticket.opened_at,
    Ticket.began_at,
    Ticket.closed_at,
    Ticket.result,
    Ticket.sheet,
)


def _sorted(
    kind: Kind, rows: Sequence[TicketRow], carried: int, span: Span
) -> Register:
    alive = [row for row in rows if row.state != "void"]
    return Register(
        kind=kind,
        opened=tuple(r for r in alive if r.opened_at >= span.since),
        before=tuple(r for r in alive if span.before.since <= r.opened_at < span.since),
        closed=tuple(
            r
            for r in alive
            if r.closed_at is not None and span.since <= r.closed_at < span.until
        ),
        void=sum(r.state == "void" and r.opened_at >= span.since for r in rows),
        carried=carried,
        until=span.until,
    )


def attained(rows: Iterable[TicketRow], name: str) -> Attained:
    """Return how a clock was kept by those whose clocks are frozen."""
    clocks = [clock for row in rows if (clock := row.clock(name)) is not None]
    times = sorted(clock["elapsed_s"] for clock in clocks)
    return Attained(
        n=len(clocks),
        met=sum(bool(clock["met"]) for clock in clocks),
        mean=sum(times) / len(times) if times else None,
        p90=quantile(times, NINETIETH),
    )


def notes(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return what people wrote on records, oldest first: where a breach is explained."""
    found: dict[int, list[str]] = {}
    query = (
        select(TicketEvent.ticket_id, TicketEvent.text)
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.what == What.NOTED)
        .order_by(TicketEvent.id)
    )
    for row in session.execute(query) if ids else ():
        found.setdefault(row.ticket_id, []).append(row.text)
    return found
