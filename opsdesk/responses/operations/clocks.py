"""T0 to T7: marked by people or by steps, corrected by marking again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from opsdesk.responses.models import Escalation, Run, RunEvent
from opsdesk.responses.operations.telling import Entry, tell
from opsdesk.responses.states import RungState, What
from runbooks.plan import Clock


def moment(session: Session, run: Run, clock: Clock) -> datetime | None:
    """Return when a clock was, as its last mark claims; None: not marked."""
    query = (
        select(func.coalesce(RunEvent.claimed_at, RunEvent.at), RunEvent.id)
        .where(
            RunEvent.run_id == run.id,
            RunEvent.what == What.CLOCK,
            RunEvent.clock == clock,
        )
        .order_by(RunEvent.id.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return found[0] if found else None


def put(  # noqa: PLR0913 - which clock, when it was, by whom, when that was said
    session: Session,
    run: Run,
    clock: Clock,
    *,
    claimed_at: datetime | None = None,
    token: str | None = None,
    step: str = "",
    by: str,
    at: datetime,
) -> int:
    """Mark a clock; who acknowledges spares the rungs that still wait."""
    if clock is Clock.ACKNOWLEDGED:
        spare(session, run, by=by, at=at)
    entry = Entry(
        what=What.CLOCK,
        by=by,
        at=at,
        clock=clock,
        claimed_at=claimed_at,
        token=token,
        step=step,
    )
    return tell(session, run, entry)


def put_once(  # noqa: PLR0913 - as above
    session: Session,
    run: Run,
    clock: Clock,
    *,
    claimed_at: datetime | None = None,
    step: str = "",
    by: str,
    at: datetime,
) -> None:
    """Mark a clock that nobody marked yet."""
    if moment(session, run, clock) is None:
        put(session, run, clock, claimed_at=claimed_at, step=step, by=by, at=at)


def spare(session: Session, run: Run, *, by: str, at: datetime) -> None:
    """Let the rungs still waiting wait no more, and say who acknowledged."""
    open_rungs = update(Escalation).where(Escalation.run_id == run.id)
    session.execute(
        open_rungs.where(Escalation.acknowledged_at.is_(None)).values(
            acknowledged_by=by, acknowledged_at=at
        )
    )
    session.execute(
        open_rungs.where(Escalation.state == RungState.WAITING).values(
            state=RungState.SPARED
        )
    )
