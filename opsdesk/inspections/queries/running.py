"""Questions the scheduler asks: what is taken, due, running, interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Round, Status, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRound:
    """A round some process says it is running."""

    id: int
    number: str
    runner: str
    beat_at: datetime | None


def taken_slots(session: Session, *, since: date) -> frozenset[str]:
    """Return the keys of the slots that have a row, from a local day on."""
    rows = session.scalars(
        select(Round.slot_key).where(Round.day >= since, Round.slot_key.is_not(None))
    )
    return frozenset(key for key in rows if key)


def first_round_at(session: Session) -> datetime | None:
    """Return when the desk did anything first: slots before it are nobody's fault."""
    return session.scalar(select(func.min(Round.due_at)))


def due_rounds(session: Session) -> list[int]:
    """Return the rounds that wait to be run, oldest first."""
    return list(
        session.scalars(
            select(Round.id).where(Round.status == Status.DUE).order_by(Round.id)
        )
    )


def running_rounds(session: Session) -> list[RunningRound]:
    """Return the rounds that are under way, or were when their process died."""
    rows = session.execute(
        select(Round.id, Round.number, Round.runner, Round.beat_at)
        .where(Round.status == Status.RUNNING)
        .order_by(Round.id)
    )
    return [
        RunningRound(id=id_, number=number, runner=runner, beat_at=beat_at)
        for id_, number, runner, beat_at in rows
    ]


def pending_visits(session: Session, round_id: int) -> list[Visit]:
    """Return a round's visits that have no outcome yet, in order."""
    return list(
        session.scalars(
            select(Visit)
            .where(Visit.round_id == round_id, Visit.outcome.is_(None))
            .order_by(Visit.position)
        )
    )


def progress(session: Session, round_id: int) -> tuple[int, int]:
    """Return how many of a round's servers have been asked, and how many there are."""
    row = session.execute(
        select(func.count(Visit.outcome), func.count()).where(
            Visit.round_id == round_id
        )
    ).one()
    return row[0], row[1]
