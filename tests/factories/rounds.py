"""Rounds, visits and verdicts, as a test needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from opsdesk.inspections.models import Round, Slot, Visit
from opsdesk.inspections.operations import rounds, visits
from opsdesk.inspections.queries.running import pending_visits
from opsdesk.inspections.verdict import Heard, Verdict
from probes.finding import Finding, Severity, State, Words
from probes.server import Kind, Server
from probes.transcript import Outcome

AT = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)  # 08:00 where the desk stands
DAY = date(2026, 11, 22)


def server(name: str = "db-1", **more: object) -> Server:
    """Return a server."""
    fields: dict[str, object] = {
        "name": name,
        "kind": Kind.CLASS_1_DATABASE,
        "zone": "private",
        "address": "10.1.0.11",
    }
    return Server(**{**fields, **more})  # type: ignore[arg-type]


def plan(*names: str, slot: Slot = Slot.MORNING, day: date = DAY) -> rounds.Plan:
    """Return a plan over servers of these names."""
    servers = [server(name) for name in names or ("db-1",)]
    return rounds.Plan(day=day, slot=slot, servers=servers, by="scheduler", due_at=AT)


def finding(
    probe: str = "filesystems",
    subject: str = "/data",
    severity: Severity = Severity.CRITICAL,
) -> Finding:
    """Return a finding."""
    return Finding(
        probe=probe,
        subject=subject,
        severity=severity,
        message=Words(f"{subject} 已用 97%", f"{subject} is 97% full"),
        measured=97,
        limit=90,
        unit="percent",
    )


def verdict(
    *findings: Finding,
    outcome: Outcome = Outcome.ANSWERED,
    answered: Sequence[str] = ("filesystems", "load"),
    facts: Mapping[str, object] | None = None,
    muted: Mapping[str, str] | None = None,
) -> Verdict:
    """Return a verdict with these findings."""
    state = State.ABNORMAL if findings else State.NORMAL
    return Verdict(
        outcome=outcome,
        state=state if outcome is Outcome.ANSWERED else State.UNREACHED,
        rules="r" * 64,
        boot_id="boot-1",
        clock_offset_ms=3,
        cells=dict.fromkeys(answered, State.NORMAL),
        readings={"load_one{}": 0.5},
        facts=facts or {"facts": {}, "gaps": {}},
        findings=findings,
        answered=frozenset(answered),
        muted=muted or {},
    )


def heard(visit: Visit, at: datetime = AT) -> Heard:
    """Return the wire's side of a visit."""
    return Heard(
        server=visit.server,
        began_at=at,
        took_ms=400,
        detail="",
        transcript_sha256="a" * 64,
        answer_sha256="b" * 64,
        host_key="SHA256:x",
        attempts=1,
    )


def judged_round(
    session: Session,
    verdicts: Mapping[str, Verdict],
    *,
    slot: Slot = Slot.MORNING,
    day: date = DAY,
    at: datetime = AT,
) -> Round:
    """Return a finished round with one verdict per server."""
    round_ = rounds.request(session, plan(*verdicts, slot=slot, day=day), at=at)
    assert round_ is not None
    assert rounds.claim(session, round_.id, runner="test:1:1", at=at)
    session.refresh(round_)
    for visit in pending_visits(session, round_.id):
        visits.record(session, visit, heard(visit, at), verdicts[visit.server], at=at)
    rounds.finish(session, round_.id, at=at, took_ms=900, suspect="")
    visits.count_states(session, round_)
    session.flush()
    return round_
