"""Read and judge kept transcripts again; the verdicts of old stay beside the new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from opsdesk.core import audit, clock
from opsdesk.core.desk import Desk
from opsdesk.core.files import Damaged
from opsdesk.core.text import storable
from opsdesk.flows import judge_visit
from opsdesk.inspections.models import FindingRow, Judgement, Round, Status, Visit
from opsdesk.inspections.operations import conditions, review, visits
from opsdesk.inspections.queries.past import unpack_facts
from opsdesk.inspections.verdict import Verdict
from probes.finding import fingerprint
from probes.server import Kind, Server, Transport
from probes.transcript import Transcript, unpack

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is replayed: visits begun in `[since, until)`, of these servers (or all)."""

    since: datetime
    until: datetime
    servers: frozenset[str] = frozenset()
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one visit. `trouble` says why it could not be read again."""

    round: str
    server: str
    changed: bool
    before: str
    after: str
    new: tuple[str, ...] = ()  # messages that came
    gone: int = 0
    trouble: str = ""


def replay(desk: Desk, scope: Scope, *, by: str) -> Iterator[Replayed]:
    """Yield each visit of the scope, oldest first, judged by today's rules.

    Signed rounds are judged again as well: their signature vouches for what was
    known then, and the old judgement stays in the database.
    """
    for visit_id in _visits(desk, scope):
        try:
            with desk.database.unit() as session:
                replayed = _again(desk, session, visit_id, scope, by=by)
        except (OperationalError, InterfaceError):
            raise
        except Exception as bug:  # a mistake over one answer leaves the others theirs
            log.exception("replay.stumbled", visit=visit_id)
            replayed = _left_alone(desk, visit_id, bug)
        yield replayed


def _visits(desk: Desk, scope: Scope) -> Sequence[int]:
    query = (
        select(Visit.id)
        .where(
            Visit.began_at >= scope.since,
            Visit.began_at < scope.until,
            Visit.transcript_sha256.is_not(None),
        )
        .order_by(Visit.began_at, Visit.id)
    )
    if scope.servers:
        query = query.where(Visit.server.in_(scope.servers))
    with desk.database.reading() as session:
        return list(session.scalars(query))


def _again(
    desk: Desk, session: Session, visit_id: int, scope: Scope, *, by: str
) -> Replayed:
    visit = session.get_one(Visit, visit_id)
    round_ = session.get_one(Round, visit.round_id)
    old = session.get(Judgement, visit.judgement_id) if visit.judgement_id else None
    before = old.state if old else ""
    try:
        transcript = unpack(desk.store.get(visit.transcript_sha256 or ""))
    except (Damaged, ValueError) as error:
        return Replayed(
            round=round_.number,
            server=visit.server,
            changed=False,
            before=before,
            after=before,
            trouble=str(error),
        )
    server = _server(desk, visit)
    verdict = judge_visit.judge(session, server, transcript, at=transcript.began)
    known = _messages(session, visit)
    fresh = {
        fingerprint(visit.server, f.probe, f.subject): f.message.zh
        for f in verdict.findings
    }
    changed = fresh != known or _differs(old, verdict)
    if changed and not scope.dry_run:
        _write(session, visit, round_, verdict, transcript, by=by)
    return Replayed(
        round=round_.number,
        server=visit.server,
        changed=changed,
        before=before,
        after=verdict.state.value,
        new=tuple(text for mark, text in fresh.items() if mark not in known),
        gone=len(known.keys() - fresh.keys()),
    )


def _left_alone(desk: Desk, visit_id: int, why: Exception) -> Replayed:
    with desk.database.reading() as session:
        visit = session.get_one(Visit, visit_id)
        round_ = session.get_one(Round, visit.round_id)
        old = session.get(Judgement, visit.judgement_id) if visit.judgement_id else None
    state = old.state if old else ""
    return Replayed(
        round=round_.number,
        server=visit.server,
        changed=False,
        before=state,
        after=state,
        trouble=storable(f"{type(why).__name__}: {why}")[:300],
    )


def _server(desk: Desk, visit: Visit) -> Server:
    """Return the server as configured, or as the visit remembers one that has gone."""
    for server in desk.settings.servers:
        if server.name == visit.server:
            return server
    kind = Kind(visit.kind) if visit.kind in set(Kind) else Kind.OTHER
    return Server(
        name=visit.server,
        kind=kind,
        zone=visit.zone,
        address=visit.address,
        transport=Transport.NONE,
    )


def _messages(session: Session, visit: Visit) -> dict[str, str]:
    rows = session.execute(
        select(FindingRow.fingerprint, FindingRow.message_zh).where(
            FindingRow.judgement_id == visit.judgement_id
        )
    )
    return {row.fingerprint: row.message_zh for row in rows}


def _differs(old: Judgement | None, verdict: Verdict) -> bool:
    if old is None:
        return True
    facts = unpack_facts(old.facts)
    return (
        old.state != verdict.state.value
        or old.outcome != verdict.outcome.value
        or facts.get("gaps") != dict(verdict.facts).get("gaps")
    )


def _write(
    session: Session,
    visit: Visit,
    round_: Round,
    verdict: Verdict,
    transcript: Transcript,
    *,
    by: str,
) -> None:
    at = clock.now()
    visits.judge(session, visit, verdict, cause="replay", at=at)
    visits.count_states(session, round_)
    if _is_newest(session, visit):
        conditions.update(session, visit, verdict, at=transcript.began)
    session.flush()
    if round_.status in (Status.JUDGED, Status.REVIEWED):
        round_.version += 1  # whoever has it open to sign looks at something else
        review.settle(session, round_, at=at)
    audit.write(
        session,
        actor=by,
        action="visit.replayed",
        subject=f"{round_.number}/{visit.server}",
        at=at,
        detail={"state": verdict.state.value, "rules": verdict.rules},
    )


def _is_newest(session: Session, visit: Visit) -> bool:
    newer = select(Visit.id).where(
        Visit.server == visit.server, Visit.began_at > visit.began_at
    )
    return session.scalar(newer.limit(1)) is None
