"""What only the application for a change says beside its register's fields."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.changes import risk
from opsdesk.people.models import Person
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.register import value


def more(session: Session, ticket: Ticket) -> dict[str, str]:
    """Return the risk's score, and who applies: whoever wrote it, unless it says."""
    score = risk.of(ticket.sheet).score
    found = {"risk_score": "" if score is None else str(score)}
    writer = session.scalar(select(Person).where(Person.username == ticket.opened_by))
    if writer is None:
        return found
    if not ticket.reporter:
        found["reporter"] = writer.name
    if not ticket.reporter and not value(ticket, "contact"):
        found["contact"] = writer.phone
    return found
