"""Who has a hand in a ticket, and so never signs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.tickets.models import Ticket, TicketEvent, What
from opsdesk.tickets.register import Register, value


def last_editor(session: Session, register: Register, ticket: Ticket) -> str:
    """Return who wrote the content last: by an edit, or in a step that filled it."""
    query = (
        select(TicketEvent.by, TicketEvent.what, TicketEvent.detail)
        .where(
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.what.in_([What.OPENED, What.EDITED, What.MOVED]),
        )
        .order_by(TicketEvent.id.desc())
    )
    for by, what, detail in session.execute(query):
        if what is not What.MOVED or _content(register, detail):
            return str(by)
    return ticket.opened_by


def _content(register: Register, detail: Mapping[str, Any]) -> bool:
    changed = detail.get("changed", {})
    return any(
        name in changed for name, field in register.fields.items() if field.frozen
    )


def executors(ticket: Ticket) -> list[str]:
    """Return who carries the ticket out."""
    named = value(ticket, "executors") or []
    return [*named, *([ticket.owner] if ticket.owner else [])]
