"""When changes are planned, what stands in their way, and where two of them meet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.queries.relations import CARRYING, open_relations
from opsdesk.changes import risk
from opsdesk.changes.models import ChangeTemplate
from opsdesk.core.errors import NotFound
from opsdesk.tickets.models import Freeze, Kind, Ticket
from opsdesk.tickets.promises import tables
from opsdesk.tickets.promises.calendar import Calendar, DayKind
from opsdesk.tickets.promises.tables import NoTable
from probes.finding import Words

DAY = timedelta(days=1)
SATURDAY = 5
EVENING = time(18)
PAST = ("closed", "void", "rejected", "rolled-back")
MOST, MOST_SAID = 500, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a change is to be carried out, and what it touches."""

    number: str
    title: str
    state: str
    risk: int | None
    since: datetime
    until: datetime
    items: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two changes at the same time that touch the same, or what hangs on it."""

    one: Window
    other: Window
    why: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day of the calendar; `kind` is None in a year without a table."""

    day: date
    kind: DayKind | None
    holiday: str
    windows: tuple[Window, ...]
    freezes: tuple[Freeze, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of changes."""

    days: tuple[Day, ...]
    clashes: Mapping[str, tuple[Clash, ...]]
    freezes: tuple[Freeze, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A freeze that a holiday suggests."""

    since: datetime
    until: datetime
    name: str


def month(session: Session, first: date, calendar: Calendar) -> Month:
    """Return a month, day by day. A handful of queries, however many changes."""
    following = (first + 31 * DAY).replace(day=1)
    since, until = calendar.midnight(first), calendar.midnight(following)
    planned = windows(session, since, until)
    frozen = freezes(session, since, until)
    found = clashes(session, [one for one in planned if one.state not in PAST])
    by_number: dict[str, tuple[Clash, ...]] = {}
    for clash in found:
        for one in (clash.one, clash.other):
            by_number[one.number] = (*by_number.get(one.number, ()), clash)
    days = tuple(
        _day(first + n * DAY, calendar, planned, frozen)
        for n in range((following - first).days)
    )
    return Month(days=days, clashes=by_number, freezes=frozen)


def windows(
    session: Session, since: datetime, until: datetime, *, living: bool = False
) -> tuple[Window, ...]:
    """Return changes whose window touches [since, until), the earliest first.

    Void ones are left out; with `living`, so are those that are over.
    """
    begins = Ticket.sheet["window_from"].as_string()
    query = (
        select(Ticket)
        .where(
            Ticket.kind == Kind.CHANGE,
            begins < _spelled(until),
            Ticket.sheet["window_to"].as_string() > _spelled(since),
            Ticket.state.not_in(PAST if living else ("void",)),
        )
        .order_by(begins, Ticket.id)
        .limit(MOST)
    )
    if living:
        query = query.where(Ticket.is_open)
    return tuple(
        one for one in map(window_of, session.scalars(query)) if one is not None
    )


def window_of(ticket: Ticket) -> Window | None:
    """Return a change's window; None where it has none that is sound."""
    held = ticket.sheet.get("window_from"), ticket.sheet.get("window_to")
    if held[0] is None or held[1] is None:
        return None
    since, until = (datetime.fromisoformat(str(one)) for one in held)
    if since >= until:
        return None
    return Window(
        number=ticket.number,
        title=ticket.title,
        state=ticket.state,
        risk=risk.of(ticket.sheet).score,
        since=since,
        until=until,
        items=frozenset(ticket.sheet.get("items") or ()),
    )


def collisions(session: Session, ticket: Ticket) -> tuple[Words, ...]:
    """Return what to say of a change whose window meets others' that touch the same."""
    own = window_of(ticket)
    if own is None or ticket.state in PAST or not own.items:
        return ()
    others = windows(session, own.since, own.until, living=True)
    met = [one for one in others if one.number != own.number]
    if not met:
        return ()
    edges = _edges(session)
    found = (_clash(own, other, edges) for other in met)
    return tuple(clash.why for clash in found if clash is not None)


def clashes(session: Session, planned: Sequence[Window]) -> tuple[Clash, ...]:
    """Return the pairs of windows that meet; the library is read once, if at all."""
    near = [
        (one, other)
        for one, other in combinations(planned, 2)
        if one.since < other.until and other.since < one.until
        if one.items and other.items
    ]
    if not near:
        return ()
    edges = _edges(session)
    found = (_clash(one, other, edges) for one, other in near)
    return tuple(clash for clash in found if clash is not None)


def freezes(session: Session, since: datetime, until: datetime) -> tuple[Freeze, ...]:
    """Return the freezes that stand and touch [since, until), the earliest first."""
    query = (
        select(Freeze)
        .where(Freeze.since < until, Freeze.until > since, Freeze.ended_at.is_(None))
        .order_by(Freeze.since, Freeze.id)
    )
    return tuple(session.scalars(query))


def proposals(session: Session, year: int, calendar: Calendar) -> tuple[Proposal, ...]:
    """Return the freezes a year's holidays suggest and no freeze covers yet.

    From 18:00 of the last working day before a holiday until its first day after.
    Raises NoTable.
    """
    suggested = [
        _proposal(one.name, min(one.rest), max(one.rest), calendar)
        for one in tables.table(year).holidays
    ]
    if not suggested:
        return ()
    since = min(one.since for one in suggested)
    standing = freezes(session, since, max(one.until for one in suggested))
    return tuple(
        one
        for one in suggested
        if not any(f.since <= one.since and one.until <= f.until for f in standing)
    )


def templates(session: Session, *, ended: bool = False) -> list[ChangeTemplate]:
    """Return the templates of standard changes by name; the ended ones where asked."""
    query = select(ChangeTemplate).order_by(ChangeTemplate.name, ChangeTemplate.id)
    if not ended:
        query = query.where(ChangeTemplate.ended_at.is_(None))
    return list(session.scalars(query))


def template(session: Session, template_id: int) -> ChangeTemplate:
    """Return one template. Raises NotFound."""
    row = session.get(ChangeTemplate, template_id)
    if row is None:
        raise NotFound("没有这个标准变更模板。")
    return row


def _proposal(name: str, first: date, last: date, calendar: Calendar) -> Proposal:
    day = first - DAY
    while not _works(calendar, day):
        day -= DAY
    evening = datetime.combine(day, EVENING, calendar.zone)
    return Proposal(
        since=evening.astimezone(UTC), until=calendar.midnight(last + DAY), name=name
    )


def _works(calendar: Calendar, day: date) -> bool:
    """Tell whether people work; the year before may have no table, its weeks have."""
    try:
        return calendar.kind(day) in (DayKind.WORKING, DayKind.MAKEUP)
    except NoTable:
        return day.weekday() < SATURDAY


def _day(
    day: date,
    calendar: Calendar,
    planned: Iterable[Window],
    frozen: Iterable[Freeze],
) -> Day:
    since, until = calendar.midnight(day), calendar.midnight(day + DAY)
    try:
        kind, holiday = calendar.kind(day), calendar.name(day)
    except NoTable:
        kind, holiday = None, ""
    return Day(
        day=day,
        kind=kind,
        holiday=holiday,
        windows=tuple(w for w in planned if w.since < until and w.until > since),
        freezes=tuple(f for f in frozen if f.since < until and f.until > since),
    )


def _clash(
    one: Window, other: Window, edges: Mapping[str, Sequence[str]]
) -> Clash | None:
    shared = sorted(one.items & other.items)
    if shared:
        why = _SHARED.fill(number=other.number, one=one.number, codes=_listed(shared))
        return Clash(one=one, other=other, why=why)
    hanging = sorted(
        _reached(one.items, edges) & other.items
        | _reached(other.items, edges) & one.items
    )
    if not hanging:
        return None
    why = _HANGING.fill(number=other.number, one=one.number, codes=_listed(hanging))
    return Clash(one=one, other=other, why=why)


def _reached(codes: Iterable[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    """Return what fails with these items, themselves included."""
    seen = set(codes)
    waiting = deque(seen)
    while waiting:
        for there in edges.get(waiting.popleft(), ()):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return seen


def _edges(session: Session) -> dict[str, list[str]]:
    edges: dict[str, list[str]] = {}
    for one in open_relations(session):
        if one.kind in CARRYING:
            edges.setdefault(one.to_code, []).append(one.from_code)
    return edges


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:MOST_SAID]) + (" …" if len(codes) > MOST_SAID else "")


def _spelled(moment: datetime) -> str:
    """Return a moment as a sheet keeps it, so that texts compare like moments."""
    return moment.astimezone(UTC).isoformat()


_SHARED = Words(
    "{one} 与 {number} 的窗口重叠，涉及同一配置项：{codes}。请错开，或一起安排。",
    "{one} and {number} overlap and touch the same items: {codes}. Move one, or plan "
    "them together.",
)
_HANGING = Words(
    "{one} 与 {number} 的窗口重叠，配置项有依赖关系：{codes}。请错开，或一起安排。",
    "{one} and {number} overlap, and one touches what the other depends on: {codes}. "
    "Move one, or plan them together.",
)
