"""Approvals within a run: given or refused by who holds the part, or expired."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.operations.stepping import Tick, Ticked
from opsdesk.tickets.register import Actor


def decide(
    session: Session,
    number: str,
    tick: Tick,
    *,
    agrees: bool,
    by: Actor,
    at: datetime,
) -> Ticked:
    """Give or refuse an approval that was asked for (`begin`).

    Only who holds its part; never who asked, nor who executes. Past its time it is
    refused, whoever answers. A refusal wants a reason.
    """
    raise NotImplementedError


def expire(session: Session, *, at: datetime) -> int:
    """End approvals nobody gave in time; return how many."""
    raise NotImplementedError
