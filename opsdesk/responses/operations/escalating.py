"""The ladder: what became of each rung. Whom a rung means is resolved by the caller."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import Run
from opsdesk.tickets.register import Actor


def told(
    session: Session, rung_id: int, usernames: Iterable[str], *, at: datetime
) -> bool:
    """Note whom a rung told; False: somebody acknowledged, or another sweep told."""
    raise NotImplementedError


def nobody(session: Session, rung_id: int, *, at: datetime) -> bool:
    """Note that a rung has nobody; the next waiting rung falls due at once."""
    raise NotImplementedError


def acknowledge(
    session: Session, number: str, *, by: Actor, at: datetime, token: str | None = None
) -> Run:
    """Say that one is on it: T2 is marked, the rungs still waiting are spared."""
    raise NotImplementedError


def alarm(session: Session, rung_id: int, why: str, *, at: datetime) -> bool:
    """Note that a rung did not happen (or was not delivered); False: noted before."""
    raise NotImplementedError
