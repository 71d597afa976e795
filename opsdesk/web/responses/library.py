"""The plans in force: those that come with the desk, and the customer's own."""

from __future__ import annotations

from flask import current_app

from opsdesk.core.errors import NotFound
from runbooks.plan import Plan


def plans() -> tuple[Plan, ...]:
    """Return the plans, the seven scenarios first."""
    found: tuple[Plan, ...] = current_app.config.get("OPSDESK_PLANS", ())
    return found


def plan_at(name: str) -> Plan:
    """Return a plan by its id. Raises NotFound."""
    for one in plans():
        if one.id == name:
            return one
    raise NotFound("没有这个预案。")
