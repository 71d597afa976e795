"""What the made-up engineers do with the incidents that rounds raised by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.flows import raise_incidents
from opsdesk.flows.demo import story
from opsdesk.flows.demo.stage import DUTY, Cast, Stage, Story, minutes
from opsdesk.tickets.models import Ticket, TicketEvent, What

LOOKS = 40
"""How many times somebody looks again before the month is over."""


def raised(stage: Stage, at: datetime) -> Iterator[Story]:
    """Open what the last round found, and return what becomes of each."""
    if not raise_incidents.sweep(stage.desk, at=at):
        return
    query = select(Ticket.number, Ticket.title).where(
        Ticket.is_open, Ticket.fingerprint.is_not(None), Ticket.opened_at == at
    )
    with stage.desk.database.reading() as session:
        found = session.execute(query).all()
    for number, title in found:
        yield handled(stage, number, title.partition(":")[0], at)


def handled(stage: Stage, number: str, server: str, at: datetime) -> Story:
    """Answer at once, and resolve only when a later round finds nothing any more."""
    by = DUTY[at.day % 2]
    text = story.NOTES.get(server, story.OTHERWISE)
    at += minutes(9)
    session = yield at
    stage.move(session, number, "respond", by, at)
    stage.move(session, number, "start", by, at, owner=by.username)
    stage.note(session, number, text, by, at)
    for look in range(LOOKS):
        at += timedelta(hours=6)
        session = yield at
        if _is_green(session, number):
            if look:
                stage.move(session, number, "go-on", by, at, note="甲方已答复。")
            yield from _ended(stage, number, text, by, at)
            return
        if look == 0:
            plan = f"{text}甲方确认范围后当日处置，次日复查。"
            stage.move(session, number, "report-plan", by, at, modification_plan=plan)
            stage.move(session, number, "wait", by, at, note=_WAITED)


def _ended(stage: Stage, number: str, text: str, by: Cast, at: datetime) -> Story:
    at += minutes(5)
    session = yield at
    stage.edit(session, number, by, at, no_release_why="基础环境处置，无需发布。")
    found = {"cause": text, "solution": "已处置，后续巡检正常。"}
    stage.move(session, number, "resolve", by, at, **found)
    at += minutes(200)
    session = yield at
    done = {"confirmed_by": "值班负责人", "close_code": "solved"}
    stage.report_owed(session, number, by, at, f"{text}完成后次日复查。")
    stage.move(session, number, "close", by, at, **done)


def _is_green(session: Session, number: str) -> bool:
    """Tell whether the last round that looked found nothing."""
    query = (
        select(TicketEvent.detail)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(Ticket.number == number)
        .where(TicketEvent.what.in_([What.CHECKED, What.SEEN_AGAIN]))
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    last = session.scalar(query)
    return bool(last and last["green"])


_WAITED = "处置需要甲方确认范围，已电话并书面告知，等待答复。"
