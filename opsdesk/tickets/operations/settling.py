"""The one place of the desk that assigns a ticket its state."""

from __future__ import annotations

from datetime import datetime

from opsdesk.tickets.models import Ticket
from opsdesk.tickets.register import Register


def settle(register: Register, ticket: Ticket, state: str, *, at: datetime) -> None:
    """Put a ticket into a state of its register's table."""
    ticket.state = state
    ticket.is_open = register.by_state[state].is_open
    ticket.closed_at = None if ticket.is_open else at
