"""What screens and the scheduler ask of the outbox, as frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from opsdesk.core.errors import NotFound
from opsdesk.core.outbox.models import (
    ChannelHealth,
    Delivery,
    Kind,
    Notice,
    Preference,
    Result,
    State,
    Try,
    Urgency,
)
from probes.finding import Words

MOST_COUNTED = 100
"""A bell counts no further; it shows 99+."""


@dataclass(frozen=True, slots=True)
class Told:
    """One notice on a person's page."""

    id: int
    kind: Kind
    urgency: Urgency
    subject: str
    words: Words
    link: str
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """How one channel has been doing."""

    name: str
    failures: int
    failing_since: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One row of the ledger."""

    id: int
    at: datetime
    channel: str
    target: str
    count: int
    result: Result
    reason: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """A delivery that has not arrived yet, or never will.

    It has no words: who keeps the channels does no business work.
    """

    id: int
    channel: str
    target: str
    state: State
    kind: Kind
    subject: str
    due_at: datetime
    tries: int
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Where and when a person wants to be told."""

    mail: str = ""
    quiet: str = ""
    digest_only: bool = False
    version: int = 0


_FEW = (
    select(Notice.id)
    .where(Notice.recipient == bindparam("who"), Notice.read_at.is_(None))
    .limit(MOST_COUNTED)
    .subquery()
)
_UNREAD = select(func.count()).select_from(_FEW)


def unread(session: Session, username: str) -> int:
    """Return how many notices a person has not read, counting to 100 at most."""
    return session.scalar(_UNREAD, {"who": username}) or 0


def notices(
    session: Session,
    username: str,
    *,
    only_unread: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Told]:
    """Return a person's notices, newest first; `before` is the last page's last id."""
    query = select(Notice).where(Notice.recipient == username)
    if only_unread:
        query = query.where(Notice.read_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    rows = session.scalars(query.order_by(Notice.id.desc()).limit(limit))
    return [
        Told(
            id=row.id,
            kind=row.kind,
            urgency=row.urgency,
            subject=row.subject,
            words=Words(row.zh, row.en),
            link=row.link,
            at=row.at,
            read_at=row.read_at,
        )
        for row in rows
    ]


def link_of(session: Session, username: str, notice_id: int) -> str:
    """Return where one of a person's own notices leads. Raises NotFound."""
    mine = select(Notice.link).where(Notice.recipient == username)
    link = session.scalar(mine.where(Notice.id == notice_id))
    if link is None:
        raise NotFound("你没有这条通知。")
    return link


def wish_of(session: Session, username: str) -> Wish:
    """Return a person's wishes; version 0: none were ever kept."""
    row = session.get(Preference, username)
    if row is None:
        return Wish()
    return Wish(row.mail, row.quiet, row.digest_only, row.version)


def anything_new(session: Session) -> bool:
    """Tell whether a notice has not been put on its way yet."""
    new = select(Notice.id).where(Notice.routed_at.is_(None)).limit(1)
    return session.scalar(new) is not None


def anyone_lost(session: Session, at: datetime) -> bool:
    """Tell whether a sender did not come back."""
    over = Delivery.leased_until < at
    lost = select(Delivery.id).where(Delivery.state == State.SENDING, over).limit(1)
    return session.scalar(lost) is not None


def channels_waiting(session: Session, at: datetime) -> frozenset[str]:
    """Return the channels something is due through."""
    due = (Delivery.state == State.WAITING, Delivery.due_at <= at)
    return frozenset(session.scalars(select(Delivery.channel).where(*due).distinct()))


def late(session: Session, at: datetime) -> list[tuple[str, int]]:
    """Return how many deliveries are due by channel and have not arrived."""
    open_ones = Delivery.state.in_((State.WAITING, State.SENDING))
    query = (
        select(Delivery.channel, func.count())
        .where(open_ones, Delivery.due_at <= at)
        .group_by(Delivery.channel)
        .order_by(Delivery.channel)
    )
    return [(channel, count) for channel, count in session.execute(query)]


def health(session: Session) -> list[Health]:
    """Return how each channel that was ever used has been doing."""
    rows = session.scalars(select(ChannelHealth).order_by(ChannelHealth.channel))
    return [
        Health(
            row.channel,
            row.failures,
            row.failing_since,
            row.succeeded_at,
            row.failed_at,
            row.reason,
        )
        for row in rows
    ]


def ledger(
    session: Session, *, channel: str = "", before: int | None = None, limit: int = 50
) -> list[Tried]:
    """Return the newest tries, of one channel or of all."""
    query = select(Try)
    if channel:
        query = query.where(Try.channel == channel)
    if before is not None:
        query = query.where(Try.id < before)
    rows = session.scalars(query.order_by(Try.id.desc()).limit(limit))
    return [
        Tried(
            id=row.id,
            at=row.at,
            channel=row.channel,
            target=row.target,
            count=len(row.notices),
            result=row.result,
            reason=row.reason,
            took_ms=row.took_ms,
        )
        for row in rows
    ]


def stuck(session: Session, *, limit: int = 50) -> list[Stuck]:
    """Return what failed at least once and has not arrived, newest first."""
    open_ones = Delivery.state.in_((State.WAITING, State.SENDING))
    bad = Delivery.state.in_((State.GIVEN_UP, State.PERHAPS))
    query = (
        select(Delivery, Notice)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(bad | (open_ones & (Delivery.tries > 0)))
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return [
        Stuck(
            id=row.id,
            channel=row.channel,
            target=row.target,
            state=row.state,
            kind=notice.kind,
            subject=notice.subject,
            due_at=row.due_at,
            tries=row.tries,
            reason=row.reason,
        )
        for row, notice in session.execute(query)
    ]
