"""How things stand when a shift ends, gathered from every slice for the next one."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.flows.keep_slots import timetable
from opsdesk.flows.registers import BY_KIND
from opsdesk.inspections.queries import board
from opsdesk.people.handover.queries import Circumstances, Line
from opsdesk.tickets.models import Kind, Ticket
from probes.finding import Severity

MOST = 200
RUNNING = ("implementing", "observing")
MAJOR = "P1"
FIGHTING = ("new", "acknowledged", "working")

SLOTS = {
    "morning": ("早巡检", "morning round"),
    "noon": ("午巡检", "noon round"),
    "evening": ("晚巡检", "evening round"),
}
STATUSES = {
    "due": ("待巡检", "due"),
    "running": ("进行中", "running"),
    "missed": ("缺检", "missed"),
}
DONE = ("已完成", "done")


def circumstances(session: Session, desk: Desk, *, at: datetime) -> Circumstances:
    """Return open tickets, running changes, standing alarms and today's rounds."""
    query = select(Ticket).where(Ticket.is_open).order_by(Ticket.id).limit(MOST)
    tickets = session.scalars(query).all()
    running = [t for t in tickets if t.kind is Kind.CHANGE and t.state in RUNNING]
    return Circumstances(
        open_tickets=tuple(_ticket(t) for t in tickets if t not in running),
        changes=tuple(_ticket(t) for t in running),
        alarms=_alarms(session, at),
        rounds=_rounds(session, desk, at),
        blocks=tuple(_ticket(t) for t in tickets if _is_fought(t)),
    )


def _is_fought(ticket: Ticket) -> bool:
    major = ticket.kind is Kind.INCIDENT and ticket.priority == MAJOR
    return major and ticket.state in FIGHTING


def _ticket(ticket: Ticket) -> Line:
    states = {state.name: state.label for state in BY_KIND[ticket.kind].states}
    label = states.get(ticket.state)
    return Line(
        ref=ticket.number,
        zh=ticket.title,
        en=ticket.title,
        state_zh=label.zh if label else ticket.state,
        state_en=label.en if label else ticket.state,
        owner=ticket.owner,
        due=ticket.due_at.astimezone(UTC).isoformat() if ticket.due_at else "",
    )


def _alarms(session: Session, at: datetime) -> tuple[Line, ...]:
    found = board.standing(session, at=at, severities=(Severity.CRITICAL.value,))
    return tuple(
        Line(
            ref=one.server,
            zh=one.message_zh,
            en=one.message_en,
            state_zh="已抑制" if one.acknowledged_until else "",
            state_en="acknowledged" if one.acknowledged_until else "",
        )
        for one in found
        if not one.maintenance
    )


def _rounds(session: Session, desk: Desk, at: datetime) -> tuple[Line, ...]:
    today = local_day(at, desk.settings.desk.timezone)
    lines = []
    for cell in board.slot_cells(session, today, timetable(desk), at=at):
        zh, en = SLOTS[cell.slot]
        state_zh, state_en = STATUSES.get(cell.status, DONE)
        line = Line(cell.number or "/", zh, en, state_zh, state_en)
        lines.append(line)
    return tuple(lines)
