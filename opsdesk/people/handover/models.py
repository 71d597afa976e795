"""Hand-overs from one shift to the next."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice


class HandoverState(StrEnum):
    """How far a hand-over has come."""

    DRAFT = "draft"  # being written by whoever hands over
    GIVEN = "given"  # signed by whoever hands over
    TAKEN = "taken"  # signed by both


MOVES = {
    HandoverState.DRAFT: {HandoverState.GIVEN},
    HandoverState.GIVEN: {HandoverState.TAKEN, HandoverState.DRAFT},
}


class Handover(Row):
    """What the shift of a day leaves to the next; one for each shift that ends."""

    __tablename__ = "handover"
    __table_args__ = (UniqueConstraint("number"), UniqueConstraint("planned_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32))
    day: Mapped[date]
    shift: Mapped[str] = mapped_column(String(32))
    next_shift: Mapped[str] = mapped_column(String(32), default="")
    planned_at: Mapped[datetime]
    state: Mapped[HandoverState] = mapped_column(choice(HandoverState))
    system_state: Mapped[str] = mapped_column(Text, default="")
    for_customer: Mapped[str] = mapped_column(Text, default="")
    things: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    circumstances: Mapped[dict[str, Any]]
    written_by: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(64), default="")
    given_name: Mapped[str] = mapped_column(String(64), default="")
    given_at: Mapped[datetime | None]
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    taken_by: Mapped[str] = mapped_column(String(64), default="")
    taken_name: Mapped[str] = mapped_column(String(64), default="")
    taken_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
