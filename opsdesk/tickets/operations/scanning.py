"""A wet-signed scan, bound to exactly the snapshot that was signed on paper."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.models import ApprovalRound, Attachment, What
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.telling import Entry, tell
from opsdesk.tickets.register import Actor
from probes.finding import Words


def bind(
    session: Session,
    number: str,
    round_id: int,
    attachment_id: int,
    *,
    by: Actor,
    at: datetime,
) -> ApprovalRound:
    """Bind a file of the ticket to an asking; both hashes go on record.

    A scan is bound once; a void asking takes none. Raises RefusedInWords.
    """
    ticket = held(session, number)
    asked = session.get(ApprovalRound, round_id, populate_existing=True)
    file = session.get(Attachment, attachment_id)
    if asked is None or asked.ticket_id != ticket.id or asked.outcome == "void":
        raise RefusedInWords(_NO_ROUND, number=ticket.number)
    if file is None or file.ticket_id != ticket.id or file.withdrawn_at is not None:
        raise RefusedInWords(_NO_FILE, number=ticket.number)
    if asked.scan_id is not None:
        raise RefusedInWords(_BOUND, number=ticket.number)
    asked.scan_id = file.id
    detail = {
        "round": asked.id,
        "snapshot": asked.sha256,
        "scan": file.sha256,
        "name": file.name,
    }
    entry = Entry(
        what=What.ATTACHED, by=by.username, at=at, text=file.name, detail=detail
    )
    tell(session, ticket, entry)
    return asked


_NO_ROUND = Words(
    "{number} 没有这次审批，或者它已失效，签字扫描件不能绑定。没有改动。",
    "{number} has no such approval, or it is void, so no scan can be bound to it. "
    "Nothing was changed.",
)
_NO_FILE = Words(
    "{number} 没有这个附件。请先上传签字扫描件，再绑定。",
    "{number} has no such file. Upload the signed scan first, then bind it.",
)
_BOUND = Words(
    "{number} 的这次审批已经绑定了扫描件。没有改动。",
    "A scan is bound to this approval of {number} already. Nothing was changed.",
)
