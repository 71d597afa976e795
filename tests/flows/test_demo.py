"""The made-up month is played by the desk's own rules, and leaves nothing half done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opsdesk.core import settings
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows.demo.fill import begin, enter, moments_of
from opsdesk.flows.demo.fleet import config
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Duty
from opsdesk.responses.models import DrillSlot, Run, RunEvent, RunTicket
from opsdesk.tickets.models import (
    ApprovalRound,
    ApprovalStep,
    Kind,
    Ticket,
    TicketEvent,
)

pytestmark = pytest.mark.xdist_group("demo")

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Give a desk after the demonstration's month, without its rounds and papers."""
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "config.yaml"
    path.write_text(config(), encoding="utf-8")
    shutil.copyfile(sqlite_template, folder / "desk.db")
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    desk = Desk(settings.load(path, environ={}), database, Store(folder / "files"))
    moments = moments_of(desk, NOW, 30)
    enter(desk, moments[0].at)
    begin(desk, moments, at=NOW).until(NOW)
    yield desk
    database.dispose()


def test_every_register_of_the_demonstration_has_records_and_most_are_closed(
    played: Desk,
) -> None:
    with played.database.reading() as session:
        found = session.execute(
            select(Ticket.kind, func.count()).group_by(Ticket.kind)
        ).all()
        closed = session.scalar(select(func.count()).where(Ticket.state == "closed"))
        roles = set(session.scalars(select(Person.role)))
        duties = session.scalar(select(func.count()).select_from(Duty))
    counted = {row.kind: row[1] for row in found}
    assert set(counted) == set(Kind)
    assert counted[Kind.INCIDENT] + counted[Kind.REQUEST] >= 60
    assert sum(counted.values()) - 15 < (closed or 0) < sum(counted.values())
    assert roles == set(Role)
    assert duties


def test_the_demonstration_shows_faults_in_time_and_too_late(played: Desk) -> None:
    query = select(Ticket.result).where(Ticket.kind == Kind.INCIDENT, ~Ticket.is_open)
    with played.database.reading() as session:
        results = [one for one in session.scalars(query) if one]
    met = [one["clocks"]["restored"]["met"] for one in results]
    assert len(met) > met.count(True) > len(met) * 0.8


def test_nothing_of_the_demonstration_happens_after_it_is_made(played: Desk) -> None:
    with played.database.reading() as session:
        latest = session.scalar(select(func.max(TicketEvent.at)))
    assert latest is not None
    assert latest <= NOW


def test_nobody_in_the_demonstration_signs_what_he_asked_for(played: Desk) -> None:
    query = select(ApprovalStep.by, ApprovalRound.asked_by).join(
        ApprovalRound, ApprovalRound.id == ApprovalStep.round_id
    )
    with played.database.reading() as session:
        signed = session.execute(query.where(ApprovalStep.agreed.is_(True))).all()
    assert len(signed) >= 6
    assert [pair for pair in signed if pair[0] == pair[1]] == []


def test_the_demonstration_has_a_drill_year_two_signed_drills_and_an_emergency(
    played: Desk,
) -> None:
    with played.database.reading() as session:
        slots = session.scalars(select(DrillSlot)).all()
        runs = session.scalars(select(Run).order_by(Run.id)).all()
        events = session.scalar(select(func.max(RunEvent.at)))
        items = session.scalars(select(RunTicket)).all()
    assert len(slots) == 12
    assert len({one.plan for one in slots}) == 7
    found = sorted((one.purpose.value, one.state.value) for one in runs)
    assert found == [("drill", "signed"), ("drill", "signed"), ("emergency", "review")]
    assert sum(one.run_id is not None for one in slots) == 1
    assert len(items) == 1
    assert events is not None
    assert events <= NOW
