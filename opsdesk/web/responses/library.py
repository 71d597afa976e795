"""The plans in force: those that come with the desk, and the customer's own."""

from __future__ import annotations

from flask import current_app

from opsdesk.core.errors import NotFound
from opsdesk.flows import plans_in_force
from opsdesk.web import unit
from runbooks.plan import Plan


def plans() -> tuple[Plan, ...]:
    """Return the plans, the seven scenarios first."""
    given: tuple[Plan, ...] | None = current_app.config.get("OPSDESK_PLANS")
    if given is not None:
        return given
    return plans_in_force.in_force(unit.desk().settings)


def plan_at(name: str) -> Plan:
    """Return a plan by its id. Raises NotFound."""
    for one in plans():
        if one.id == name:
            return one
    raise NotFound("没有这个预案。")
