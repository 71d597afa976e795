"""The past of rounds, servers and findings, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import (
    IN_FORCE,
    Condition,
    FindingRow,
    Judgement,
    Maintenance,
    Round,
    Slot,
    Status,
    Visit,
)
from opsdesk.inspections.queries.past import readings_of
from probes.probe import Sample

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One round in a list."""

    id: int
    number: str
    day: date
    slot: str
    status: str
    due_at: datetime | None
    started_at: datetime | None
    took_ms: int | None
    late: bool
    reason: str
    suspect: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFilter:
    """Which rounds a list shows. Empty means all."""

    since: date | None = None
    until: date | None = None
    status: str = ""
    slot: str = ""


def rounds(
    session: Session, wanted: RoundFilter, *, before_id: int | None = None
) -> list[RoundRow]:
    """Return a page of rounds, newest first; `before_id` continues it."""
    query = select(Round).order_by(Round.id.desc()).limit(PAGE)
    if wanted.since:
        query = query.where(Round.day >= wanted.since)
    if wanted.until:
        query = query.where(Round.day <= wanted.until)
    if wanted.status in set(Status):
        query = query.where(Round.status == Status(wanted.status))
    if wanted.slot in set(Slot):
        query = query.where(Round.slot == Slot(wanted.slot))
    if before_id:
        query = query.where(Round.id < before_id)
    return [_round(row) for row in session.scalars(query)]


def _round(row: Round) -> RoundRow:
    return RoundRow(
        id=row.id,
        number=row.number,
        day=row.day,
        slot=row.slot.value,
        status=row.status.value,
        due_at=row.due_at,
        started_at=row.started_at,
        took_ms=row.took_ms,
        late=row.late,
        reason=row.reason,
        suspect=row.suspect,
        counts=row.counts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """One visit in a server's history."""

    id: int
    round: str
    slot: str
    began_at: datetime | None
    took_ms: int | None
    outcome: str | None
    state: str | None
    detail: str


def visits_of(
    session: Session, server: str, *, limit: int = 30, before_id: int | None = None
) -> list[PastVisit]:
    """Return a server's newest visits."""
    query = (
        select(Visit, Judgement.state, Round.number, Round.slot)
        .join(Round, Round.id == Visit.round_id)
        .outerjoin(Judgement, Judgement.id == Visit.judgement_id)
        .where(Visit.server == server, Visit.began_at.is_not(None))
        .order_by(Visit.began_at.desc())
        .limit(limit)
    )
    if before_id:
        query = query.where(Visit.id < before_id)
    return [
        PastVisit(
            id=visit.id,
            round=number,
            slot=slot.value,
            began_at=visit.began_at,
            took_ms=visit.took_ms,
            outcome=visit.outcome,
            state=state,
            detail=visit.detail,
        )
        for visit, state, number, slot in session.execute(query)
    ]


def conditions_of(session: Session, server: str, *, limit: int = 50) -> list[Condition]:
    """Return a server's abnormalities, those that stand first, then the newest."""
    return list(
        session.scalars(
            select(Condition)
            .where(Condition.server == server)
            .order_by(Condition.closed_at.is_not(None), Condition.opened_at.desc())
            .limit(limit)
        )
    )


def trend(
    session: Session, server: str, *, since: datetime, before: datetime
) -> dict[str, list[Sample]]:
    """Return every reading of a server over an interval, by `name{label}`."""
    series: dict[str, list[Sample]] = {}
    for at, readings in readings_of(session, server, since=since, before=before):
        for key, value in readings.items():
            series.setdefault(key, []).append(Sample(at, value))
    return series


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionFilter:
    """Which findings a list shows. Empty means all; `open_only` hides what is over."""

    server: str = ""
    probe: str = ""
    severity: str = ""
    text: str = ""
    open_only: bool = True


def conditions(
    session: Session, wanted: ConditionFilter, *, before_id: int | None = None
) -> list[Condition]:
    """Return a page of abnormalities, newest first."""
    query = _narrowed(select(Condition), wanted)
    if before_id:
        query = query.where(Condition.id < before_id)
    return list(session.scalars(query.order_by(Condition.id.desc()).limit(PAGE)))


def _narrowed(
    query: Select[tuple[Condition]], wanted: ConditionFilter
) -> Select[tuple[Condition]]:
    if wanted.open_only:
        query = query.where(Condition.closed_at.is_(None))
    for column, value in (
        (Condition.server, wanted.server),
        (Condition.probe, wanted.probe),
        (Condition.severity, wanted.severity),
    ):
        if value:
            query = query.where(column == value)
    if wanted.text:
        said = Condition.message_zh + " " + Condition.message_en
        query = query.where(said.contains(wanted.text, autoescape=True))
    return query


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One round that saw an abnormality."""

    round: str
    visit_id: int
    began_at: datetime | None
    severity: str
    message_zh: str
    message_en: str
    measured: str | None


def sightings(
    session: Session, fingerprint: str, *, limit: int = 30
) -> Sequence[Sighting]:
    """Return the newest rounds that saw an abnormality."""
    rows = session.execute(
        select(FindingRow, Round.number, Visit.began_at)
        .join(Visit, IN_FORCE)
        .join(Round, Round.id == FindingRow.round_id)
        .where(FindingRow.fingerprint == fingerprint)
        .order_by(FindingRow.id.desc())
        .limit(limit)
    )
    return [
        Sighting(
            round=number,
            visit_id=row.visit_id,
            began_at=began_at,
            severity=row.severity,
            message_zh=row.message_zh,
            message_en=row.message_en,
            measured=row.measured,
        )
        for row, number, began_at in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestState:
    """How a server was when it was last asked."""

    server: str
    visit_id: int
    round: str
    began_at: datetime | None
    took_ms: int | None
    outcome: str | None
    state: str | None
    cells: dict[str, str]


def newest(session: Session, servers: Sequence[str]) -> list[NewestState]:
    """Return the newest visit of each named server that has one."""
    found = []
    for server in servers:
        row = session.execute(
            select(Visit, Judgement.state, Judgement.cells, Round.number)
            .join(Round, Round.id == Visit.round_id)
            .outerjoin(Judgement, Judgement.id == Visit.judgement_id)
            .where(Visit.server == server, Visit.began_at.is_not(None))
            .order_by(Visit.began_at.desc())
            .limit(1)
        ).first()
        if row is None:
            continue
        visit, state, cells, number = row
        found.append(
            NewestState(
                server=server,
                visit_id=visit.id,
                round=number,
                began_at=visit.began_at,
                took_ms=visit.took_ms,
                outcome=visit.outcome,
                state=state,
                cells=cells or {},
            )
        )
    return found


def windows_of(session: Session, server: str, *, at: datetime) -> list[Maintenance]:
    """Return a server's maintenance windows that are not over."""
    return list(
        session.scalars(
            select(Maintenance)
            .where(
                Maintenance.server == server,
                Maintenance.ends > at,
                Maintenance.ended_at.is_(None),
            )
            .order_by(Maintenance.begins)
        )
    )


def newest_condition(session: Session, fingerprint: str) -> Condition | None:
    """Return the newest spell of an abnormality."""
    return session.scalar(
        select(Condition)
        .where(Condition.fingerprint == fingerprint)
        .order_by(Condition.id.desc())
        .limit(1)
    )
