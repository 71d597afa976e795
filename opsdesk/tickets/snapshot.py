"""What exactly is approved: a ticket's frozen fields and files, as one byte string."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.audit import canonical
from opsdesk.tickets.models import ApprovalRound, Attachment, Ticket
from opsdesk.tickets.register import Register, value


def taken(session: Session, register: Register, ticket: Ticket) -> bytes:
    """Return the snapshot of a ticket as it stands, with the files it has now."""
    return _bytes(register, ticket, _files(session, ticket))


def still_true(
    session: Session, register: Register, ticket: Ticket, asked: ApprovalRound
) -> bool:
    """Tell whether a ticket still is what was frozen; files added since do not count.

    A file taken back since does.
    """
    frozen = {tuple(one) for one in json.loads(asked.snapshot)["files"]}
    kept = [one for one in _files(session, ticket) if one in frozen]
    return digest(_bytes(register, ticket, kept)) == asked.sha256


def digest(snapshot: bytes) -> str:
    """Return the SHA-256 that the signers sign and the paper prints."""
    return hashlib.sha256(snapshot).hexdigest()


def _files(session: Session, ticket: Ticket) -> list[tuple[str, str]]:
    query = (
        select(Attachment.name, Attachment.sha256)
        .where(Attachment.ticket_id == ticket.id, Attachment.withdrawn_at.is_(None))
        .order_by(Attachment.id)
    )
    return [(name, sha256) for name, sha256 in session.execute(query)]


def _bytes(
    register: Register, ticket: Ticket, files: Iterable[tuple[str, str]]
) -> bytes:
    fields = {
        name: value(ticket, name)
        for name, field in register.fields.items()
        if field.frozen and value(ticket, name) not in (None, "", [])
    }
    return canonical(
        {
            "number": ticket.number,
            "kind": ticket.kind.value,
            "fields": fields,
            "files": [list(one) for one in files],
        }
    )
