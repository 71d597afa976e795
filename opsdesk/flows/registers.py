"""The six registers, listed by hand, for screens, sweeps and paper."""

from __future__ import annotations

from opsdesk.changes.register import REGISTER as CHANGES
from opsdesk.incidents.register import REGISTER as INCIDENTS
from opsdesk.problems.register import REGISTER as PROBLEMS
from opsdesk.releases.register import REGISTER as RELEASES
from opsdesk.repairs.register import REGISTER as REPAIRS
from opsdesk.requests.register import REGISTER as REQUESTS
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.register import Register

REGISTERS = (INCIDENTS, PROBLEMS, REQUESTS, CHANGES, RELEASES, REPAIRS)
BY_KIND: dict[Kind, Register] = {register.kind: register for register in REGISTERS}
BY_PREFIX: dict[str, Register] = {register.prefix: register for register in REGISTERS}


def register_of(ticket: Ticket) -> Register:
    """Return the register a ticket belongs to."""
    return BY_KIND[ticket.kind]
