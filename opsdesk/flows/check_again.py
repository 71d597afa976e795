"""One click inspects what a ticket is about, and the answer comes to its timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.queries.items import by_codes
from opsdesk.core.desk import Desk
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.flows import inspect_estate
from opsdesk.flows.itself import SELF
from opsdesk.inspections.models import Round, Slot, Status
from opsdesk.inspections.operations.rounds import Plan
from opsdesk.inspections.queries.review import abnormal_items
from opsdesk.tickets.models import Ticket, TicketEvent, What
from opsdesk.tickets.operations import telling
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.telling import Entry
from opsdesk.tickets.register import Actor, value
from probes.finding import Words
from probes.server import Server

When = Literal["before", "after", "again"]
OVER = (Status.JUDGED, Status.REVIEWED, Status.SIGNED)


def servers_of(session: Session, settings: Settings, ticket: Ticket) -> list[Server]:
    """Return the servers among what a ticket names: by name, or by item code."""
    named = [*(value(ticket, "items") or ())]
    if not named:
        return []
    known = by_codes(session, named)
    names = {*named, *(view.server or view.name for view in known.values())}
    return [server for server in settings.servers if server.name in names]


def request(
    session: Session,
    settings: Settings,
    number: str,
    when: When,
    *,
    by: Actor,
    at: datetime,
) -> str:
    """Ask for a round of the servers a ticket touches; returns the round's number.

    Raises RefusedInWords where it names none.
    """
    ticket = held(session, number)
    servers = servers_of(session, settings, ticket)
    if not servers:
        raise RefusedInWords(_NO_SERVERS, number=number)
    plan = Plan(
        day=at.astimezone(settings.desk.timezone).date(),
        slot=Slot.ADHOC,
        servers=servers,
        by=by.username,
        reason=f"{number} {_WHEN[when].zh}",
    )
    asked = inspect_estate.request_in(session, plan, at=at)
    entry = Entry(
        what=What.NOTED,
        by=by.username,
        at=at,
        text=f"{_WHEN[when].zh}：{asked}",
        detail={"check": when, "round": asked},
    )
    telling.tell(session, ticket, entry)
    return asked


def collect(desk: Desk, *, at: datetime) -> int:
    """Write the result of every check that is over onto its ticket; returns how many."""
    with desk.database.reading() as session:
        waiting = _waiting(session)
    for event_id, number, asked in waiting:
        _write(desk, event_id, number, asked, at=at)
    return len(waiting)


def _waiting(session: Session) -> list[tuple[int, str, str]]:
    """Return checks whose round is over and whose answer is not on the timeline."""
    events = session.execute(
        select(TicketEvent.id, Ticket.number, TicketEvent.what, TicketEvent.detail)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(
            Ticket.is_open,
            TicketEvent.what.in_([What.NOTED, What.CHECKED]),
            TicketEvent.by.is_not(None),
        )
        .order_by(TicketEvent.id.desc())
        .limit(2000)
    ).all()
    done = {detail.get("answers") for _id, _number, _what, detail in events}
    asked = [
        (event_id, number, detail["round"])
        for event_id, number, what, detail in events
        if what is What.NOTED and detail.get("check") and event_id not in done
    ]
    rounds = {one for _id, _number, one in asked}
    query = select(Round.number).where(Round.number.in_(rounds), Round.status.in_(OVER))
    over = set(session.scalars(query)) if rounds else set()
    return [one for one in asked if one[2] in over]


def _write(desk: Desk, event_id: int, number: str, asked: str, *, at: datetime) -> None:
    with desk.database.unit() as session:
        ticket = held(session, number)
        round_ = session.scalars(select(Round).where(Round.number == asked)).one()
        abnormal = abnormal_items(session, round_.id)
        mine = [
            one
            for one in abnormal
            if ticket.fingerprint is None or one.key == ticket.fingerprint
        ]
        silent = [one for one in abnormal if one.probe == "visit"]
        green = not mine and not silent
        words = _GREEN if green else _RED.fill(n=len({*mine, *silent}))
        entry = Entry(
            what=What.CHECKED,
            by=SELF.username,
            at=at,
            text=f"{asked}：{words.zh}",
            detail={"green": green, "round": asked, "answers": event_id},
        )
        telling.tell(session, ticket, entry)


_WHEN: dict[When, Words] = {
    "before": Words("实施前巡检", "inspection before"),
    "after": Words("实施后巡检", "inspection after"),
    "again": Words("复检", "check again"),
}
_NO_SERVERS = Words(
    "{number} 没有写明涉及的服务器（配置项），无法复检。请先在「涉及配置项」填写。",
    "{number} names no server among its configuration items, so there is nothing to "
    "inspect. Fill them in first.",
)
_GREEN = Words("正常", "sound")
_RED = Words("仍有 {n} 项异常或未连通", "{n} items are still abnormal or not reached")
