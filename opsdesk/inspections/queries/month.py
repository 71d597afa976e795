"""The rounds of a period as a report counts them: one question each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import (
    IN_FORCE,
    Condition,
    FindingRow,
    Judgement,
    Round,
    Signature,
    Slot,
    Status,
    Visit,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One round, whose name is under it, and how its visits ended."""

    number: str
    day: date
    slot: Slot
    status: Status
    due_at: datetime | None
    late: bool
    reason: str
    counts: dict[str, int]
    inspector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One server in one scheduled round; `state` None where nothing was judged."""

    server: str
    kind: str
    address: str
    day: date
    slot: Slot
    began_at: datetime | None
    took_ms: int | None
    outcome: str | None
    state: str | None
    readings: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """An abnormality that stood at some time of the period."""

    server: str
    probe: str
    severity: str
    message_zh: str
    message_en: str
    opened_at: datetime
    closed_at: datetime | None
    times: int


def rounds(session: Session, first: date, last: date) -> list[RoundRow]:
    """Return the rounds of the days from the first to the last, in order."""
    rows = session.execute(
        select(
            Round.number,
            Round.day,
            Round.slot,
            Round.status,
            Round.due_at,
            Round.late,
            Round.reason,
            Round.counts,
            Signature.name,
        )
        .outerjoin(Signature, Signature.round_id == Round.id)
        .where(Round.day >= first, Round.day <= last)
        .order_by(Round.day, Round.id)
    )
    return [
        RoundRow(
            number=row.number,
            day=row.day,
            slot=row.slot,
            status=row.status,
            due_at=row.due_at,
            late=row.late,
            reason=row.reason,
            counts=row.counts or {},
            inspector=row.name or "",
        )
        for row in rows
    ]


def visits(session: Session, first: date, last: date) -> list[VisitRow]:
    """Return every visit of the scheduled rounds of a period, by day and round."""
    rows = session.execute(
        select(
            Visit.server,
            Visit.kind,
            Visit.address,
            Round.day,
            Round.slot,
            Visit.began_at,
            Visit.took_ms,
            Visit.outcome,
            Judgement.state,
            Judgement.readings,
        )
        .join(Round, Round.id == Visit.round_id)
        .outerjoin(Judgement, Judgement.id == Visit.judgement_id)
        .where(Round.day >= first, Round.day <= last, Round.slot != Slot.ADHOC)
        .order_by(Round.day, Round.id, Visit.position)
    )
    return [
        VisitRow(
            server=row.server,
            kind=row.kind,
            address=row.address,
            day=row.day,
            slot=row.slot,
            began_at=row.began_at,
            took_ms=row.took_ms,
            outcome=row.outcome,
            state=row.state,
            readings=row.readings or {},
        )
        for row in rows
    ]


def conditions(
    session: Session, since: datetime, until: datetime
) -> list[ConditionRow]:
    """Return what stood in [since, until), in the order in which it began.

    How grave it was and what was said of it is as a round last saw it before `until`.
    """
    stood = (
        Condition.opened_at < until,
        or_(Condition.closed_at.is_(None), Condition.closed_at >= since),
    )
    last = _last_seen(stood, until)
    rows = session.execute(
        select(
            Condition.server,
            Condition.probe,
            func.coalesce(FindingRow.severity, Condition.severity).label("severity"),
            func.coalesce(FindingRow.message_zh, Condition.message_zh).label(
                "message_zh"
            ),
            func.coalesce(FindingRow.message_en, Condition.message_en).label(
                "message_en"
            ),
            Condition.opened_at,
            Condition.closed_at,
            Condition.times,
        )
        .outerjoin(last, last.c.condition_id == Condition.id)
        .outerjoin(FindingRow, FindingRow.id == last.c.finding_id)
        .where(*stood)
        .order_by(Condition.opened_at, Condition.id)
    )
    return [ConditionRow(**row._mapping) for row in rows]  # noqa: SLF001 - its door


def _last_seen(stood: tuple[ColumnElement[bool], ...], until: datetime) -> Subquery:
    """Return the last finding of each condition before a moment."""
    same = and_(
        FindingRow.server == Condition.server,
        FindingRow.fingerprint == Condition.fingerprint,
        FindingRow.visit_id >= Condition.opened_visit_id,
        FindingRow.visit_id <= Condition.seen_visit_id,
    )
    return (
        select(
            Condition.id.label("condition_id"),
            func.max(FindingRow.id).label("finding_id"),
        )
        .join(FindingRow, same)
        .join(Visit, IN_FORCE)
        .where(*stood, Visit.began_at < until)
        .group_by(Condition.id)
        .subquery()
    )


def reviewers(session: Session, first: date, last: date) -> dict[date, str]:
    """Return who reviewed each day."""
    rows = session.execute(
        select(Signature.day, Signature.name).where(
            Signature.part == "reviewer",
            Signature.day >= first,
            Signature.day <= last,
        )
    )
    return {row.day: row.name for row in rows}


def known_since(session: Session) -> date | None:
    """Return the first day that has a round; None before the first."""
    return session.scalar(select(func.min(Round.day)))
