"""One local day of rounds as paper and screens want it: frozen, nothing left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Condition, Round, Signature, Slot, Status
from opsdesk.inspections.queries import review
from opsdesk.inspections.queries.rounds import (
    FindingView,
    RoundView,
    VisitView,
    facts_of_round,
    view,
)
from opsdesk.inspections.summary import (
    AbnormalItem,
    AcknowledgementSummary,
    DayChange,
    DaySummary,
    ExplanationSummary,
    ReplySummary,
    RoundSummary,
    ServerDay,
    Signed,
    VisitSummary,
)
from probes.finding import Severity, State, Words
from probes.reply import ReplyStatus
from probes.server import Kind, Server
from probes.transcript import Outcome

SLOTS = (Slot.MORNING, Slot.NOON, Slot.EVENING)
_SILENT = Words("没有完整应答：{why}", "No full answer: {why}")


def day_summary(
    session: Session,
    day: date,
    *,
    zone: ZoneInfo,
    servers: Sequence[Server],
    names: Mapping[str, str],
) -> DaySummary:
    """Return the day. `servers`: as configured; `names`: person's name by account."""
    rows = review.rounds_of(session, day)
    views = [view(session, row) for row in rows]
    signatures = review.signatures_of(session, day)
    earlier = _round_before(session, day)
    reviewer = next((s for s in signatures if s.part == "reviewer"), None)
    return DaySummary(
        day=day,
        zone=str(zone),
        rounds=_rounds(views, signatures),
        servers=_servers(session, views, servers),
        items=_items(session, views, names),
        changes=_changes(earlier, views),
        compared_with=earlier.number if earlier else "",
        reviewer=_signed(reviewer),
    )


def _rounds(
    views: Sequence[RoundView], signatures: Iterable[Signature]
) -> tuple[RoundSummary, ...]:
    by_round = {s.round_id: s for s in signatures if s.round_id is not None}
    scheduled = {v.slot: v for v in views if v.slot != Slot.ADHOC.value}
    summaries = [
        _round(scheduled[slot], by_round)
        if slot in scheduled
        else RoundSummary(slot=slot, status=Status.DUE)
        for slot in SLOTS
    ]
    adhoc = [_round(v, by_round) for v in views if v.slot == Slot.ADHOC.value]
    return (*summaries, *adhoc)


def _round(row: RoundView, signatures: Mapping[int, Signature]) -> RoundSummary:
    return RoundSummary(
        slot=Slot(row.slot),
        status=Status(row.status),
        number=row.number,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        late=row.late,
        reason=row.reason,
        suspect=row.suspect,
        asked_by=row.asked_by,
        inspector=_signed(signatures.get(row.id)),
    )


def _signed(row: Signature | None) -> Signed | None:
    if row is None:
        return None
    return Signed(
        name=row.name,
        at=row.at,
        snapshot_sha256=row.snapshot_sha256,
        opinion=row.opinion,
    )


def _servers(
    session: Session, views: Sequence[RoundView], configured: Sequence[Server]
) -> tuple[ServerDay, ...]:
    visits: dict[str, list[VisitSummary]] = {}
    remembered: dict[str, VisitView] = {}
    for round_ in views:
        facts = facts_of_round(session, round_.id)
        for visit in round_.visits:
            remembered[visit.server] = visit
            summary = _visit(round_, visit, facts.get(visit.id, {}))
            visits.setdefault(visit.server, []).append(summary)
    known = [(s.name, s.kind, s.zone, s.address) for s in configured]
    names = {server.name for server in configured}
    gone = [
        (name, _kind(visit.kind), visit.zone, visit.address)
        for name, visit in remembered.items()
        if name not in names
    ]
    return tuple(
        ServerDay(
            name=name,
            kind=kind,
            zone=zone,
            address=address,
            visits=tuple(visits.get(name, ())),
        )
        for name, kind, zone, address in (*known, *gone)
    )


def _kind(value: str) -> Kind:
    return Kind(value) if value in set(Kind) else Kind.OTHER


def _visit(
    round_: RoundView, visit: VisitView, facts: Mapping[str, object]
) -> VisitSummary:
    return VisitSummary(
        round_number=round_.number,
        slot=Slot(round_.slot),
        outcome=Outcome(visit.outcome) if visit.outcome else None,
        state=State(visit.state) if visit.state else State.UNKNOWN,
        detail=visit.detail,
        took_ms=visit.took_ms,
        clock_offset_ms=visit.clock_offset_ms,
        cells={probe: State(state) for probe, state in visit.cells.items()},
        replies=_replies(facts),
    )


def _replies(facts: Mapping[str, object]) -> tuple[ReplySummary, ...]:
    read, gaps = facts.get("facts"), facts.get("gaps")
    replies = []
    if isinstance(read, Mapping):
        for probe, value in read.items():
            replies.append(
                ReplySummary(probe=probe, status=ReplyStatus.READ, facts=value)
            )
    if isinstance(gaps, Mapping):
        for probe, gap in gaps.items():
            replies.append(
                ReplySummary(
                    probe=probe,
                    status=ReplyStatus(gap["status"]),
                    reason=gap.get("reason", ""),
                )
            )
    return tuple(replies)


def _items(
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
    opened = _opened(session, list(found))
    items = [
        *(_silent_item(rows, views, explained) for rows in silent.values()),
        *(
            _finding_item(rows, views, explained, known, opened)
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
    opened: Mapping[str, datetime],
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
        first_seen=opened.get(finding.fingerprint),
        seen_in=tuple(Slot(round_.slot) for round_, _ in rows),
        muted=finding.muted,
        explanations=explained.get(finding.fingerprint, ()),
        acknowledgement=known.get(finding.fingerprint),
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


def _round_before(session: Session, day: date) -> RoundView | None:
    row = session.scalar(
        select(Round)
        .where(Round.day < day, Round.day >= day - timedelta(days=7))
        .where(Round.ended_at.is_not(None), Round.slot != Slot.ADHOC)
        .order_by(Round.id.desc())
        .limit(1)
    )
    return view(session, row) if row is not None else None


def _changes(
    earlier: RoundView | None, views: Sequence[RoundView]
) -> tuple[DayChange, ...]:
    latest = next((v for v in reversed(views) if v.ended_at is not None), None)
    if earlier is None or latest is None:
        return ()
    before = {visit.server: visit.state for visit in earlier.visits}
    return tuple(
        DayChange(
            server=visit.server,
            before=State(before[visit.server] or State.UNKNOWN),
            after=State(visit.state or State.UNKNOWN),
        )
        for visit in latest.visits
        if visit.server in before and before[visit.server] != visit.state
    )
