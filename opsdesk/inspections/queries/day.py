"""One local day of rounds as paper and screens want it: frozen, nothing left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import Round, Signature, Slot, Status
from opsdesk.inspections.queries import review
from opsdesk.inspections.queries.day_items import abnormal_items
from opsdesk.inspections.queries.rounds import (
    RoundView,
    VisitView,
    facts_of_round,
    view,
)
from opsdesk.inspections.summary import (
    DayChange,
    DaySummary,
    ReplySummary,
    RoundSummary,
    ServerDay,
    Signed,
    VisitSummary,
)
from probes.finding import State
from probes.reply import ReplyStatus
from probes.server import Kind, Server
from probes.transcript import Outcome

SLOTS = (Slot.MORNING, Slot.NOON, Slot.EVENING)


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
        rounds=_rounds(views, signatures, names),
        servers=_servers(session, views, servers),
        items=abnormal_items(session, views, names),
        changes=_changes(earlier, views),
        compared_with=earlier.number if earlier else "",
        reviewer=_signed(reviewer),
    )


def _rounds(
    views: Sequence[RoundView],
    signatures: Iterable[Signature],
    names: Mapping[str, str],
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
    named = [replace(v, asked_by=names.get(v.asked_by, v.asked_by)) for v in adhoc]
    return (*summaries, *named)


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
