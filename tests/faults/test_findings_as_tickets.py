"""Findings and their incidents: one at a time, resolved once the probe is content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from opsdesk.core.audit_verify import verify
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.language import RefusedInWords
from opsdesk.flows import raise_incidents
from opsdesk.inspections.models import Slot, Visit
from opsdesk.inspections.queries.day import day_summary
from opsdesk.tickets.models import Attachment, Ticket, TicketEvent, What
from probes.finding import Severity
from tests.factories.rounds import AT, DAY, finding, judged_round, verdict
from tests.factories.settings import some_settings
from tests.factories.tickets import step
from tests.faults.at_once import at_once

MINUTE = timedelta(minutes=1)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(some_settings(tmp_path), database, Store(tmp_path / "files"))


def numbers(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Ticket.number)))


def inspected(desk: Desk, slot: Slot, *found: Any, minutes: int = 0) -> None:
    """Put a finished round of one server on record."""
    with desk.database.unit() as session:
        at = AT + minutes * MINUTE
        day = DAY + timedelta(days=minutes // 1440)
        judged_round(session, {"db-1": verdict(*found)}, slot=slot, at=at, day=day)
    _without_transcripts(desk)


def _without_transcripts(desk: Desk) -> None:
    with desk.database.unit() as session:
        for visit in session.scalars(select(Visit)):
            visit.transcript_sha256 = desk.store.put(b"transcript")


def test_a_finding_swept_by_two_schedulers_at_once_opens_one_incident(
    desk: Desk,
) -> None:
    inspected(desk, Slot.MORNING, finding())

    def sweep() -> None:
        raise_incidents.sweep(desk, at=AT + MINUTE)

    assert at_once(sweep, sweep, sweep) == [None, None, None]
    assert len(numbers(desk)) == 1
    with desk.database.reading() as session:
        assert len(session.scalars(select(Attachment)).all()) == 1


def test_a_finding_seen_again_is_a_note_and_only_a_green_check_lets_it_be_resolved(
    desk: Desk,
) -> None:
    inspected(desk, Slot.MORNING, finding())
    raise_incidents.sweep(desk, at=AT + MINUTE)
    inspected(desk, Slot.EVENING, finding(), minutes=720)
    for _ in range(2):
        raise_incidents.sweep(desk, at=AT + 721 * MINUTE)
    assert happened(desk).count(What.SEEN_AGAIN) == 1
    (number,) = numbers(desk)
    with pytest.raises(RefusedInWords, match="请先「复检」"):
        resolve(desk, number)
    inspected(desk, Slot.ADHOC, minutes=730)
    for _ in range(2):
        raise_incidents.sweep(desk, at=AT + 731 * MINUTE)
    assert happened(desk).count(What.CHECKED) == 1
    resolve(desk, number)
    with desk.database.reading() as session:
        assert session.scalars(select(Ticket.state)).all() == ["resolved"]
        assert verify(session).sound


def test_the_days_paper_names_the_incident_a_finding_had_open_that_day(
    desk: Desk,
) -> None:
    inspected(desk, Slot.MORNING, finding())
    raise_incidents.sweep(desk, at=AT + MINUTE)
    (number,) = numbers(desk)
    with desk.database.unit() as session:
        ended = {"is_open": False, "closed_at": AT + 60 * MINUTE}
        session.execute(update(Ticket).values(state="closed", **ended))
    inspected(desk, Slot.MORNING, finding(), minutes=3 * 1440)
    raise_incidents.sweep(desk, at=AT + (3 * 1440 + 1) * MINUTE)
    (_first, second) = numbers(desk)

    def named(days: int) -> list[str]:
        with desk.database.reading() as session:
            day = DAY + timedelta(days=days)
            summary = day_summary(session, day, zone=ZONE, servers=(), names={})
        return [item.ticket for item in summary.items]

    assert (named(0), named(3)) == ([number], [second])


def test_an_attention_that_becomes_critical_starts_the_clock_when_it_does(
    desk: Desk,
) -> None:
    inspected(desk, Slot.MORNING, finding(severity=Severity.WARNING))
    raise_incidents.sweep(desk, at=AT + MINUTE)
    assert numbers(desk) == []
    inspected(desk, Slot.EVENING, finding(), minutes=720)
    raise_incidents.sweep(desk, at=AT + 721 * MINUTE)
    with desk.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.began_at == AT + 720 * MINUTE
        assert ticket.module == "I类数据库服务器"


def happened(desk: Desk) -> Sequence[What]:
    with desk.database.reading() as session:
        return session.scalars(select(TicketEvent.what)).all()


def resolve(desk: Desk, number: str) -> None:
    with desk.database.unit() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        at = AT + 740 * MINUTE
        if ticket.state == "new":
            step(session, desk.settings, ticket, "respond", at=at)
        solved = {"cause": "甲", "solution": "乙"}
        step(session, desk.settings, ticket, "resolve", solved, at=at)
