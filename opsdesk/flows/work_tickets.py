"""Working on tickets: the registers' operations, and what else must follow from each.

Pages, bulk actions, imports and the scheduler all come through here, so that after
every change the deadlines are right, whoever must know is told, and the words can be
found, in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.settings import Settings
from opsdesk.core.text import storable
from opsdesk.flows import (
    keep_promises,
    naming_items,
    ship_change,
    telling_of_approvals,
    telling_of_incidents,
)
from opsdesk.flows.registers import BY_KIND, BY_PREFIX
from opsdesk.tickets import snapshot
from opsdesk.tickets.models import Attachment, Kind, Ticket
from opsdesk.tickets.operations import (
    approving,
    editing,
    holding,
    indexing,
    moving,
    noting,
    opening,
)
from opsdesk.tickets.register import Actor, Register

DECLARE_COMPLEX = "declare-complex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who does it, and when."""

    by: Actor
    at: datetime


def register_for(number: str) -> Register:
    """Return the register a number belongs to. Raises Absent for anything else."""
    found = BY_PREFIX.get(number.partition("-")[0])
    if found is None:
        raise holding.absent(number)
    return found


def open_ticket(
    session: Session,
    settings: Settings,
    kind: Kind,
    begun: opening.Opening,
    deed: Deed,
) -> Ticket:
    """Open a ticket in a register."""
    begun = naming_items.settle(session, settings, BY_KIND[kind], begun, "")
    ticket = opening.open_ticket(
        session,
        BY_KIND[kind],
        begun,
        zone=settings.desk.timezone,
        by=deed.by,
        at=deed.at,
    )
    indexing.index_ticket(session, BY_KIND[kind], ticket, at=deed.at)
    telling_of_incidents.tell_of(session, ticket, by=deed.by, at=deed.at)
    _follow(session, settings, ticket, deed)
    return ticket


def edit(
    session: Session,
    settings: Settings,
    number: str,
    edition: editing.Edition,
    deed: Deed,
) -> Ticket:
    """Change fields of a ticket."""
    register = register_for(number)
    edition = naming_items.settle(session, settings, register, edition, number)
    ticket = editing.edit(session, register, number, edition, by=deed.by, at=deed.at)
    indexing.index_ticket(session, register, ticket, at=deed.at)
    _follow(session, settings, ticket, deed)
    return ticket


def move(
    session: Session,
    settings: Settings,
    number: str,
    step: moving.Step,
    deed: Deed,
) -> Ticket:
    """Take a ticket one step on."""
    register = register_for(number)
    if step.name == DECLARE_COMPLEX:
        known = holding.held(session, number)
        keep_promises.require_in_time_for_complex(settings, known, at=deed.at)
    step = naming_items.settle(session, settings, register, step, number)
    ticket = moving.move(session, register, number, step, by=deed.by, at=deed.at)
    ticket.is_complex |= step.name == DECLARE_COMPLEX
    if step.values:
        indexing.index_ticket(session, register, ticket, at=deed.at)
    _find_note(session, ticket, step.note, deed)
    ship_change.follow(session, settings, ticket, step.name, by=deed.by, at=deed.at)
    _follow(session, settings, ticket, deed)
    return ticket


def decide(
    session: Session,
    settings: Settings,
    number: str,
    decision: approving.Decision,
    deed: Deed,
) -> Ticket:
    """Give or refuse a signature; the password was asked again already."""
    register = register_for(number)
    ticket = approving.decide(
        session, register, number, decision, by=deed.by, at=deed.at
    )
    _follow(session, settings, ticket, deed)
    return ticket


def note(
    session: Session,
    settings: Settings,
    number: str,
    written: noting.Note,
    deed: Deed,
) -> Ticket:
    """Add words to the timeline."""
    ticket = noting.note(session, number, written, by=deed.by, at=deed.at)
    _find_note(session, ticket, written.text, deed)
    _follow(session, settings, ticket, deed)
    return ticket


def attach(session: Session, number: str, file: noting.File, deed: Deed) -> Attachment:
    """Add a file, which lies in the store already; its name can be found."""
    row = noting.attach(session, number, file, by=deed.by, at=deed.at)
    session.flush()
    text = indexing.Text(source="file", key=str(row.id), ref=number, body=row.name)
    indexing.index(session, text, at=deed.at)
    return row


def _find_note(session: Session, ticket: Ticket, body: str, deed: Deed) -> None:
    body = storable(body)
    if not body.strip():
        return
    key = f"{ticket.number}-{snapshot.digest(f'{deed.at}{body}'.encode())[:12]}"
    text = indexing.Text(source="note", key=key, ref=ticket.number, body=body)
    indexing.index(session, text, at=deed.at)


def _follow(session: Session, settings: Settings, ticket: Ticket, deed: Deed) -> None:
    """Do what follows from every change: clocks, and whoever must know."""
    keep_promises.refresh(session, settings, ticket, at=deed.at)
    telling_of_approvals.tell_of(session, ticket, at=deed.at)
    session.flush()
