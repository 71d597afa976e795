"""The ladder: what became of each rung. Whom a rung means is resolved by the caller."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.responses.models import Escalation, Run
from opsdesk.responses.operations import clocks
from opsdesk.responses.operations.holding import (
    held,
    held_by_id,
    require_participant,
)
from opsdesk.responses.operations.telling import DESK, Entry, counted, tell
from opsdesk.responses.states import OPEN, RungState, What
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Clock


def told(
    session: Session, rung_id: int, usernames: Iterable[str], *, at: datetime
) -> bool:
    """Note whom a rung told; False: somebody acknowledged, or another sweep told."""
    run, rung = _waiting(session, rung_id)
    if rung is None:
        return False
    names = ",".join(usernames)[:400]
    rung.state, rung.told, rung.told_at = RungState.TOLD, names, at
    detail = {"rung": rung.rung.value, "told": names}
    entry = Entry(what=What.ESCALATED, by=DESK, at=at, text=names, detail=detail)
    tell(session, run, entry)
    return True


def nobody(session: Session, rung_id: int, *, at: datetime) -> bool:
    """Note that a rung has nobody; the next waiting rung falls due at once."""
    run, rung = _waiting(session, rung_id)
    if rung is None:
        return False
    rung.state = RungState.NOBODY
    query = (
        select(Escalation)
        .where(Escalation.run_id == run.id, Escalation.state == RungState.WAITING)
        .where(Escalation.id != rung.id)
        .order_by(Escalation.due_at)
        .limit(1)
    )
    following = session.scalar(query)
    if following is not None:
        following.due_at = min(following.due_at, at)
    detail = {"rung": rung.rung.value, "told": ""}
    tell(session, run, Entry(what=What.ESCALATED, by=DESK, at=at, detail=detail))
    return True


def acknowledge(
    session: Session, number: str, *, by: Actor, at: datetime, token: str | None = None
) -> Run:
    """Say that one is on it: T2 is marked, the rungs still waiting are spared."""
    run = held(session, number, at=at)
    require_participant(session, run, by)
    if counted(session, run, token) is not None:
        return run
    if run.state not in OPEN:
        raise RefusedInWords(_OVER, number=run.number)
    if clocks.moment(session, run, Clock.ACKNOWLEDGED) is None:
        clocks.put(session, run, Clock.ACKNOWLEDGED, token=token, by=by.username, at=at)
    return run


def alarm(session: Session, rung_id: int, why: str, *, at: datetime) -> bool:
    """Note that a rung did not happen (or was not delivered); False: noted before."""
    run_id = session.scalar(select(Escalation.run_id).where(Escalation.id == rung_id))
    if run_id is None:
        return False
    run = held_by_id(session, run_id)
    rung = session.get_one(Escalation, rung_id, populate_existing=True)
    if rung.alarmed_at is not None:
        return False
    rung.alarmed_at = at
    detail = {"rung": rung.rung.value}
    entry = Entry(what=What.ALARMED, by=DESK, at=at, text=why, detail=detail)
    tell(session, run, entry)
    return True


def _waiting(session: Session, rung_id: int) -> tuple[Run, Escalation | None]:
    """Return a rung that still waits, its run locked."""
    run_id = session.scalars(
        select(Escalation.run_id).where(Escalation.id == rung_id)
    ).one()
    run = held_by_id(session, run_id)
    rung = session.get_one(Escalation, rung_id, populate_existing=True)
    waits = rung.state is RungState.WAITING and run.is_open
    return run, rung if waits else None


_OVER = Words(
    "{number} 已经结束，不用再响应。", "{number} is over: there is nothing to answer."
)
