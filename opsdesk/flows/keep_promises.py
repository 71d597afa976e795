"""The clocks of tickets: read from their timelines, told of in time, frozen at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from opsdesk.core.desk import Desk
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Clocks, Settings
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.telling_of_clocks import Escalations
from opsdesk.tickets import watching
from opsdesk.tickets.models import Ticket, TicketEvent, What
from opsdesk.tickets.promises.calendar import Calendar, Policy
from opsdesk.tickets.promises.explaining import duration
from opsdesk.tickets.promises.promise import Occurrence, Reading, State
from opsdesk.tickets.promises.promise import What as Heard
from opsdesk.tickets.promises.tables import NoTable
from opsdesk.tickets.promises.terms import (
    THRESHOLDS,
    Terms,
    complex_allowed_until,
    next_deadline,
    readings,
    threshold,
)
from opsdesk.tickets.watching import Watched
from probes.finding import Words

BATCH = 500

_MOVES = {
    "respond": Heard.RESPONDED,
    "restore": Heard.RESTORED,
    "release": Heard.RELEASED,
    "wait": Heard.WAITING,
    "go-on": Heard.RESUMED,
    "reopen": Heard.REOPENED,
    "report-plan": Heard.PLAN_REPORTED,
    "declare-complex": Heard.COMPLEX,
    "close": Heard.ENDED,
    "void": Heard.ENDED,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a desk has agreed on, ready to count with."""

    terms: Terms
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A clock as a page and a paper show it."""

    name: str
    label: Words
    state: str  # running, paused, met, stopped, unknown; breached beside it
    breached: bool
    deadline: datetime
    literal: datetime
    met_at: datetime | None
    sentence: Words
    explanation: tuple[Words, ...]


def rules_of(settings: Settings) -> Rules:
    """Return the rules of a desk."""
    return _rules(settings.clocks, settings.desk.timezone)


@lru_cache(maxsize=8)
def _rules(clocks: Clocks, zone: Any) -> Rules:
    terms = Terms(clocks.same_day_cutoff, clocks.complex_in_hours)
    return Rules(terms, Calendar(Policy(clocks.policy), zone))


def read(
    session: Session,
    settings: Settings,
    ticket: Ticket,
    *,
    at: datetime,
    moves: Sequence[Any] | None = None,
) -> tuple[Reading, ...]:
    """Return the clocks of a ticket at a moment; none where its register has none.

    `moves` are the moves of its timeline, in order, where they are at hand.
    """
    if not BY_KIND[ticket.kind].promises:
        return ()
    events = _events(session, [ticket.id]) if moves is None else moves
    return _read(ticket, events, rules_of(settings), at)


def _read(
    ticket: Ticket | Watched, events: Sequence[Any], rules: Rules, at: datetime
) -> tuple[Reading, ...]:
    """Read the clocks; where the wall clock was set back, what is on record counts."""
    heard = history(ticket, events)
    now = max(at, *(one.at for one in heard))
    return readings(
        heard, rules.terms, rules.calendar, now=now, priority=ticket.priority
    )


_MOVED = (
    select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.move)
    .where(TicketEvent.ticket_id.in_(bindparam("ids", expanding=True)))
    .where(TicketEvent.what == What.MOVED)
    .order_by(TicketEvent.id)
)


def _events(session: Session, ids: Sequence[int]) -> Sequence[Any]:
    return session.execute(_MOVED, {"ids": list(ids)}).all()


def history(ticket: Ticket | Watched, events: Iterable[Any]) -> list[Occurrence]:
    """Return what a ticket's clocks hear: its start, and the moves that matter.

    Resolving restores what was not yet; a fix that needs no release is released with
    it. Starting work without an answer before is an answer.
    """
    heard = [Occurrence(ticket.began_at, Heard.STARTED)]
    unneeded = bool(ticket.sheet.get("no_release_why"))
    for event in events:
        known = _MOVES.get(event.move)
        if known is not None:
            heard.append(Occurrence(event.at, known))
        if event.move == "resolve":
            heard.append(Occurrence(event.at, Heard.RESTORED))
        if unneeded and event.move in ("restore", "resolve"):
            heard.append(Occurrence(event.at, Heard.RELEASED))
    return heard


def refresh(
    session: Session, settings: Settings, ticket: Ticket, *, at: datetime
) -> None:
    """Write what lists and sweeps need of a ticket's clocks; freeze them at its end."""
    if not BY_KIND[ticket.kind].promises:
        return
    events = _events(session, [ticket.id])
    rules = rules_of(settings)
    try:
        found = _read(ticket, events, rules, at)
        _keep(ticket, rules, found, at)
        ticket.result = None if ticket.is_open else frozen(found, rules)
    except NoTable:  # the fault is recorded all the same; its page says what is missing
        ticket.due_at = ticket.look_at = None


def _keep(
    ticket: Ticket | Watched, rules: Rules, found: Sequence[Reading], at: datetime
) -> None:
    ticket.due_at = next_deadline(found) if ticket.is_open else None
    ticket.look_at = _next_look(found, rules.calendar, at) if ticket.is_open else None
    owed = next((one.deadline for one in found if one.promise.name == "plan"), None)
    if owed is not None and "plan_due_at" not in ticket.sheet:
        due = owed.astimezone(UTC).isoformat()
        ticket.sheet = {**ticket.sheet, "plan_due_at": due}


def _next_look(
    found: Sequence[Reading], calendar: Calendar, at: datetime
) -> datetime | None:
    """Return when a running clock next reaches 50, 75 or 100 percent."""
    moments = []
    for one in found:
        if one.state is not State.RUNNING:
            continue
        for percent in THRESHOLDS:
            left = one.budget * percent / 100 - one.elapsed
            if left > timedelta():
                moments.append(calendar.after(at, left))
                break
    return min(moments, default=None)


