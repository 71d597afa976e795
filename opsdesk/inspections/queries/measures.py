"""The figures of the newest visits and rounds, for a scrape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Condition, Judgement, Round, Slot, Status, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A server's newest visit that has an outcome."""

    server: str
    kind: str
    zone: str
    began_at: datetime | None
    took_ms: int | None
    outcome: str
    readings: dict[str, float]


def newest_visits(session: Session, servers: Sequence[str]) -> list[Newest]:
    """Return the newest outcome of each named server that has one."""
    return [row for server in servers if (row := _newest(session, server)) is not None]


def _newest(session: Session, server: str) -> Newest | None:
    row = session.execute(
        select(
            Visit.kind,
            Visit.zone,
            Visit.began_at,
            Visit.took_ms,
            Visit.outcome,
            Judgement.readings,
        )
        .outerjoin(Judgement, Judgement.id == Visit.judgement_id)
        .where(Visit.server == server, Visit.began_at.is_not(None))
        .order_by(Visit.began_at.desc())
        .limit(1)
    ).first()
    if row is None or row.outcome is None:
        return None
    return Newest(
        server=server,
        kind=row.kind,
        zone=row.zone,
        began_at=row.began_at,
        took_ms=row.took_ms,
        outcome=row.outcome,
        readings=row.readings or {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotHealth:
    """How one slot has been doing since the desk began."""

    slot: str
    late: int
    missed: int
    last_ended_at: datetime | None
    last_took_ms: int | None


def slot_health(session: Session) -> list[SlotHealth]:
    """Return one row per slot, ad-hoc rounds included."""
    return [_health(session, slot) for slot in Slot]


def _health(session: Session, slot: Slot) -> SlotHealth:
    late = select(func.count()).where(Round.slot == slot, Round.late.is_(True))
    missed = select(func.count()).where(
        Round.slot == slot, Round.status == Status.MISSED
    )
    last = session.execute(
        select(Round.ended_at, Round.took_ms)
        .where(Round.slot == slot, Round.ended_at.is_not(None))
        .order_by(Round.id.desc())
        .limit(1)
    ).first()
    return SlotHealth(
        slot=slot.value,
        late=session.scalar(late) or 0,
        missed=session.scalar(missed) or 0,
        last_ended_at=last.ended_at if last else None,
        last_took_ms=last.took_ms if last else None,
    )


def open_by_severity(session: Session) -> list[tuple[str, str, int]]:
    """Return how many conditions are open, by server and severity."""
    rows = session.execute(
        select(Condition.server, Condition.severity, func.count())
        .where(Condition.closed_at.is_(None))
        .group_by(Condition.server, Condition.severity)
    )
    return [(server, severity, count) for server, severity, count in rows]
