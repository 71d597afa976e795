"""An abnormality is followed from the round that found it to the round without it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Condition, Visit
from opsdesk.inspections.verdict import Verdict
from probes.finding import Finding, fingerprint


def update(session: Session, visit: Visit, verdict: Verdict, *, at: datetime) -> None:
    """Open, renew and close the conditions of one server after a visit.

    A condition closes only when its probe was read in this visit and no longer
    complains: no data is never a recovery.
    """
    standing = _open_of(session, visit.server)
    for finding in verdict.findings:
        mark = fingerprint(visit.server, finding.probe, finding.subject)
        condition = standing.pop(mark, None)
        if condition is None:
            session.add(_opened(visit, finding, mark, at))
        else:
            _renew(condition, finding, visit, at)
    for condition in standing.values():
        if condition.probe in verdict.answered:
            condition.closed_at = at
            condition.closed_visit_id = visit.id


def _open_of(session: Session, server: str) -> dict[str, Condition]:
    rows = session.scalars(
        select(Condition).where(
            Condition.closed_at.is_(None), Condition.server == server
        )
    )
    return {row.fingerprint: row for row in rows}


def _opened(visit: Visit, finding: Finding, mark: str, at: datetime) -> Condition:
    return Condition(
        fingerprint=mark,
        server=visit.server,
        probe=finding.probe,
        subject=finding.subject,
        severity=finding.severity.value,
        message_zh=finding.message.zh,
        message_en=finding.message.en,
        opened_at=at,
        opened_visit_id=visit.id,
        seen_at=at,
        seen_visit_id=visit.id,
        times=1,
    )


def _renew(condition: Condition, finding: Finding, visit: Visit, at: datetime) -> None:
    condition.severity = finding.severity.value
    condition.message_zh = finding.message.zh
    condition.message_en = finding.message.en
    condition.seen_at = at
    condition.seen_visit_id = visit.id
    condition.times += 1