def frozen(found: Sequence[Reading], rules: Rules) -> dict[str, Any]:
    """Return how the clocks ended, with the policy and tables they were read by."""
    return {
        "policy": rules.calendar.policy.value,
        "clocks": {
            one.promise.name: {
                "met": one.met_at is not None and not one.breached,
                "elapsed_s": int(one.elapsed.total_seconds()),
                "budget_s": int(one.budget.total_seconds()),
                "deadline": one.deadline.astimezone(UTC).isoformat(),
                "literal": one.literal.astimezone(UTC).isoformat(),
                "met_at": one.met_at and one.met_at.astimezone(UTC).isoformat(),
                "explanation": [list(words) for words in one.explanation],
            }
            for one in found
        },
    }


def shown(
    session: Session,
    settings: Settings,
    ticket: Ticket,
    *,
    at: datetime,
    moves: Sequence[Any] | None = None,
) -> tuple[Shown, ...]:
    """Return a ticket's clocks for its page and its paper."""
    try:
        found = read(session, settings, ticket, at=at, moves=moves)
        return tuple(_shown(one) for one in found)
    except NoTable as missing:
        return (_unknown(ticket, missing),)


def _unknown(ticket: Ticket, missing: NoTable) -> Shown:
    """Return what stands in a clock's place where a year has no table of holidays."""
    return Shown(
        name="unknown",
        label=Words("时限", "Deadlines"),
        state="unknown",
        breached=False,
        deadline=ticket.began_at,
        literal=ticket.began_at,
        met_at=None,
        sentence=missing.words,
        explanation=(),
    )


def _shown(one: Reading) -> Shown:
    return Shown(
        name=one.promise.name,
        label=one.promise.label,
        state=one.state.value,
        breached=one.breached,
        deadline=one.deadline,
        literal=one.literal,
        met_at=one.met_at,
        sentence=sentence(one),
        explanation=one.explanation,
    )


def sentence(one: Reading) -> Words:
    """Say where a clock stands, as a person would."""
    ran, left = duration(one.elapsed), duration(one.left)
    words = _SENTENCES[one.state, one.breached]
    return words.fill(zh=ran.zh, en=ran.en, left_zh=left.zh, left_en=left.en)


def sweep(desk: Desk, *, at: datetime) -> int:
    """Tell of every clock that reached 50, 75 or 100 percent; returns how many did."""
    told = 0
    while True:
        with desk.database.unit() as session:
            rows = watching.due(session, at=at, most=BATCH)
            if not rows:
                return told
            told += _look(session, desk.settings, rows, at)


def _look(
    session: Session, settings: Settings, rows: Sequence[Watched], at: datetime
) -> int:
    escalations = Escalations(session, at)
    for ticket, found in counted(session, settings, rows, at):
        for reading in found:
            if reading.state is State.RUNNING:
                escalations.add(ticket, reading, threshold(reading))
    watching.keep(session, rows)
    return escalations.write()


def counted(
    session: Session, settings: Settings, rows: Sequence[Watched], at: datetime
) -> Iterator[tuple[Watched, Sequence[Reading]]]:
    """Yield tickets with their clocks, the moments that lists and sweeps need set.

    One whose clocks touch a year without a table has none, and keeps no other back.
    """
    rules = rules_of(settings)
    by_ticket: dict[int, list[Any]] = {row.id: [] for row in rows}
    for event in _events(session, [row.id for row in rows]):
        by_ticket[event.ticket_id].append(event)
    for ticket in rows:
        try:
            found = _read(ticket, by_ticket[ticket.id], rules, at)
            _keep(ticket, rules, found, at)
        except NoTable:
            ticket.due_at = ticket.look_at = None
            continue
        yield ticket, found


def require_in_time_for_complex(
    settings: Settings, ticket: Ticket, *, at: datetime
) -> None:
    """Refuse to declare a fault complex once its same-day deadline has passed."""
    rules = rules_of(settings)
    until = complex_allowed_until(ticket.began_at, rules.terms, rules.calendar)
    if at > until:
        local = until.astimezone(settings.desk.timezone)
        raise RefusedInWords(_TOO_LATE, number=ticket.number, at=f"{local:%m-%d %H:%M}")


_SENTENCES = {
    (State.RUNNING, False): Words("还剩 {left_zh}", "{left_en} left"),
    (State.RUNNING, True): Words("已超时 {left_zh}", "{left_en} overdue"),
    (State.PAUSED, False): Words(
        "等待甲方，已计 {zh}", "waiting for the customer, {en} counted"
    ),
    (State.PAUSED, True): Words(
        "等待甲方，已超时 {left_zh}", "waiting for the customer, {left_en} overdue"
    ),
    (State.MET, False): Words("达标，用时 {zh}", "met in {en}"),
    (State.MET, True): Words("超时 {left_zh}，用时 {zh}", "{left_en} late, took {en}"),
    (State.STOPPED, False): Words("未完成即结束，已计 {zh}", "ended unmet after {en}"),
    (State.STOPPED, True): Words(
        "未完成即结束，超时 {left_zh}", "ended unmet, {left_en} overdue"
    ),
}
_TOO_LATE = Words(
    "{number} 的当日时限（{at}）已过，不能再改判为复杂故障。没有改动；请按超时处理并报送修改计划。",
    "The same-day deadline of {number} ({at}) has passed, so it cannot be declared "
    "complex any more. Nothing was changed; report a modification plan instead.",
)
