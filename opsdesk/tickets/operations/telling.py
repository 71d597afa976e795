"""One entry in the timeline, and one in the audit trail, for everything that happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.tickets.models import Ticket, TicketEvent, What
from opsdesk.tickets.watching import Watched

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
    row = insert(TicketEvent).values(_event(ticket, entry))
    event_id: int = session.execute(row.returning(TicketEvent.id)).scalar_one()
    audit.write_all(session, [_done(ticket, entry)])
    return event_id


def tell_all(session: Session, told: Sequence[tuple[Ticket | Watched, Entry]]) -> None:
    """Append many entries at once, in order; as `tell` does, and as late."""
    if not told:
        return
    session.flush()
    session.execute(insert(TicketEvent), [_event(*one) for one in told])
    audit.write_all(session, [_done(*one) for one in told])


def _event(ticket: Ticket | Watched, entry: Entry) -> dict[str, Any]:
    return {
        "ticket_id": ticket.id,
        "at": entry.at,
        "claimed_at": entry.claimed_at,
        "by": entry.by,
        "what": entry.what,
        "move": entry.move,
        "state": ticket.state,
        "text": entry.text[:_LONGEST],
        "detail": dict(entry.detail),
    }


def _done(ticket: Ticket | Watched, entry: Entry) -> audit.Done:
    detail: dict[str, object] = {"state": ticket.state, "version": ticket.version}
    if entry.move:
        detail["move"] = entry.move
    if entry.text:
        detail["text"] = entry.text[:500]
    return audit.Done(
        actor=entry.by,
        action=f"{ticket.kind}.{entry.what}",
        subject=ticket.number,
        at=entry.at,
        detail={**detail, **entry.detail},
    )
