"""What became of each call of a ladder: told on screen, and through which channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Delivery, Notice, Try
from opsdesk.core.outbox.words import STATE_WORDS
from opsdesk.flows.keep_responses import once_of
from opsdesk.responses.states import Rung
from opsdesk.responses.views import RungView
from probes.finding import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One channel a call took: how it ended, when it was last tried, what was said."""

    channel: str
    state: Words
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One call of a rung to one person."""

    rung: Rung
    to: str
    at: datetime
    read_at: datetime | None
    ways: tuple[Way, ...]  # none: it stood on screen only


def of(session: Session, ladder: Iterable[RungView]) -> tuple[Delivered, ...]:
    """Return every call that the rungs of a ladder made, in order."""
    keys = {once_of(one.id): one.rung for one in ladder}
    if not keys:
        return ()
    query = select(Notice).where(Notice.once.in_(keys)).order_by(Notice.id)
    calls = session.scalars(query).all()
    ways = _ways(session, calls)
    return tuple(
        Delivered(
            rung=keys[one.once or ""],
            to=one.recipient,
            at=one.at,
            read_at=one.read_at,
            ways=tuple(
                way
                for target, way in ways.get(one.batch, ())
                if target in ("", one.recipient)
            ),
        )
        for one in calls
    )


def _ways(
    session: Session, calls: Sequence[Notice]
) -> dict[str, list[tuple[str, Way]]]:
    """Return, by batch, whom each channel was to reach and what became of it."""
    batches = {one.batch for one in calls}
    sent = session.scalars(
        select(Delivery).where(Delivery.batch.in_(batches)).order_by(Delivery.id)
    ).all()
    claims = {one.claim for one in sent if one.claim}
    query = select(Try.claim, Try.at).where(Try.claim.in_(claims)).order_by(Try.id)
    tried = {row.claim: row.at for row in session.execute(query)}
    found: dict[str, list[tuple[str, Way]]] = {}
    for one in sent:
        way = Way(
            channel=one.channel,
            state=STATE_WORDS[one.state],
            at=tried.get(one.claim or ""),
            reason=one.reason,
        )
        found.setdefault(one.batch, []).append((one.target, way))
    return found
