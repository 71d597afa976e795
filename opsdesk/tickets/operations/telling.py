"""One entry in the timeline, and one in the audit trail, for everything that happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.tickets.models import Ticket, TicketEvent, What

_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened to a ticket: who, when, and in which words."""

    what: What
    by: str
    at: datetime
    text: str = ""
    move: str = ""
    claimed_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def tell(session: Session, ticket: Ticket, entry: Entry) -> int:
    """Append to the timeline and the audit trail, in the caller's unit; gives its id.

    Call it last: the audit trail's end stays locked from here until the unit ends.
    """
    session.flush()
    row = insert(TicketEvent).values(
        ticket_id=ticket.id,
        at=entry.at,
        claimed_at=entry.claimed_at,
        by=entry.by,
        what=entry.what,
        move=entry.move,
        state=ticket.state,
        text=entry.text[:_LONGEST],
        detail=dict(entry.detail),
    )
    event_id: int = session.execute(row.returning(TicketEvent.id)).scalar_one()
    detail: dict[str, object] = {"state": ticket.state, "version": ticket.version}
    if entry.move:
        detail["move"] = entry.move
    if entry.text:
        detail["text"] = entry.text[:500]
    audit.write(
        session,
        actor=entry.by,
        action=f"{ticket.kind}.{entry.what}",
        subject=ticket.number,
        at=entry.at,
        detail={**detail, **entry.detail},
    )
    return event_id
