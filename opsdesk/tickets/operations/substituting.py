"""Dated substitutes: who signs for whom, from when until when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person
from opsdesk.tickets.models import Substitute
from opsdesk.tickets.register import Actor
from probes.finding import Words

LONGEST = timedelta(days=92)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """For how long somebody is stood in for, by whom, and why."""

    substitute: str
    since: datetime
    until: datetime
    reason: str


def standing(session: Session, username: str, *, at: datetime) -> list[Substitute]:
    """Return the substitutions of a person that hold or are to come."""
    query = select(Substitute).where(
        Substitute.username == username,
        Substitute.until > at,
        Substitute.ended_at.is_(None),
    )
    return list(session.scalars(query.order_by(Substitute.since)))


def appoint(session: Session, term: Term, *, by: Actor, at: datetime) -> Substitute:
    """Let a colleague of the same role sign for oneself between two moments."""
    other = session.scalar(select(Person).where(Person.username == term.substitute))
    sound = at - timedelta(days=1) < term.since < term.until <= term.since + LONGEST
    if not sound or not term.reason.strip():
        raise RefusedInWords(_TERM)
    if other is None or other.disabled_at is not None or other.role is not by.role:
        raise RefusedInWords(_ROLE)
    if other.username == by.username:
        raise RefusedInWords(_ROLE)
    row = Substitute(
        username=by.username,
        substitute=other.username,
        since=term.since,
        until=term.until,
        reason=term.reason.strip(),
        by=by.username,
        at=at,
    )
    session.add(row)
    _note(session, "substitute.appointed", row, by=by, at=at)
    return row


def end(session: Session, row_id: int, *, by: Actor, at: datetime) -> None:
    """Take a substitution of one's own back."""
    row = session.get(Substitute, row_id, with_for_update=True)
    if row is None or row.username != by.username or row.ended_at is not None:
        raise RefusedInWords(_GONE)
    row.ended_at = at
    _note(session, "substitute.ended", row, by=by, at=at)


def _note(
    session: Session, action: str, row: Substitute, *, by: Actor, at: datetime
) -> None:
    session.flush()
    audit.write(
        session,
        actor=by.username,
        action=action,
        subject=row.username,
        at=at,
        detail={
            "substitute": row.substitute,
            "since": row.since.isoformat(),
            "until": row.until.isoformat(),
            "reason": row.reason,
        },
    )


_TERM = Words(
    "代签要写明理由和起止时间，从现在起最长 92 天。没有保存。",
    "A substitution needs its reason and its dates, from now on and at most 92 days. "
    "Nothing was saved.",
)
_ROLE = Words(
    "只能由同一角色、在用的另一账号代签。没有保存。",
    "Only another active account of the same role signs for you. Nothing was saved.",
)
_GONE = Words(
    "没有这项代签授权，或者它已经结束。没有改动。",
    "There is no such substitution, or it is over. Nothing was changed.",
)
