"""Times in which changes wait: the lead adds and ends them, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from opsdesk.changes import queries
from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.people.models import Role
from opsdesk.tickets.models import Freeze
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.promises.calendar import Calendar
from opsdesk.tickets.register import Actor
from probes.finding import Words

LONGEST, LONGEST_REASON = timedelta(days=92), 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when until when, and why."""

    since: datetime | None
    until: datetime | None
    reason: str


def freeze(session: Session, span: Span, *, by: Actor, at: datetime) -> Freeze:
    """Let changes wait between two moments. Raises RefusedInWords, NotYours."""
    _require_lead(by)
    reason = " ".join(storable(span.reason).split())
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedInWords(_REASON)
    since, until = span.since, span.until
    if since is None or until is None or not since < until <= since + LONGEST:
        raise RefusedInWords(_SPAN)
    row = Freeze(since=since, until=until, reason=reason, by=by.username, at=at)
    session.add(row)
    _record(session, "freeze.added", row, reason, by=by, at=at)
    return row


def freeze_holidays(
    session: Session, year: int, calendar: Calendar, *, by: Actor, at: datetime
) -> int:
    """Add what a year's holidays suggest and nothing covers yet; return how many.

    Raises NoTable, NotYours.
    """
    _require_lead(by)
    suggested = queries.proposals(session, year, calendar)
    for one in suggested:
        span = Span(since=one.since, until=one.until, reason=one.name)
        freeze(session, span, by=by, at=at)
    return len(suggested)


def end(
    session: Session, freeze_id: int, why: str, *, by: Actor, at: datetime
) -> Freeze:
    """End a freeze; it is kept. Raises RefusedInWords, NotYours."""
    _require_lead(by)
    row = session.get(Freeze, freeze_id, with_for_update=True, populate_existing=True)
    if row is None or row.ended_at is not None:
        raise RefusedInWords(_GONE)
    reason = " ".join(storable(why).split())
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedInWords(_REASON)
    row.ended_at = at
    _record(session, "freeze.ended", row, reason, by=by, at=at)
    return row


def _record(
    session: Session, action: str, row: Freeze, why: str, *, by: Actor, at: datetime
) -> None:
    session.flush()
    audit.write(
        session,
        actor=by.username,
        action=action,
        subject=str(row.id),
        at=at,
        detail={
            "since": row.since.isoformat(),
            "until": row.until.isoformat(),
            "reason": row.reason,
            "why": why,
        },
    )


def _require_lead(by: Actor) -> None:
    if by.role is not Role.LEAD:
        raise NotYours(_LEAD_ONLY)


_REASON = Words(
    "请写明理由，最多 200 字。没有保存。",
    "Give the reason, at most 200 characters. Nothing was saved.",
)
_SPAN = Words(
    "冻结期的结束应晚于开始，最长 92 天。没有保存。",
    "A freeze ends after it begins, and lasts at most 92 days. Nothing was saved.",
)
_GONE = Words(
    "没有这个冻结期，或者它已经结束。没有改动。",
    "There is no such freeze, or it is over. Nothing was changed.",
)
_LEAD_ONLY = Words(
    "冻结期由运维负责人设定。没有任何改动。",
    "The lead decides on freezes. Nothing was changed.",
)
