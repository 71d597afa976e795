"""Who is told when a clock reaches half, three quarters and the whole of its time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Kind, Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.flows.registers import BY_KIND
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.queries import on_duty
from opsdesk.tickets.models import Ticket, What
from opsdesk.tickets.operations.telling import Entry
from opsdesk.tickets.operations.telling import tell as write_down
from opsdesk.tickets.promises.explaining import duration
from opsdesk.tickets.promises.promise import Reading
from probes.finding import Words

HALF, MOST, WHOLE = 50, 75, 100


def escalate(
    session: Session, ticket: Ticket, reading: Reading, percent: int, *, at: datetime
) -> bool:
    """Tell those whom this share of the time concerns, once; False: told already."""
    told = dict(ticket.sheet.get("told") or {})
    name = reading.promise.name
    if percent < HALF or told.get(name, 0) >= percent:
        return False
    ticket.sheet = {**ticket.sheet, "told": {**told, name: percent}}
    left = duration(reading.left)
    words = _OVER if percent >= WHOLE else _SOON
    said = words.fill(
        number=ticket.number,
        zh=reading.promise.label.zh,
        en=reading.promise.label.en,
        percent=percent,
        left_zh=left.zh,
        left_en=left.en,
    )
    title = ticket.title.replace("{", "(").replace("}", ")")
    tell(
        session,
        to=recipients(session, ticket, percent, at=at),
        kind=Kind.ESCALATION,
        subject_ref=ticket.number,
        words=Words(f"{said.zh} {title}", f"{said.en} {title}"),
        link=f"{BY_KIND[ticket.kind].path}/{ticket.number}",
        at=at,
        urgency=Urgency.NOW if percent >= WHOLE else Urgency.NORMAL,
        once=f"{ticket.number}:{name}:{percent}",
    )
    entry = Entry(
        what=What.ESCALATED,
        by="opsdesk",
        at=at,
        text=said.zh,
        detail={"promise": name, "percent": percent},
    )
    write_down(session, ticket, entry)
    return True


def recipients(
    session: Session, ticket: Ticket, percent: int, *, at: datetime
) -> set[str]:
    """Return the duty engineers and the owner; from 75 % the lead; at 100 % the customer.

    With nobody on duty, every engineer: a clock never runs out unheard.
    """
    names = {one.username for one in on_duty(session, at)}
    if ticket.owner:
        names.add(ticket.owner)
    if not names:
        names |= _all(session, Role.ENGINEER)
    if percent >= MOST:
        names |= _all(session, Role.LEAD)
    if percent >= WHOLE:
        names |= _all(session, Role.CUSTOMER)
    return names


def _all(session: Session, role: Role) -> set[str]:
    query = select(Person.username).where(
        Person.role == role, Person.disabled_at.is_(None)
    )
    return set(session.scalars(query))


_SOON = Words(
    "{number} {zh}时限已用 {percent}%，还剩 {left_zh}：",
    "{number}: {percent}% of the time for {en} is used, {left_en} left:",
)
_OVER = Words("{number} {zh}已超时 {left_zh}：", "{number}: {en} is {left_en} overdue:")
