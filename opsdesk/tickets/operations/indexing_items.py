"""Which configuration items a ticket is about, kept where lists can ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from opsdesk.tickets.models import Ticket, TicketItem
from opsdesk.tickets.register import Register, Shape


def named_items(register: Register, values: Mapping[str, Any]) -> set[str]:
    """Return the codes that values of a register's fields name."""
    return {
        code
        for field in register.fields.values()
        if field.shape is Shape.ITEMS
        for code in values.get(field.name) or ()
    }


def take_items(session: Session, register: Register, ticket: Ticket) -> None:
    """Keep the index of configuration items true to what the sheet names."""
    session.flush()
    named = named_items(register, ticket.sheet)
    query = select(TicketItem.code).where(TicketItem.ticket_id == ticket.id)
    known = set(session.scalars(query))
    if known - named:
        session.execute(
            delete(TicketItem).where(
                TicketItem.ticket_id == ticket.id, TicketItem.code.in_(known - named)
            )
        )
    if named - known:
        rows = [
            {"ticket_id": ticket.id, "code": code} for code in sorted(named - known)
        ]
        session.execute(insert(TicketItem), rows)
