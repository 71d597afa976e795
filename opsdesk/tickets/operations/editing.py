"""Changing what a ticket says: nobody's words are overwritten unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.models import Ticket, What
from opsdesk.tickets.operations import approving
from opsdesk.tickets.operations.filling import fill
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.indexing_items import take_items
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.operations.telling import Entry, tell
from opsdesk.tickets.register import Actor, Register
from probes.finding import Words

_KEPT = 20_000  # more than any field takes: what was overwritten can be read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Typed values to put in, and the version of the ticket that was seen."""

    values: Mapping[str, Any]
    version: int


def edit(
    session: Session,
    register: Register,
    number: str,
    edition: Edition,
    *,
    by: Actor,
    at: datetime,
) -> Ticket:
    """Change fields of a ticket; signatures for its former content become void.

    Raises Overtaken where it was saved since the version that was seen, and
    RefusedInWords where its state takes no edits.
    """
    ticket = held(session, number, edition.version)
    require_open_to_edits(register, ticket, by)
    changed = fill(ticket, edition.values)
    if not changed:
        return ticket
    touch(ticket, by=by, at=at)
    take_items(session, register, ticket)
    frozen = [name for name in changed if register.fields[name].frozen]
    if frozen:
        approving.void(session, register, ticket, _EDITED.zh, at=at)
    entry = Entry(
        what=What.EDITED, by=by.username, at=at, detail={"changed": shown(changed)}
    )
    tell(session, ticket, entry)
    return ticket


def require_open_to_edits(register: Register, ticket: Ticket, by: Actor) -> None:
    """Raise where the role or the state forbids changing the fields."""
    if by.role not in register.openers:
        raise NotYours(_NOT_YOURS, number=ticket.number)
    state = register.by_state[ticket.state]
    if not state.is_open or ticket.state in register.locked:
        raise RefusedInWords(
            _LOCKED, number=ticket.number, state=state.label.zh, name=state.label.en
        )


def touch(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Count the change: the version that others hold is a former one now."""
    ticket.version += 1
    ticket.changed_at = at
    ticket.edited_by = by.username


def shown(changed: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return changes as the timeline keeps them: both texts, whole."""
    return {name: [_short(one) for one in pair] for name, pair in changed.items()}


def _short(entered: Any) -> Any:
    if isinstance(entered, str) and len(entered) > _KEPT:
        return f"{entered[:_KEPT]}…"
    return entered


_EDITED = Words("签署之后内容有改动", "the content was changed after signing")
_NOT_YOURS = Words(
    "你的角色不能修改 {number}。没有任何改动。",
    "Your role does not change {number}. Nothing was changed.",
)
_LOCKED = Words(
    "{number} 现在是「{state}」，内容不能再改。没有保存；可以加备注。",
    "{number} is {name} now and its content stays as it is. Nothing was saved; you may "
    "still add a note.",
)
