"""A round as it stands: its visits with their verdicts, its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.errors import NotFound
from opsdesk.inspections.models import IN_FORCE, FindingRow, Judgement, Round, Visit
from opsdesk.inspections.queries.past import unpack_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One finding of the verdict that holds."""

    server: str
    probe: str
    subject: str
    severity: str
    message_zh: str
    message_en: str
    measured: str | None
    limit: str | None
    unit: str
    fingerprint: str
    muted: str
    visit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """One server in a round. What has not been asked yet has no outcome."""

    id: int
    server: str
    kind: str
    zone: str
    address: str
    began_at: datetime | None
    took_ms: int | None
    outcome: str | None
    detail: str
    transcript_sha256: str | None
    host_key: str
    attempts: int
    state: str | None
    boot_id: str | None
    clock_offset_ms: int | None
    cells: Mapping[str, str]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """A round with everything a matrix shows."""

    id: int
    number: str
    day: date
    slot: str
    status: str
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    took_ms: int | None
    late: bool
    resumed: int
    reason: str
    suspect: str
    asked_by: str
    version: int
    counts: Mapping[str, int]
    visits: tuple[VisitView, ...]


def by_number(session: Session, number: str) -> RoundView:
    """Return a round by its number. Raises NotFound."""
    round_ = session.scalar(select(Round).where(Round.number == number))
    if round_ is None:
        raise NotFound("没有编号为 %(number)s 的巡检。", number=number)
    return view(session, round_)


def view(session: Session, round_: Round) -> RoundView:
    """Return what a round's page shows."""
    findings = findings_of(session, round_.id)
    rows = session.execute(
        select(
            Visit,
            Judgement.state,
            Judgement.boot_id,
            Judgement.clock_offset_ms,
            Judgement.cells,
        )
        .outerjoin(Judgement, Judgement.id == Visit.judgement_id)
        .where(Visit.round_id == round_.id)
        .order_by(Visit.position)
    )
    return RoundView(
        id=round_.id,
        number=round_.number,
        day=round_.day,
        slot=round_.slot.value,
        status=round_.status.value,
        due_at=round_.due_at,
        started_at=round_.started_at,
        ended_at=round_.ended_at,
        took_ms=round_.took_ms,
        late=round_.late,
        resumed=round_.resumed,
        reason=round_.reason,
        suspect=round_.suspect,
        asked_by=round_.asked_by,
        version=round_.version,
        counts=round_.counts,
        visits=tuple(
            _visit(visit, state, boot_id, offset, cells, findings)
            for visit, state, boot_id, offset, cells in rows
        ),
    )


def _visit(
    visit: Visit,
    state: str | None,
    boot_id: str | None,
    offset: int | None,
    cells: Mapping[str, str] | None,
    findings: Mapping[int, list[FindingView]],
) -> VisitView:
    return VisitView(
        id=visit.id,
        server=visit.server,
        kind=visit.kind,
        zone=visit.zone,
        address=visit.address,
        began_at=visit.began_at,
        took_ms=visit.took_ms,
        outcome=visit.outcome,
        detail=visit.detail,
        transcript_sha256=visit.transcript_sha256,
        host_key=visit.host_key,
        attempts=visit.attempts,
        state=state,
        boot_id=boot_id,
        clock_offset_ms=offset,
        cells=cells or {},
        findings=tuple(findings.get(visit.id, ())),
    )


def findings_of(session: Session, round_id: int) -> dict[int, list[FindingView]]:
    """Return a round's findings by visit, worst first."""
    rows = session.scalars(
        select(FindingRow)
        .join(Visit, IN_FORCE)
        .where(FindingRow.round_id == round_id)
        .order_by(FindingRow.severity, FindingRow.id)
    )
    found: dict[int, list[FindingView]] = {}
    for row in rows:
        found.setdefault(row.visit_id, []).append(finding_view(row))
    return found


def finding_view(row: FindingRow) -> FindingView:
    """Return a finding as screens show it."""
    return FindingView(
        server=row.server,
        probe=row.probe,
        subject=row.subject,
        severity=row.severity,
        message_zh=row.message_zh,
        message_en=row.message_en,
        measured=row.measured,
        limit=row.limit,
        unit=row.unit,
        fingerprint=row.fingerprint,
        muted=row.muted,
        visit_id=row.visit_id,
    )


def facts_of(session: Session, visit_id: int) -> Mapping[str, Any]:
    """Return a visit's facts and gaps as `catalogue.dump` wrote them, or {}."""
    stored = session.scalar(
        select(Judgement.facts)
        .join(Visit, Visit.judgement_id == Judgement.id)
        .where(Visit.id == visit_id)
    )
    return unpack_facts(stored) if stored else {}


def facts_of_round(session: Session, round_id: int) -> dict[int, Mapping[str, Any]]:
    """Return the facts of every visit of a round, by visit."""
    rows = session.execute(
        select(Visit.id, Judgement.facts)
        .join(Judgement, Judgement.id == Visit.judgement_id)
        .where(Visit.round_id == round_id)
    )
    return {visit_id: unpack_facts(facts) for visit_id, facts in rows}
