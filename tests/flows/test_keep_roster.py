"""Absence and a missing hand-over reach whom they concern, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.outbox.models import Kind, Notice, Urgency
from opsdesk.flows import keep_roster
from opsdesk.flows.hand_over import circumstances
from opsdesk.people.handover.operations import Ending, start
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.operations import attending, swapping
from opsdesk.people.roster.queries import duties
from tests.factories.people import a_person
from tests.factories.roster import BEFORE, DAY, ZONE, clock, on, the_turns
from tests.factories.settings import some_settings


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    """Give a desk with a day shift, a night shift and a lead."""
    settings = some_settings(tmp_path)
    with database.unit() as session:
        day, night = the_turns()
        on(session, a_person(session, "eng0"), day)
        on(session, a_person(session, "eng1"), day, Post.BACKUP)
        on(session, a_person(session, "eng2"), night)
        a_person(session, "lead", Role.LEAD)
    return Desk(
        settings=settings, database=database, store=Store(tmp_path / "var" / "files")
    )


def told(desk: Desk, kind: Kind) -> list[tuple[str, Urgency]]:
    with desk.database.reading() as session:
        found = session.scalars(select(Notice).where(Notice.kind == kind))
        return sorted((one.recipient, one.urgency) for one in found)


def arrive(desk: Desk, username: str) -> None:
    with desk.database.unit() as session:
        person = person_named(session, username)
        for row in duties(session, DAY, DAY):
            if row.username == username:
                attending.arrive(session, row.id, by=person, at=row.starts_at)


def test_an_absence_is_told_to_the_crew_and_the_lead_once(desk: Desk) -> None:
    arrive(desk, "eng1")
    assert keep_roster.sweep(desk, at=clock(8, 14)) == 0
    assert keep_roster.sweep(desk, at=clock(8, 16)) == 3
    assert keep_roster.sweep(desk, at=clock(8, 17)) == 0
    assert told(desk, Kind.DUTY_DUE) == [
        ("eng0", Urgency.NOW),
        ("eng1", Urgency.NOW),
        ("lead", Urgency.NOW),
    ]


def test_whoever_signed_in_is_left_in_peace(desk: Desk) -> None:
    arrive(desk, "eng0")
    arrive(desk, "eng1")
    assert keep_roster.sweep(desk, at=clock(8, 16)) == 0


def test_a_missing_hand_over_is_told_to_both_crews_and_then_to_the_lead(
    desk: Desk,
) -> None:
    for name in ("eng0", "eng1", "eng2"):
        arrive(desk, name)
    keep_roster.sweep(desk, at=clock(20, 1))
    crews = [(name, Urgency.NORMAL) for name in ("eng0", "eng1", "eng2")]
    assert told(desk, Kind.HANDOVER_DUE) == crews
    keep_roster.sweep(desk, at=clock(20, 16))
    late = {one for one in told(desk, Kind.HANDOVER_DUE) if one[1] is Urgency.NOW}
    assert ("lead", Urgency.NOW) in late


def test_a_hand_over_that_was_begun_is_not_asked_for(desk: Desk) -> None:
    for name in ("eng0", "eng1", "eng2"):
        arrive(desk, name)
    with desk.database.unit() as session:
        standing = circumstances(session, desk, at=clock(19, 50))
        assert [line.zh for line in standing.rounds] == ["早巡检", "午巡检", "晚巡检"]
        start(
            session,
            Ending(the_turns()[0], "夜班", ZONE),
            standing,
            by=person_named(session, "eng0"),
            at=clock(19, 50),
        )
    assert keep_roster.sweep(desk, at=clock(20, 30)) == 0


def test_a_swap_tells_the_other_one_then_the_lead_then_both(desk: Desk) -> None:
    with desk.database.unit() as session:
        giver, taker = (person_named(session, name) for name in ("eng0", "eng2"))
        mine = duties(session, DAY, DAY)[0]
        swap = swapping.ask(session, mine.id, to=taker, by=giver, at=BEFORE)
    assert told(desk, Kind.SWAP_ASKED) == [("eng2", Urgency.NORMAL)]
    with desk.database.unit() as session:
        swapping.agree(session, swap.id, by=person_named(session, "eng2"), at=BEFORE)
    assert told(desk, Kind.SWAP_ASKED) == [
        ("eng2", Urgency.NORMAL),
        ("lead", Urgency.NORMAL),
    ]
