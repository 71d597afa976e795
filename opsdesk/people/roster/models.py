"""Duties, leave and swaps. Nothing is deleted: a duty is taken off, with who and when."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice


class Post(StrEnum):
    """What somebody is on duty as."""

    PRIMARY = "primary"  # 主班
    BACKUP = "backup"  # 备班
    LEADER = "leader"  # 带班


class LeaveState(StrEnum):
    """How far a request for leave has come."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class SwapState(StrEnum):
    """How far a swap has come: both must agree, then the lead decides."""

    ASKED = "asked"
    AGREED = "agreed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


LEAVE_MOVES = {
    LeaveState.ASKED: {LeaveState.GRANTED, LeaveState.REFUSED, LeaveState.WITHDRAWN},
    LeaveState.GRANTED: {LeaveState.WITHDRAWN},
}
SWAP_MOVES = {
    SwapState.ASKED: {SwapState.AGREED, SwapState.REFUSED, SwapState.WITHDRAWN},
    SwapState.AGREED: {SwapState.DONE, SwapState.REFUSED, SwapState.WITHDRAWN},
}


class Duty(Row):
    """One person in one shift of one day. A day and a shift's name say which one.

    The two moments are the shift's local wall times on that day, kept so that a later
    change of the shifts' times moves no duty that was published already.
    """

    __tablename__ = "duty"
    __table_args__ = (Index("ix_duty_starts_at_ends_at", "starts_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    shift: Mapped[str] = mapped_column(String(32))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    post: Mapped[Post] = mapped_column(choice(Post))
    on_site: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    arrived_at: Mapped[datetime | None]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    removed_by: Mapped[str] = mapped_column(String(64), default="")
    removed_at: Mapped[datetime | None]


class Leave(Row):
    """A person away for whole days, from the first to the last."""

    __tablename__ = "leave"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[LeaveState] = mapped_column(choice(LeaveState))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]


class Swap(Row):
    """A duty given to another, or exchanged for one of the other's.

    It names duties by their ids, and keeps who held them when it was asked: where
    either has changed hands since, there is nothing left to agree to.
    """

    __tablename__ = "duty_swap"

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), index=True)
    in_return_id: Mapped[int | None] = mapped_column(ForeignKey("duty.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[SwapState] = mapped_column(choice(SwapState))
    asked_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
