"""Taking hold of a ticket before it changes: locked, and not older than one thinks."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from opsdesk.core.errors import NotFound, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.models import Ticket
from probes.finding import Words


class Absent(RefusedInWords, NotFound):
    """No ticket has this number."""


class Overtaken(RefusedInWords, Stale):
    """Somebody saved the ticket since it was read; `number` says which."""

    def __init__(self, ticket: Ticket, seen: int) -> None:
        self.number, self.seen = ticket.number, seen
        super().__init__(
            _OVERTAKEN, number=ticket.number, by=ticket.edited_by, now=ticket.version
        )


def absent(number: str) -> Absent:
    """Return the refusal for a number that no ticket has."""
    plain = number[:24].replace("{", "(").replace("}", ")")
    return Absent(_ABSENT, number=plain)


_BY_NUMBER = select(Ticket).where(Ticket.number == bindparam("number"))


def found(session: Session, number: str) -> Ticket:
    """Return a ticket to look at. Raises Absent."""
    ticket = session.scalar(_BY_NUMBER, {"number": number})
    if ticket is None:
        raise absent(number)
    return ticket


def held(session: Session, number: str, version: int | None = None) -> Ticket:
    """Return a ticket, its row locked until the unit ends.

    With a version, it must still be that one: raises Overtaken. Raises Absent.
    """
    query = select(Ticket).where(Ticket.number == number).with_for_update()
    ticket = session.scalar(query.execution_options(populate_existing=True))
    if ticket is None:
        raise absent(number)
    if version is not None and ticket.version != version:
        raise Overtaken(ticket, version)
    return ticket


_ABSENT = Words("没有 {number} 这张单。", "There is no ticket {number}.")
_OVERTAKEN = Words(
    "{number} 在你打开之后已由 {by} 改过（现为第 {now} 版）。没有覆盖任何内容，你填写的还在。",
    "{number} was changed by {by} after you opened it (now version {now}). Nothing was "
    "overwritten, and what you typed is kept.",
)
