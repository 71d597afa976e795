"""Typed values put into a ticket; what follows from them follows here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.tickets.models import Ticket
from opsdesk.tickets.register import COLUMNS, value


def fill(ticket: Ticket, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Put values in and return what changed: field -> [before, after].

    A priority follows from impact and urgency wherever both are there.
    """
    changed: dict[str, list[Any]] = {}
    sheet = dict(ticket.sheet)
    for name, new in values.items():
        former = value(ticket, name)
        if _held(former) == _held(new):
            continue
        changed[name] = [former, new]
        if name in COLUMNS:
            setattr(ticket, name, new or "")
        elif new is None:
            sheet.pop(name, None)
        else:
            sheet[name] = new
    ticket.sheet = sheet
    ticket.priority = priority(sheet) or ticket.priority
    return changed


def _held(entered: Any) -> Any:
    """Return what a field holds; an empty text is nothing, 0 and False are something."""
    return None if entered in (None, "", []) else entered


_LEVELS = {"high": 0, "middle": 1, "low": 2}
_PRIORITIES = (("P1", "P1", "P2"), ("P1", "P2", "P3"), ("P2", "P3", "P4"))


def priority(sheet: Mapping[str, Any]) -> str:
    """Return P1 to P4 from impact and urgency; "" where one of them is missing."""
    impact, urgency = sheet.get("impact"), sheet.get("urgency")
    if impact not in _LEVELS or urgency not in _LEVELS:
        return ""
    return _PRIORITIES[_LEVELS[str(impact)]][_LEVELS[str(urgency)]]
