"""Baselines and configuration audits as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.assets.models import (
    AuditOutcome,
    AuditRow,
    Baseline,
    ConfigurationAudit,
)
from opsdesk.assets.queries.history import digest, view_of

_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineView:
    """One baseline."""

    id: int
    name: str
    kind: str
    reference: str
    at: datetime
    by: str
    revision_id: int
    items: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """One audit; `accuracy` is consistent of judged, None before the first look."""

    id: int
    name: str
    day: date
    scope: str
    baseline: str
    population: int
    sampled: int
    judged: int
    by_outcome: Mapping[AuditOutcome, int]
    begun_by: str
    begun_at: datetime
    conclusion: str
    closed_by: str
    closed_at: datetime | None

    @property
    def consistent(self) -> int:
        return self.by_outcome.get(AuditOutcome.CONSISTENT, 0)

    @property
    def accuracy(self) -> float | None:
        return self.consistent / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRowView:
    """One look."""

    id: int
    code: str
    name: str
    mandatory: bool
    outcome: AuditOutcome | None
    note: str
    by: str
    at: datetime | None


def baselines(session: Session) -> list[BaselineView]:
    """Return the newest baselines."""
    rows = session.scalars(select(Baseline).order_by(Baseline.id.desc()).limit(_MOST))
    return [_baseline(row) for row in rows]


def baseline(session: Session, baseline_id: int) -> BaselineView | None:
    """Return one baseline."""
    row = session.get(Baseline, baseline_id)
    return None if row is None else _baseline(row)


def is_intact(session: Session, kept: BaselineView) -> bool:
    """Tell whether the revisions still give what the baseline's hash says."""
    return digest(view_of(session, kept.revision_id)) == kept.sha256


def _baseline(row: Baseline) -> BaselineView:
    return BaselineView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        reference=row.reference,
        at=row.at,
        by=row.by,
        revision_id=row.revision_id,
        items=row.items,
        sha256=row.sha256,
    )


def audits(session: Session, *, only: int | None = None) -> list[AuditView]:
    """Return the newest audits with their figures, or one of them."""
    query = (
        select(ConfigurationAudit, Baseline.name)
        .outerjoin(Baseline, Baseline.id == ConfigurationAudit.baseline_id)
        .order_by(ConfigurationAudit.id.desc())
        .limit(_MOST)
    )
    if only is not None:
        query = query.where(ConfigurationAudit.id == only)
    found = session.execute(query).all()
    figures: dict[int, dict[AuditOutcome | None, int]] = {}
    counted = session.execute(
        select(AuditRow.audit_id, AuditRow.outcome, func.count())
        .where(AuditRow.audit_id.in_([row.id for row, _ in found]))
        .group_by(AuditRow.audit_id, AuditRow.outcome)
    )
    for audit_id, outcome, number in counted:
        figures.setdefault(audit_id, {})[outcome] = number
    return [_audit(row, name or "", figures.get(row.id, {})) for row, name in found]


def _audit(
    row: ConfigurationAudit,
    baseline_name: str,
    figures: Mapping[AuditOutcome | None, int],
) -> AuditView:
    by_outcome = {key: number for key, number in figures.items() if key is not None}
    beside = by_outcome.get(AuditOutcome.NOT_RECORDED, 0)
    return AuditView(
        id=row.id,
        name=row.name,
        day=row.day,
        scope=row.scope,
        baseline=baseline_name,
        population=row.population,
        sampled=sum(figures.values()) - beside,
        judged=sum(by_outcome.values()) - beside,
        by_outcome=by_outcome,
        begun_by=row.begun_by,
        begun_at=row.begun_at,
        conclusion=row.conclusion,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )


def rows_of(session: Session, audit_id: int) -> list[AuditRowView]:
    """Return the looks of an audit, those to come first."""
    query = (
        select(AuditRow)
        .where(AuditRow.audit_id == audit_id)
        .order_by(AuditRow.outcome.is_not(None), AuditRow.code)
    )
    return [
        AuditRowView(
            id=row.id,
            code=row.code,
            name=row.name,
            mandatory=row.mandatory,
            outcome=row.outcome,
            note=row.note,
            by=row.by,
            at=row.at,
        )
        for row in session.scalars(query)
    ]
