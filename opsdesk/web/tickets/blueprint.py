"""The blueprint, the paths of the registers, and what every view of them needs."""

from __future__ import annotations

from flask import Blueprint, g

from opsdesk.core.errors import NotFound
from opsdesk.flows.registers import REGISTERS
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.operations.holding import found
from opsdesk.tickets.register import Register
from opsdesk.web import unit
from opsdesk.web.access import somebody

screen = Blueprint("tickets", __name__)

BY_PATH: dict[str, Register] = {one.path.strip("/"): one for one in REGISTERS}
PATH = f"/<any({', '.join(BY_PATH)}):path>"
ONE = f"{PATH}/<number>"


def register_at(path: str) -> Register:
    """Return the register of a path."""
    return BY_PATH[path]


def ticket_at(path: str, number: str) -> Ticket:
    """Return a ticket of a register; another register's number is not found here."""
    ticket = found(unit.session(), number)
    if ticket.kind is not register_at(path).kind:
        raise NotFound("这个登记簿里没有这张单。")
    return ticket


def deed() -> Deed:
    """Return who acts, and when."""
    return Deed(by=somebody(), at=g.at)
