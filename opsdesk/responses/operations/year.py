"""The drill year's slots: made from the rota, moved with a reason, filled by runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import DrillSlot
from opsdesk.tickets.register import Actor
from runbooks.plan import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the year as the rota proposes it."""

    month: date  # its first day
    plan: str
    mode: Mode
    planned_on: date
    joint: bool = False


def fill_year(
    session: Session, slots: Iterable[Slot], *, by: Actor, at: datetime
) -> int:
    """Add the slots that are not there yet (month and plan); return how many."""
    raise NotImplementedError


def move_slot(  # noqa: PLR0913 - whither and why
    session: Session,
    slot_id: int,
    planned_on: date,
    *,
    reason: str,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> DrillSlot:
    """Put a drill that has not begun on another day, with a reason."""
    raise NotImplementedError


def attach_run(
    session: Session, slot_id: int, number: str, *, by: Actor, at: datetime
) -> DrillSlot:
    """Let a run fill a slot: of the same plan, and of no other slot."""
    raise NotImplementedError
