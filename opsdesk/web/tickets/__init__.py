"""The six registers' screens: one blueprint, generic over the register's table."""

from __future__ import annotations

from opsdesk.web.tickets import (  # noqa: F401 - each adds its routes
    acting,
    approvals,
    cells,
    creating,
    editing,
    files,
    importing,
    linking,
    listing,
    record,
)
from opsdesk.web.tickets.blueprint import screen

__all__ = ["screen"]
