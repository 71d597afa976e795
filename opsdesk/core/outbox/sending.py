"""A delivery's way: claimed by one sender, tried, recorded, tried again or given up.

A claim is a conditional write with a lease, so that two schedulers never send the same.
A sender that dies may have sent already: that is recorded as "perhaps", and tried once
more at most.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import (
    BATCH,
    REASON,
    ChannelHealth,
    Delivery,
    Notice,
    Result,
    State,
    Try,
    Urgency,
)
from opsdesk.core.outbox.timing import BACKOFF, Timing, due_again

JOINED = 30
"""How many notices one message holds at most."""
MOST_DOUBTS = 2
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Said:
    """One notice of a message."""

    notice_id: int
    kind: str
    subject: str
    zh: str
    en: str
    link: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sender, and no other, is to send now."""

    mark: str
    channel: str
    target: str  # a user name; "": a room
    urgent: bool
    notices: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended."""

    result: Result
    reason: str
    took: timedelta


def enqueue(
    session: Session, notice: Notice, *, channel: str, target: str, due_at: datetime
) -> None:
    """Put a notice on its way through a channel, once; a room hears a batch once."""
    sort = session.get_bind().dialect.name
    add = postgresql.insert if sort == "postgresql" else sqlite.insert
    row = add(Delivery).values(
        notice_id=notice.id,
        channel=channel,
        target=target,
        batch=notice.batch,
        urgency=notice.urgency,
        state=State.WAITING,
        due_at=due_at,
        tries=0,
        doubts=0,
        reason="",
    )
    session.execute(row.on_conflict_do_nothing())


def claim(
    session: Session, channel: str, *, at: datetime, lease: timedelta, per_hour: int
) -> Claim | None:
    """Take the next message of a channel; None where nothing may be sent now."""
    _drop_what_was_read(session, channel, at=at)
    full = _full(session, channel, at=at, per_hour=per_hour)
    for target, urgent in _waiting(session, channel, at=at):
        if (target, urgent) not in full:
            taken = _take(session, channel, target, urgent=urgent, at=at, lease=lease)
            if taken is not None:
                return taken
    return None


def record(
    session: Session,
    taken: Claim,
    outcome: Outcome,
    *,
    timing: Timing,
    at: datetime,
) -> int:
    """Write down how a try ended; return how many notices were given up with it.

    A late record of one that was taken for dead is kept, too; where the message was
    sent after all, it is not sent again unless somebody already is about to.
    """
    _ledger(session, taken, outcome, at=at)
    _health(session, taken.channel, outcome, at=at)
    mine = Delivery.claim == taken.mark
    if outcome.result is Result.SENT:
        undone = Delivery.state.in_((State.SENDING, State.WAITING, State.PERHAPS))
        sent = update(Delivery).where(mine, undone)
        session.execute(
            sent.values(state=State.SENT, leased_until=None, reason=""),
            execution_options={"synchronize_session": False},
        )
        return 0
    rows = session.scalars(
        select(Delivery).where(mine, Delivery.state == State.SENDING)
    )
    return sum(_put_back(row, outcome, timing, at) for row in rows)


def drop(session: Session, taken: Claim, reason: str) -> None:
    """Send a claim to nobody, as there is nobody to send it to any more."""
    mine = update(Delivery).where(Delivery.claim == taken.mark)
    values = {"state": State.DROPPED, "leased_until": None, "reason": reason}
    session.execute(
        mine.values(values), execution_options={"synchronize_session": False}
    )


def abandon(session: Session, channel: str) -> None:
    """Send nothing more through a channel that is no longer configured."""
    mine = Delivery.channel == channel, Delivery.state == State.WAITING
    values = {"state": State.DROPPED, "reason": "no-channel"}
    session.execute(
        update(Delivery).where(*mine).values(values),
        execution_options={"synchronize_session": False},
    )


def reap(session: Session, *, at: datetime) -> int:
    """Find claims whose sender died; each is put back once, then left as "perhaps"."""
    over = Delivery.leased_until < at
    query = select(Delivery).where(Delivery.state == State.SENDING, over)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    for mark in sorted({row.claim for row in rows if row.claim}):
        lost = [row for row in rows if row.claim == mark]
        taken = _claim_of(lost[0], mark, notices=_said(session, mark))
        doubt = Outcome(Result.PERHAPS, "lost", timedelta(0))
        _ledger(session, taken, doubt, at=at)
        for row in lost:
            row.doubts += 1
            row.leased_until, row.reason = None, "lost"
            again = row.doubts < MOST_DOUBTS
            row.state = State.WAITING if again else State.PERHAPS
            row.due_at = at + BACKOFF[0]
    return len(rows)


def health_of(session: Session, channel: str) -> ChannelHealth | None:
    """Return how a channel has been doing; None where it was never used."""
    return session.get(ChannelHealth, channel)


def _waiting(session: Session, channel: str, *, at: datetime) -> list[tuple[str, bool]]:
    """Return whom something is due for, urgent things and older ones first."""
    urgent = case((Delivery.urgency == Urgency.NOW, 1), else_=0)
    query = (
        select(Delivery.target, urgent)
        .where(Delivery.channel == channel, Delivery.state == State.WAITING)
        .where(Delivery.due_at <= at)
        .group_by(Delivery.target, urgent)
        .order_by(urgent.desc(), func.min(Delivery.due_at))
    )
    return [(target, bool(flag)) for target, flag in session.execute(query)]


def _full(
    session: Session, channel: str, *, at: datetime, per_hour: int
) -> set[tuple[str, bool]]:
    """Return who has had as many messages in the last hour as anybody may."""
    query = (
        select(Try.target, Try.urgent)
        .where(Try.channel == channel, Try.at > at - WINDOW)
        .where(Try.result.in_((Result.SENT, Result.PERHAPS)))
        .group_by(Try.target, Try.urgent)
        .having(func.count() >= per_hour)
    )
    return {(target, urgent) for target, urgent in session.execute(query)}


def _take(
    session: Session,
    channel: str,
    target: str,
    *,
    urgent: bool,
    at: datetime,
    lease: timedelta,
) -> Claim | None:
    sort = Delivery.urgency == Urgency.NOW
    rows = (
        select(Delivery.id)
        .where(Delivery.channel == channel, Delivery.target == target)
        .where(Delivery.state == State.WAITING, Delivery.due_at <= at)
        .where(sort if urgent else ~sort)
        .order_by(Delivery.id)
        .limit(JOINED)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(rows).all()
    mark = secrets.token_hex(BATCH // 2)
    taken = (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.state == State.WAITING)
        .values(
            state=State.SENDING,
            claim=mark,
            leased_until=at + lease,
            tries=Delivery.tries + 1,
        )
    )
    session.execute(taken, execution_options={"synchronize_session": False})
    said = _said(session, mark)
    return Claim(mark, channel, target, urgent, said) if said else None


def _said(session: Session, mark: str) -> tuple[Said, ...]:
    query = (
        select(Notice)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Delivery.claim == mark)
        .order_by(Notice.id)
    )
    return tuple(
        Said(one.id, one.kind.value, one.subject, one.zh, one.en, one.link)
        for one in session.scalars(query)
    )


def _claim_of(row: Delivery, mark: str, notices: Sequence[Said]) -> Claim:
    urgent = row.urgency is Urgency.NOW
    return Claim(mark, row.channel, row.target, urgent, tuple(notices))


def _drop_what_was_read(session: Session, channel: str, *, at: datetime) -> None:
    """Send nobody what they have read on screen meanwhile; a room reads no screen."""
    read = select(Notice.id).where(Notice.read_at.is_not(None))
    dropped = (
        update(Delivery)
        .where(Delivery.channel == channel, Delivery.target != "")
        .where(Delivery.state == State.WAITING, Delivery.due_at <= at)
        .where(Delivery.notice_id.in_(read))
        .values(state=State.DROPPED, reason="read")
    )
    session.execute(dropped, execution_options={"synchronize_session": False})


def _put_back(row: Delivery, outcome: Outcome, timing: Timing, at: datetime) -> bool:
    """Let a failed delivery wait for its next try; True: it has had its last."""
    again = due_again(row.urgency, row.tries, at, timing)
    row.state = State.GIVEN_UP if again is None else State.WAITING
    row.due_at = row.due_at if again is None else again
    row.leased_until, row.reason = None, outcome.reason[:REASON]
    return again is None


def _ledger(session: Session, taken: Claim, outcome: Outcome, *, at: datetime) -> None:
    row = {
        "claim": taken.mark,
        "channel": taken.channel,
        "target": taken.target,
        "urgent": taken.urgent,
        "notices": [one.notice_id for one in taken.notices],
        "at": at,
        "result": outcome.result,
        "reason": outcome.reason[:REASON],
        "took_ms": round(outcome.took.total_seconds() * 1000),
    }
    session.execute(insert(Try).values(row))


def _health(session: Session, channel: str, outcome: Outcome, *, at: datetime) -> None:
    sort = session.get_bind().dialect.name
    add = postgresql.insert if sort == "postgresql" else sqlite.insert
    new = add(ChannelHealth).values(channel=channel, failures=0, reason="")
    session.execute(new.on_conflict_do_nothing())
    mine = ChannelHealth.channel == channel
    query = select(ChannelHealth).where(mine).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if outcome.result is Result.SENT:
        row.failures, row.failing_since, row.succeeded_at = 0, None, at
        row.reason = ""
        return
    row.failures += 1
    row.failing_since = row.failing_since or at
    row.failed_at, row.reason = at, outcome.reason[:REASON]
