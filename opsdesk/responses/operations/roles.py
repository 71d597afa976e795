"""Who plays which part: by the roster, taken by hand, handed over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import Run, RunRole
from opsdesk.tickets.register import Actor
from runbooks.plan import Part, Plan


def from_roster(
    session: Session, run: Run, plan: Plan, *, by: Actor, at: datetime
) -> None:
    """Fill the parts that nobody plays and the plan fills from the roster."""
    raise NotImplementedError


def take(
    session: Session,
    number: str,
    part: Part,
    username: str,
    *,
    by: Actor,
    at: datetime,
) -> RunRole:
    """Give a part to somebody: taken, or handed over from who had it.

    In a drill nobody plays more than two parts.
    """
    raise NotImplementedError
