"""What can be searched for, kept true in the transaction that changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import grams
from opsdesk.core.text import storable
from opsdesk.tickets.models import Searchable, Ticket
from opsdesk.tickets.register import Register, Shape, value

LONGEST = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words to be found; the same source and key again replaces them."""

    source: str
    key: str
    ref: str
    body: str


def index(session: Session, text: Text, *, at: datetime) -> None:
    """Let words be found."""
    body = storable(text.body)[:LONGEST]
    query = select(Searchable).where(
        Searchable.source == text.source, Searchable.key == text.key
    )
    row = session.scalar(query)
    if row is None:
        session.add(
            Searchable(
                source=text.source,
                key=text.key,
                ref=text.ref,
                at=at,
                body=body,
                grams=grams.indexed(body),
            )
        )
    elif row.body != body:
        row.body, row.grams = body, grams.indexed(body)
    session.flush()


def index_ticket(
    session: Session, register: Register, ticket: Ticket, *, at: datetime
) -> None:
    """Let a ticket be found by its number, its title and everything it says."""
    said = [ticket.number, ticket.title]
    said += [
        str(value(ticket, field.name))
        for field in register.fields.values()
        if field.name != "title"
        and field.shape in (Shape.LINE, Shape.TEXT)
        and value(ticket, field.name)
    ]
    text = Text(
        source="ticket", key=ticket.number, ref=ticket.number, body="\n".join(said)
    )
    index(session, text, at=at)
