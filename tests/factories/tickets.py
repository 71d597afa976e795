"""Tickets for tests, and people to work on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.changes.register import NEEDED
from opsdesk.core.settings import Settings
from opsdesk.flows import work_tickets
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.work_tickets import Deed
from opsdesk.people.models import Role
from opsdesk.tickets.entering import read
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations.moving import Step
from opsdesk.tickets.operations.opening import Opening
from tests.factories.people import NOON


@dataclass(frozen=True)
class Hand:
    """Somebody who acts."""

    username: str
    role: Role


ENGINEER = Hand("gongchengshi", Role.ENGINEER)
COLLEAGUE = Hand("tongshi", Role.ENGINEER)
LEAD = Hand("fuzeren", Role.LEAD)
CUSTOMER = Hand("jiafang", Role.CUSTOMER)
SYSTEM = Hand("xitong", Role.SYSTEM)

SHA = "ab" * 32


def a_ticket(
    session: Session,
    settings: Settings,
    kind: Kind = Kind.INCIDENT,
    values: Mapping[str, Any] | None = None,
    *,
    by: Hand = ENGINEER,
    at: datetime = NOON,
) -> Ticket:
    """Open a ticket; its values are given as a form would send them."""
    typed = read(
        BY_KIND[kind],
        {"title": "导出超时", **(values or {})},
        settings.desk.timezone,
    )
    opening = Opening(values=typed)
    return work_tickets.open_ticket(
        session, settings, kind, opening, Deed(by=by, at=at)
    )


def step(
    session: Session,
    settings: Settings,
    ticket: Ticket,
    name: str,
    values: Mapping[str, Any] | None = None,
    *,
    by: Hand = ENGINEER,
    at: datetime = NOON,
    note: str = "",
) -> Ticket:
    """Take a ticket one step on."""
    typed = read(BY_KIND[ticket.kind], values or {}, settings.desk.timezone)
    made = Step(name=name, values=typed, note=note)
    return work_tickets.move(session, settings, ticket.number, made, Deed(by=by, at=at))


def change_values(**more: Any) -> dict[str, Any]:
    """Return a form of a change with everything that is needed to submit it."""
    risks = dict.fromkeys(
        ("risk_scope", "risk_reversible", "risk_experience", "risk_window"), "1"
    )
    described = {"present": "写明", "items": "app-1"}
    return {
        **dict.fromkeys(NEEDED, "写明"),
        **(described if more.get("change_kind") == "major" else {}),
        "change_kind": "normal",
        "window_from": "2026-11-22 11:00",
        "window_to": "2026-11-22 15:00",
        "backout_latest": "2026-11-22 14:00",
        "backout_minutes": "15",
        "executors": "tongshi",
        "steps": [{"action": "停服务", "by": "tongshi"}],
        **risks,
        **more,
    }
