"""Who is told of an incident that no engineer opened himself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Kind as Notice
from opsdesk.core.outbox.operations import tell
from opsdesk.flows.itself import SELF
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.telling_of_clocks import MOST, Hearers
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.register import Actor
from probes.finding import Words


def tell_of(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> int:
    """Tell the duty engineers and the lead what the desk or the customer reports."""
    reported = by.role is Role.CUSTOMER or by.username == SELF.username
    if ticket.kind is not Kind.INCIDENT or not reported:
        return 0
    title = ticket.title.replace("{", "(").replace("}", ")")
    return tell(
        session,
        to=Hearers(session, at).of(ticket, MOST),
        kind=Notice.INCIDENT_OPENED,
        subject_ref=ticket.number,
        words=_OPENED.fill(number=ticket.number, title=title),
        link=f"{BY_KIND[ticket.kind].path}/{ticket.number}",
        at=at,
        once=f"opened:{ticket.number}",
    )


_OPENED = Words("新事件 {number}：{title}", "New incident {number}: {title}")
