"""The abnormalities of a day: each once, with every round that saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Condition, Slot, Status
from opsdesk.inspections.queries import review
from opsdesk.inspections.queries.rounds import FindingView, RoundView, VisitView
from opsdesk.inspections.summary import (
    AbnormalItem,
    AcknowledgementSummary,
    ExplanationSummary,
)
from opsdesk.tickets.models import Ticket
from probes.finding import Severity, State, Words
from probes.transcript import Outcome

_SILENT = Words("没有完整应答：{why}", "No full answer: {why}")


def abnormal_items(
    session: Session, views: Sequence[RoundView], names: Mapping[str, str]
) -> tuple[AbnormalItem, ...]:
    """Return every abnormality of the day once, critical first."""
    found: dict[str, list[tuple[RoundView, FindingView]]] = {}
    silent: dict[str, list[tuple[RoundView, VisitView]]] = {}
    for round_ in views:
        for visit in round_.visits:
            if round_.status == Status.MISSED.value:
                continue
            if visit.outcome not in {"answered", "partial"}:
                silent.setdefault(visit.server, []).append((round_, visit))
            for finding in visit.findings:
                found.setdefault(finding.fingerprint, []).append((round_, finding))
    explained = _explained(session, views, names)
    known = _acknowledged(session, views, names)
    past = _Past(_opened(session, list(found)), _tickets(session, list(found), views))
    items = [
        *(_silent_item(rows, views, explained) for rows in silent.values()),
        *(
            _finding_item(rows, views, explained, known, past)
            for rows in found.values()
        ),
    ]
    return tuple(sorted(items, key=_weight))


def _weight(item: AbnormalItem) -> tuple[int, str, str]:
    weights = {Severity.CRITICAL: 0, None: 1, Severity.WARNING: 2}
    return weights[item.severity], item.server, item.probe


def _explained(
    session: Session, views: Sequence[RoundView], names: Mapping[str, str]
) -> dict[str, tuple[ExplanationSummary, ...]]:
    notes: dict[str, tuple[ExplanationSummary, ...]] = {}
    for round_ in views:
        for item, row in review.explanations_of(session, round_.id).items():
            note = ExplanationSummary(
                slot=Slot(round_.slot),
                text=row.text,
                by=names.get(row.by, row.by),
                at=row.at,
            )
            notes[item] = (*notes.get(item, ()), note)
    return notes


def _acknowledged(
    session: Session, views: Sequence[RoundView], names: Mapping[str, str]
) -> dict[str, AcknowledgementSummary]:
    moments = [row.ended_at for row in views if row.ended_at is not None]
    if not moments:
        return {}
    rows = review.acknowledged(session, at=max(moments))
    return {
        mark: AcknowledgementSummary(
            reason=row.reason,
            by=names.get(row.by, row.by),
            at=row.at,
            until=row.until,
        )
        for mark, row in rows.items()
    }


def _opened(session: Session, marks: Sequence[str]) -> dict[str, datetime]:
    if not marks:
        return {}
    rows = session.execute(
        select(Condition.fingerprint, Condition.opened_at)
        .where(Condition.fingerprint.in_(marks))
        .order_by(Condition.opened_at)
    )
    return {row.fingerprint: row.opened_at for row in rows}


def _tickets(
    session: Session, marks: Sequence[str], views: Sequence[RoundView]
) -> dict[str, str]:
    """Return the number of the incident each finding had open on the day."""
    if not marks:
        return {}
    began = min(round_.started_at for round_ in views if round_.started_at)
    query = (
        select(Ticket.fingerprint, Ticket.number)
        .where(Ticket.fingerprint.in_(marks))
        .where(or_(Ticket.closed_at.is_(None), Ticket.closed_at >= began))
        .order_by(Ticket.id.desc())
    )
    return {str(row.fingerprint): row.number for row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class _Past:
    """By fingerprint: since when a finding stands, and the incident it has."""

    opened: Mapping[str, datetime]
    tickets: Mapping[str, str]


def _silent_item(
    rows: Sequence[tuple[RoundView, VisitView]],
    views: Sequence[RoundView],
    explained: Mapping[str, tuple[ExplanationSummary, ...]],
) -> AbnormalItem:
    first, visit = rows[0]
    key = review.visit_key(visit.server)
    why = visit.detail or visit.outcome or "-"
    recheck, at = _recheck(views, rows, visit.server)
    return AbnormalItem(
        item=key,
        server=visit.server,
        message=_SILENT.fill(why=why.replace("{", "(").replace("}", ")")),
        severity=None,
        first_seen=first.started_at,
        seen_in=tuple(Slot(round_.slot) for round_, _ in rows),
        explanations=explained.get(key, ()),
        standing=rows[-1][0] is _last_with(views, visit.server),
        recheck=recheck,
        recheck_at=at,
    )


def _finding_item(
    rows: Sequence[tuple[RoundView, FindingView]],
    views: Sequence[RoundView],
    explained: Mapping[str, tuple[ExplanationSummary, ...]],
    known: Mapping[str, AcknowledgementSummary],
    past: _Past,
) -> AbnormalItem:
    finding = rows[-1][1]
    recheck, at = _recheck(views, rows, finding.server)
    return AbnormalItem(
        item=finding.fingerprint,
        server=finding.server,
        message=Words(finding.message_zh, finding.message_en),
        severity=Severity(finding.severity),
        probe=finding.probe,
        subject=finding.subject,
        measured=finding.measured,
        limit=finding.limit,
        unit=finding.unit,
        first_seen=past.opened.get(finding.fingerprint),
        seen_in=tuple(Slot(round_.slot) for round_, _ in rows),
        muted=finding.muted,
        explanations=explained.get(finding.fingerprint, ()),
        acknowledgement=known.get(finding.fingerprint),
        ticket=past.tickets.get(finding.fingerprint, ""),
        standing=rows[-1][0] is _last_with(views, finding.server),
        recheck=recheck,
        recheck_at=at,
    )


def _last_with(views: Sequence[RoundView], server: str) -> RoundView | None:
    """Return the day's last round in which a server was asked."""
    for round_ in reversed(views):
        if any(v.server == server and v.outcome for v in round_.visits):
            return round_
    return None


def _recheck(
    views: Sequence[RoundView], rows: Sequence[tuple[RoundView, object]], server: str
) -> tuple[State | None, datetime | None]:
    """Return what the latest round after the first sighting said, and when."""
    first, last = rows[0][0], _last_with(views, server)
    if last is None or last is first:
        return None, None
    visit = next(v for v in last.visits if v.server == server)
    seen = any(round_ is last for round_, _ in rows)
    if not seen and visit.outcome == Outcome.ANSWERED.value:
        return State.NORMAL, visit.began_at
    return State(visit.state) if visit.state else State.UNKNOWN, visit.began_at
