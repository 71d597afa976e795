"""What a run taught becomes work: a problem with a date, tied to the run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind as Notice
from opsdesk.core.outbox.models import Urgency
from opsdesk.core.settings import Settings
from opsdesk.flows import telling_of_runs as runs
from opsdesk.flows import work_tickets
from opsdesk.flows.keep_responses import plain
from opsdesk.people.models import Role
from opsdesk.responses.models import Run, RunTicket
from opsdesk.responses.operations import noting
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations import opening
from opsdesk.tickets.register import Actor
from probes.finding import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to be improved, by whom and by when."""

    title: str
    due_on: date
    description: str = ""
    owner: str = ""


def improve(
    session: Session,
    settings: Settings,
    number: str,
    item: Item,
    *,
    by: Actor,
    at: datetime,
) -> Ticket:
    """Open a problem for an improvement item, and tie it to its run."""
    values: dict[str, Any] = {
        "title": item.title,
        "source": "proactive",
        "description": f"{_FROM.format(number=number)}\n{item.description}".strip(),
    }
    if item.owner:
        values["owner"] = item.owner
    begun = opening.Opening(values=values, detail={"run": number})
    deed = work_tickets.Deed(by=by, at=at)
    ticket = work_tickets.open_ticket(session, settings, Kind.PROBLEM, begun, deed)
    end = datetime.combine(item.due_on + timedelta(days=1), time())
    ticket.due_at = end.replace(tzinfo=settings.desk.timezone)
    session.flush()
    noting.link_item(session, number, ticket.id, due_on=item.due_on, by=by, at=at)
    return ticket


def remind(desk: Desk, *, at: datetime) -> int:
    """Remind daily of improvement items that are due and still open."""
    today = local_day(at, desk.settings.desk.timezone)
    query = (
        select(RunTicket, Run, Ticket)
        .join(Run, Run.id == RunTicket.run_id)
        .join(Ticket, Ticket.id == RunTicket.ticket_id)
        .where(Ticket.is_open, RunTicket.due_on <= today)
    )
    with desk.database.unit() as session:
        return sum(
            runs.say(
                session,
                to={ticket.owner or ""} | runs.everyone(session, Role.LEAD),
                number=run.number,
                exercise=run.exercise,
                words=_DUE.fill(
                    ticket=ticket.number,
                    title=plain(ticket.title),
                    number=run.number,
                    day=link.due_on,
                ),
                at=at,
                urgency=Urgency.NORMAL,
                once=f"improve:{link.id}:{today}",
                kind=Notice.DUTY_DUE,
            )
            for link, run, ticket in session.execute(query).all()
        )


_FROM = "来自 {number} 的改进项。"
_DUE = Words(
    "{number} 的改进项 {ticket} {title} 应于 {day} 前完成，尚未关闭。",
    "Improvement {ticket} {title} of {number} was due on {day} and is still open.",
)
