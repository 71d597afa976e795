"""From one state to the next: only what the register's table permits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.entering import Mistaken
from opsdesk.tickets.models import Ticket, What
from opsdesk.tickets.operations import approving
from opsdesk.tickets.operations.editing import shown, touch
from opsdesk.tickets.operations.filling import fill
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.indexing_items import take_items
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.operations.settling import settle
from opsdesk.tickets.operations.telling import Entry, tell
from opsdesk.tickets.register import Actor, Attempt, Move, Register, filled
from probes.finding import Words

VOID, DRAFT = "void", "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A move somebody asks for, with what he filled in beside it.

    `version` is the one he saw; None only for what needs none (a one-click answer).
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    version: int | None = None
    claimed_at: datetime | None = None


def move(
    session: Session,
    register: Register,
    number: str,
    step: Step,
    *,
    by: Actor,
    at: datetime,
) -> Ticket:
    """Take a ticket one step on, or say why not; nothing is half done.

    Raises Overtaken, NotYours, Mistaken where a needed field is empty, RefusedInWords
    where the state or a gate forbids it.
    """
    ticket = held(session, number, step.version)
    chosen = _permitted(register, ticket, step, by)
    changed = fill(ticket, _offered(chosen, step))
    if chosen.sets:
        ticket.sheet = {**ticket.sheet, chosen.sets: at.astimezone(UTC).isoformat()}
    _require_filled(register, ticket, chosen, step)
    attempt = Attempt(
        session=session,
        register=register,
        ticket=ticket,
        by=by,
        at=at,
        note=step.note,
    )
    _ask_gates(chosen, attempt)
    before = ticket.state
    _take(attempt, chosen)
    detail = {"from": before, "changed": shown(changed)}
    tell(session, ticket, _told(chosen, step, detail, by=by, at=at))
    if chosen.approval:
        approving.ask(session, register, ticket, chosen.approval, by=by, at=at)
    return ticket


def _told(
    chosen: Move, step: Step, detail: dict[str, Any], *, by: Actor, at: datetime
) -> Entry:
    return Entry(
        what=What.MOVED,
        by=by.username,
        at=at,
        move=chosen.name,
        claimed_at=step.claimed_at,
        text=step.note,
        detail=detail,
    )


def _take(attempt: Attempt, chosen: Move) -> None:
    """Put the ticket where the move leads; signatures it takes back are void."""
    session, register, ticket = attempt.session, attempt.register, attempt.ticket
    if chosen.after:
        settle(register, ticket, chosen.after, at=attempt.at)
    touch(ticket, by=attempt.by, at=attempt.at)
    take_items(session, register, ticket)
    if chosen.after in (VOID, DRAFT):
        approving.void(session, register, ticket, attempt.note, at=attempt.at)


def _permitted(register: Register, ticket: Ticket, step: Step, by: Actor) -> Move:
    chosen = register.move(step.name)
    if chosen is None or ticket.state not in chosen.before:
        state = register.by_state[ticket.state].label
        raise RefusedInWords(
            _NOT_FROM_HERE,
            number=ticket.number,
            by=ticket.edited_by,
            state=state.zh,
            name=state.en,
        )
    if by.role not in chosen.roles:
        raise NotYours(_NOT_YOURS, zh=chosen.label.zh, en=chosen.label.en)
    return chosen


def _offered(chosen: Move, step: Step) -> dict[str, Any]:
    asked = {*chosen.asks, *chosen.needs}
    strange = [name for name in step.values if name not in asked]
    if strange:
        raise Mistaken({name: _NOT_HERE.fill(name=name) for name in strange})
    return dict(step.values)


def _require_filled(
    register: Register, ticket: Ticket, chosen: Move, step: Step
) -> None:
    missing = {
        name: _MISSING.fill(
            zh=register.fields[name].label.zh, en=register.fields[name].label.en
        )
        for name in chosen.needs
        if not filled(ticket, name)
    }
    if chosen.noted is not None and not step.note.strip():
        missing["note"] = _MISSING.fill(zh=chosen.noted.zh, en=chosen.noted.en)
    if missing:
        raise Mistaken(missing)


def _ask_gates(chosen: Move, attempt: Attempt) -> None:
    with attempt.session.no_autoflush:
        for gate in chosen.gates:
            why = gate(attempt)
            if why is not None:
                raise RefusedInWords(why)


_NOT_FROM_HERE = Words(
    "{number} 已经是「{state}」（{by} 刚刚更新过），这一步现在不能做。没有任何改动。",
    "{number} is {name} already ({by} changed it last); this step is not open now. "
    "Nothing was changed.",
)
_NOT_YOURS = Words(
    "你的角色不能做「{zh}」。没有任何改动。",
    "Your role does not take this step ({en}). Nothing was changed.",
)
_NOT_HERE = Words("这一步不填写 {name}。", "This step does not take the field {name}.")
_MISSING = Words("请先填写「{zh}」。", "{en} is still empty.")
