"""Gates that several registers share; each says why not, or None."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from opsdesk.tickets.models import Relation, Ticket, TicketEvent, TicketLink, What
from opsdesk.tickets.operations import approving
from opsdesk.tickets.register import Attempt, Gate, filled, value
from probes.finding import Words


def any_of(*names: str, why: Words) -> Gate:
    """Want at least one of these fields filled."""

    def gate(attempt: Attempt) -> Words | None:
        return None if any(filled(attempt.ticket, name) for name in names) else why

    return gate


def linked(relation: Relation, *, or_field: str, why: Words) -> Gate:
    """Want a link of this kind, or a field that says why none is needed."""

    def gate(attempt: Attempt) -> Words | None:
        query = select(TicketLink.id).where(
            TicketLink.from_id == attempt.ticket.id,
            TicketLink.relation == relation,
            TicketLink.ended_at.is_(None),
        )
        if filled(attempt.ticket, or_field):
            return None
        return None if attempt.session.scalar(query.limit(1)) else why

    return gate


def different_hands(name: str, *, why: Words) -> Gate:
    """Want somebody else than the one a field names."""

    def gate(attempt: Attempt) -> Words | None:
        named = value(attempt.ticket, name) or []
        names = [named] if isinstance(named, str) else named
        return why if attempt.by.username in names else None

    return gate


def people(name: str, *, least: int, why: Words) -> Gate:
    """Want at least so many names in a field."""

    def gate(attempt: Attempt) -> Words | None:
        return None if len(value(attempt.ticket, name) or ()) >= least else why

    return gate


def after_moment(name: str, *, why: Words) -> Gate:
    """Want the moment in a field to have come."""

    def gate(attempt: Attempt) -> Words | None:
        held = value(attempt.ticket, name)
        if held is None or datetime.fromisoformat(held) <= attempt.at:
            return None
        return why

    return gate


def reopened_within(time: timedelta, *, why: Words) -> Gate:
    """Want the ticket to have been resolved no longer ago than this."""

    def gate(attempt: Attempt) -> Words | None:
        ended = last_moved(attempt, ("resolved", "closed", "done"))
        return None if ended is None or attempt.at - ended <= time else why

    return gate


def last_moved(attempt: Attempt, states: tuple[str, ...]) -> datetime | None:
    """Return when the ticket last came into one of these states."""
    query = (
        select(TicketEvent.at)
        .where(
            TicketEvent.ticket_id == attempt.ticket.id,
            TicketEvent.what == What.MOVED,
            TicketEvent.state.in_(states),
        )
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    return attempt.session.scalar(query)


def checked_green(*, why: Words) -> Gate:
    """Want the last inspection told in the timeline to have been clean."""

    def gate(attempt: Attempt) -> Words | None:
        query = (
            select(TicketEvent.detail)
            .where(
                TicketEvent.ticket_id == attempt.ticket.id,
                TicketEvent.what == What.CHECKED,
            )
            .order_by(TicketEvent.id.desc())
            .limit(1)
        )
        last = attempt.session.scalar(query)
        return None if last is not None and last.get("green") else why

    return gate


def needs_check(ticket: Ticket) -> bool:
    """Tell whether a ticket came from a finding, so that only a probe may end it."""
    return ticket.fingerprint is not None


def from_a_finding(gate: Gate) -> Gate:
    """Ask a gate only of tickets that a finding opened."""

    def asked(attempt: Attempt) -> Words | None:
        return gate(attempt) if needs_check(attempt.ticket) else None

    return asked


def signed(attempt: Attempt) -> Words | None:
    """Want every signature given, for exactly what the ticket says now."""
    held = approving.stands(attempt.session, attempt.register, attempt.ticket)
    return None if held else UNSIGNED


UNSIGNED = Words(
    "审批还没有完成，或者签署之后内容有改动：请先完成审批。没有任何改动。",
    "The approval is not complete, or the content changed after it: have it approved "
    "first. Nothing was changed.",
)
