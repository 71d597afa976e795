"""An abnormality is followed from the round that found it to the round without it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy import update as change
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Condition, Visit
from opsdesk.inspections.verdict import Verdict
from probes.finding import Finding, fingerprint

_OPEN = select(Condition.fingerprint, Condition.id, Condition.probe).where(
    Condition.closed_at.is_(None), Condition.server == bindparam("of")
)
_ADD = insert(Condition)
_RENEW = (
    change(Condition)
    .where(Condition.id == bindparam("key"))
    .values(times=Condition.times + 1)
)
_CLOSE = change(Condition).where(Condition.id == bindparam("key"))


def update(session: Session, visit: Visit, verdict: Verdict, *, at: datetime) -> None:
    """Open, renew and close the conditions of one server after a visit.

    A condition closes only when its probe was read in this visit and no longer
    complains: no data is never a recovery.
    """
    connection = session.connection()
    rows = connection.execute(_OPEN, {"of": visit.server})
    standing = {mark: (key, probe) for mark, key, probe in rows}
    opened, renewed = list[dict[str, object]](), list[dict[str, object]]()
    for finding in verdict.findings:
        mark = fingerprint(visit.server, finding.probe, finding.subject)
        known = standing.pop(mark, None)
        if known is None:
            opened.append(_opened(visit, finding, mark, at))
        else:
            renewed.append({"key": known[0], **_seen(finding, visit, at)})
    closed = [
        {"key": key, "closed_at": at, "closed_visit_id": visit.id}
        for key, probe in standing.values()
        if probe in verdict.answered
    ]
    for statement, values in (_ADD, opened), (_RENEW, renewed), (_CLOSE, closed):
        if values:
            connection.execute(statement, values)


def _opened(
    visit: Visit, finding: Finding, mark: str, at: datetime
) -> dict[str, object]:
    return {
        "fingerprint": mark,
        "server": visit.server,
        "probe": finding.probe,
        "subject": finding.subject,
        "opened_at": at,
        "opened_visit_id": visit.id,
        "times": 1,
        **_seen(finding, visit, at),
    }


def _seen(finding: Finding, visit: Visit, at: datetime) -> dict[str, object]:
    return {
        "severity": finding.severity.value,
        "message_zh": finding.message.zh,
        "message_en": finding.message.en,
        "seen_at": at,
        "seen_visit_id": visit.id,
    }
