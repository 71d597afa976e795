"""What gathers around a ticket: notes, files, and links to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.file_names import clean_name
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.people.models import Role
from opsdesk.tickets.models import Attachment, Relation, Ticket, TicketLink, What
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.operations.telling import Entry, tell
from opsdesk.tickets.register import Actor
from probes.finding import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that lies in the store already, under its hash."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words for the timeline; `claimed_at` is when it was, as its writer says."""

    text: str
    what: What = What.NOTED
    claimed_at: datetime | None = None


def note(
    session: Session, number: str, written: Note, *, by: Actor, at: datetime
) -> Ticket:
    """Add words to the timeline; they never clash with anybody's edit."""
    text = storable(written.text).strip()
    if not text:
        raise RefusedInWords(_EMPTY)
    ticket = held(session, number)
    ticket.changed_at = at
    entry = Entry(
        what=written.what,
        by=by.username,
        at=at,
        text=text,
        claimed_at=written.claimed_at,
    )
    tell(session, ticket, entry)
    return ticket


def attach(
    session: Session, number: str, file: File, *, by: Actor, at: datetime
) -> Attachment:
    """Add a file to a ticket; the same file under the same name is added once."""
    ticket = held(session, number)
    name = clean_name(file.name)
    query = select(Attachment).where(
        Attachment.ticket_id == ticket.id,
        Attachment.sha256 == file.sha256,
        Attachment.name == name,
        Attachment.withdrawn_at.is_(None),
    )
    there = session.scalar(query)
    if there is not None:
        return there
    row = Attachment(
        ticket_id=ticket.id,
        name=name,
        media_type=file.media_type[:100],
        size=file.size,
        sha256=file.sha256,
        by=by.username,
        at=at,
    )
    session.add(row)
    ticket.changed_at = at
    detail = {"name": name, "sha256": file.sha256, "size": file.size}
    entry = Entry(what=What.ATTACHED, by=by.username, at=at, text=name, detail=detail)
    tell(session, ticket, entry)
    return row


def withdraw(
    session: Session, attachment_id: int, *, why: str, by: Actor, at: datetime
) -> Attachment:
    """Take a file back: it is shown no more, and its bytes stay in the store.

    Only who added it does so, or the lead. Raises NotYours for anybody else.
    """
    row = session.get(Attachment, attachment_id, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        raise RefusedInWords(_NO_FILE)
    if by.username != row.by and by.role is not Role.LEAD:
        raise NotYours(_NOT_YOURS)
    if not why.strip():
        raise RefusedInWords(_NO_REASON)
    ticket = session.get_one(Ticket, row.ticket_id, with_for_update=True)
    row.withdrawn_at, row.withdrawn_by = at, by.username
    entry = Entry(
        what=What.ATTACHED,
        by=by.username,
        at=at,
        text=why.strip(),
        detail={"withdrawn": row.name, "sha256": row.sha256},
    )
    tell(session, ticket, entry)
    return row


def link(
    session: Session,
    number: str,
    relation: Relation,
    other: str,
    *,
    by: Actor,
    at: datetime,
) -> TicketLink:
    """Let one ticket lead to another; told in both timelines, and held once."""
    first, second = sorted([number, other])
    rows = {one: held(session, one) for one in (first, second)}
    here, there = rows[number], rows[other]
    if here.id == there.id:
        raise RefusedInWords(_ITSELF, number=number)
    query = select(TicketLink).where(
        TicketLink.from_id == here.id,
        TicketLink.to_id == there.id,
        TicketLink.relation == relation,
        TicketLink.ended_at.is_(None),
    )
    known = session.scalar(query)
    if known is not None:
        return known
    row = TicketLink(
        from_id=here.id, to_id=there.id, relation=relation, by=by.username, at=at
    )
    session.add(row)
    for ticket, far in ((here, there), (there, here)):
        detail = {"relation": relation.value, "other": far.number}
        tell(
            session,
            ticket,
            Entry(
                what=What.LINKED, by=by.username, at=at, text=far.number, detail=detail
            ),
        )
    return row


def unlink(
    session: Session, link_id: int, *, by: Actor, at: datetime
) -> tuple[Ticket, Ticket]:
    """End a link; that it was there stays on both timelines."""
    row = session.get(TicketLink, link_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise RefusedInWords(_NO_LINK)
    row.ended_at, row.ended_by = at, by.username
    here = session.get_one(Ticket, row.from_id)
    there = session.get_one(Ticket, row.to_id)
    for ticket, far in ((here, there), (there, here)):
        detail = {"relation": row.relation.value, "other": far.number}
        tell(
            session,
            ticket,
            Entry(
                what=What.UNLINKED,
                by=by.username,
                at=at,
                text=far.number,
                detail=detail,
            ),
        )
    return here, there


_EMPTY = Words("备注是空的，没有保存。", "The note is empty; nothing was saved.")
_NO_FILE = Words(
    "没有这个附件，或者它已被撤回。没有任何改动。",
    "There is no such file, or it was taken back already. Nothing was changed.",
)
_NOT_YOURS = Words(
    "附件只能由上传的人或项目经理撤回。没有任何改动。",
    "Only who added the file, or the lead, takes it back. Nothing was changed.",
)
_NO_REASON = Words(
    "撤回附件请写明理由。没有任何改动。",
    "Say why the file is taken back. Nothing was changed.",
)
_ITSELF = Words(
    "{number} 不能关联它自己。没有任何改动。",
    "{number} cannot lead to itself. Nothing was changed.",
)
_NO_LINK = Words(
    "没有这条关联，或者它已被解除。没有任何改动。",
    "There is no such link, or it was ended already. Nothing was changed.",
)
