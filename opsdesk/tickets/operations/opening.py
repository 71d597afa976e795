"""A ticket begins: numbered, told and on the record, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.core.errors import Forbidden
from opsdesk.core.language import RefusedInWords
from opsdesk.tickets import numbers
from opsdesk.tickets.entering import Mistaken
from opsdesk.tickets.models import Ticket, What
from opsdesk.tickets.operations.filling import fill
from opsdesk.tickets.operations.indexing_items import named_items, take_items
from opsdesk.tickets.operations.telling import Entry, tell
from opsdesk.tickets.register import Actor, Register
from probes.finding import Words


class NotYours(RefusedInWords, Forbidden):
    """The role may not do this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a ticket begins with: typed values (`entering.read`), and where it is from.

    `began_at` is the earliest sign as somebody claims it, None for now; it is never
    after the desk's own time.
    """

    values: Mapping[str, Any]
    began_at: datetime | None = None
    fingerprint: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def open_ticket(
    session: Session,
    register: Register,
    opening: Opening,
    *,
    zone: tzinfo,
    by: Actor,
    at: datetime,
) -> Ticket:
    """Add a ticket in its register's first state. Raises Mistaken, NotYours."""
    if by.role not in register.openers:
        raise NotYours(_NOT_YOURS, title=register.title.zh, name=register.title.en)
    if not opening.values.get("title"):
        raise Mistaken({"title": _NO_TITLE})
    day = at.astimezone(zone).date()
    ticket = _new(
        register, opening, numbers.next_number(session, register.prefix, day), by, at
    )
    fill(ticket, opening.values)
    session.add(ticket)
    if named_items(register, opening.values):
        take_items(session, register, ticket)
    entry = Entry(
        what=What.OPENED,
        by=by.username,
        at=at,
        claimed_at=opening.began_at,
        text=ticket.title,
        detail=opening.detail,
    )
    tell(session, ticket, entry)
    return ticket


def _new(
    register: Register, opening: Opening, number: str, by: Actor, at: datetime
) -> Ticket:
    return Ticket(
        number=number,
        kind=register.kind,
        state=register.first.name,
        is_open=register.first.is_open,
        title=opening.values["title"],
        opened_by=by.username,
        opened_at=at,
        began_at=min(opening.began_at or at, at),
        changed_at=at,
        edited_by=by.username,
        fingerprint=opening.fingerprint,
        sheet={},
        version=1,
    )


_NO_TITLE = Words("请写一句标题。", "Give it a title.")
_NOT_YOURS = Words(
    "你的角色不能新建{title}。没有保存任何内容。",
    "Your role does not open a record of this register ({name}). Nothing was saved.",
)
