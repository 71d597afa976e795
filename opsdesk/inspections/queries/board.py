"""What the board shows: today's three rounds, what wants a person, the month so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import (
    Acknowledgement,
    Condition,
    Round,
    Signature,
    Slot,
    Status,
)
from opsdesk.inspections.queries import review
from opsdesk.inspections.queries.running import progress
from opsdesk.inspections.slots import Timetable, moment
from probes.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCell:
    """One of today's three rounds. `number` is empty while its time has not come."""

    slot: str
    due_at: datetime
    number: str = ""
    status: str = Status.DUE.value
    started_at: datetime | None = None
    ended_at: datetime | None = None
    late: bool = False
    reason: str = ""
    counts: Mapping[str, int]
    asked: int = 0
    total: int = 0
    unexplained: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One abnormality that stands now."""

    fingerprint: str
    server: str
    probe: str
    subject: str
    severity: str
    message_zh: str
    message_en: str
    opened_at: datetime
    seen_at: datetime
    times: int
    acknowledged_until: datetime | None
    acknowledged_reason: str = ""
    maintenance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """A finished round without a signature."""

    number: str
    day: date
    slot: str
    ended_at: datetime | None
    abnormal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The month so far. `due` counts the slots whose time has come."""

    due: int
    done: int
    late: int
    missed: int
    signed: int
    opened: int  # conditions of the month
    closed: int


def slot_cells(
    session: Session, day: date, table: Timetable, *, at: datetime
) -> list[SlotCell]:
    """Return today's three rounds in order."""
    rows = {
        row.slot: row
        for row in review.rounds_of(session, day)
        if row.slot is not Slot.ADHOC
    }
    return [
        _cell(session, rows[slot], moment(table, day, time_of_day), at)
        if slot in rows
        else SlotCell(
            slot=slot.value, due_at=moment(table, day, time_of_day), counts={}
        )
        for slot, time_of_day in table.slots
    ]


def _cell(session: Session, row: Round, due_at: datetime, at: datetime) -> SlotCell:
    asked, total = progress(session, row.id)
    open_items = review.open_items(session, row, at=at) if row.ended_at else []
    return SlotCell(
        slot=row.slot.value,
        due_at=row.due_at or due_at,
        number=row.number,
        status=row.status.value,
        started_at=row.started_at,
        ended_at=row.ended_at,
        late=row.late,
        reason=row.reason,
        counts=row.counts,
        asked=asked,
        total=total,
        unexplained=len(open_items),
    )


def standing(
    session: Session, *, at: datetime, severities: Sequence[str] = ()
) -> list[Standing]:
    """Return every abnormality that stands, worst and oldest first."""
    query = select(Condition).where(Condition.closed_at.is_(None))
    if severities:
        query = query.where(Condition.severity.in_(severities))
    known = review.acknowledged(session, at=at)
    resting = review.in_maintenance(session, at=at)
    rows = [_standing(row, known, resting) for row in session.scalars(query)]
    return sorted(rows, key=_weight)


def _standing(
    row: Condition, known: Mapping[str, Acknowledgement], resting: frozenset[str]
) -> Standing:
    note = known.get(row.fingerprint)
    return Standing(
        fingerprint=row.fingerprint,
        server=row.server,
        probe=row.probe,
        subject=row.subject,
        severity=row.severity,
        message_zh=row.message_zh,
        message_en=row.message_en,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        times=row.times,
        acknowledged_until=note.until if note else None,
        acknowledged_reason=note.reason if note else "",
        maintenance=row.server in resting,
    )


def _weight(row: Standing) -> tuple[bool, bool, datetime]:
    quiet = row.acknowledged_until is not None or row.maintenance
    return quiet, row.severity != Severity.CRITICAL.value, row.opened_at


def to_sign(session: Session, *, limit: int = 30) -> list[ToSign]:
    """Return the scheduled rounds that wait for a signature, oldest first."""
    rows = session.scalars(
        select(Round)
        .where(
            Round.status.in_([Status.JUDGED, Status.REVIEWED]), Round.slot != Slot.ADHOC
        )
        .order_by(Round.id)
        .limit(limit)
    )
    return [
        ToSign(
            number=row.number,
            day=row.day,
            slot=row.slot.value,
            ended_at=row.ended_at,
            abnormal=row.counts.get("abnormal", 0) + row.counts.get("unreached", 0),
        )
        for row in rows
    ]


def unsigned_days(session: Session, today: date, *, back: int) -> list[date]:
    """Return the days before today with an inspector's name and not the customer's.

    Oldest first; days more than `back` days ago are left out.
    """
    rows = session.execute(
        select(Signature.day, Signature.part).where(
            Signature.day < today, Signature.day >= today - timedelta(days=back)
        )
    ).all()
    signed = {day for day, part in rows if part == "customer"}
    return sorted({day for day, part in rows if part == "inspector"} - signed)


def month(session: Session, day: date, zone: ZoneInfo) -> Month:
    """Return the figures from the first of a day's month to that day."""
    first = day.replace(day=1)
    rows = session.execute(
        select(Round.status, Round.late).where(
            Round.day >= first, Round.day <= day, Round.slot != Slot.ADHOC
        )
    ).all()
    begin = datetime(first.year, first.month, first.day, tzinfo=zone)
    return Month(
        due=len(rows),
        done=sum(row.status not in {Status.MISSED, Status.DUE} for row in rows),
        late=sum(row.late for row in rows),
        missed=sum(row.status is Status.MISSED for row in rows),
        signed=sum(row.status is Status.SIGNED for row in rows),
        opened=_count(session, Condition.opened_at >= begin),
        closed=_count(session, Condition.closed_at >= begin),
    )


def _count(session: Session, condition: object) -> int:
    query = select(func.count()).select_from(Condition).where(condition)  # type: ignore[arg-type]
    return session.scalar(query) or 0
