"""Handing over: two names under one text, never the same, never in a major fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.people.handover import operations
from opsdesk.people.handover.models import Handover, HandoverState
from opsdesk.people.handover.operations import Changed, Ending, NotTwice
from opsdesk.people.handover.queries import Circumstances, Line, by_number, due, log
from opsdesk.people.models import Person
from opsdesk.people.roster.shifts import Turn
from tests.factories.people import a_person
from tests.factories.roster import ZONE, clock, on, the_turns

FAULT = Line("INC-20261124-0001", "数据库不可用", "the database is down", "处理中")


@dataclass
class Desk:
    session: Session
    leaving: Person
    coming: Person
    turn: Turn = field(default_factory=lambda: the_turns()[0])

    def start(self, at: datetime | None = None) -> Handover:
        return operations.start(
            self.session,
            Ending(self.turn, "夜班", ZONE),
            Circumstances(),
            by=self.leaving,
            at=at or clock(19, 50),
        )

    def write(self, row: Handover, text: str = "全部正常") -> None:
        operations.write(
            self.session,
            row.number,
            {"system_state": text},
            version=row.version,
            by=self.leaving,
            at=clock(19, 52),
        )

    def give(self, row: Handover, standing: Circumstances | None = None) -> None:
        operations.give(
            self.session,
            row.number,
            standing or Circumstances(),
            version=row.version,
            by=self.leaving,
            at=clock(19, 55),
        )

    def take(
        self,
        row: Handover,
        by: Person | None = None,
        at: datetime | None = None,
        sha256: str | None = None,
    ) -> None:
        operations.take(
            self.session,
            row.number,
            sha256=row.content_sha256 if sha256 is None else sha256,
            by=by or self.coming,
            at=at or clock(20),
        )


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Give a day shift that ends and a night shift that begins."""
    with database.unit() as session:
        leaving, coming = a_person(session, "eng0"), a_person(session, "eng1")
        day, night = the_turns()
        on(session, leaving, day)
        on(session, coming, night)
        yield Desk(session, leaving, coming)


@pytest.fixture
def given(desk: Desk) -> Handover:
    """Give a hand-over with the first name under it."""
    row = desk.start()
    desk.write(row)
    desk.give(row, Circumstances(open_tickets=(FAULT,)))
    return row


def test_a_hand_over_carries_both_names_and_what_stood_then(
    desk: Desk, given: Handover
) -> None:
    desk.take(given)
    found = by_number(desk.session, "JJ-20261124-2000")
    assert (found.given_name, found.taken_name) == ("值班eng0", "值班eng1")
    assert found.circumstances.open_tickets == (FAULT,)
    assert found.late_by(clock(23)) is None


def test_the_same_person_cannot_give_and_take(desk: Desk, given: Handover) -> None:
    with pytest.raises(NotTwice):
        desk.take(given, by=desk.leaving)
    assert given.state is HandoverState.GIVEN


def test_nobody_takes_over_before_the_other_has_signed(desk: Desk) -> None:
    row = desk.start()
    desk.write(row)
    with pytest.raises(RefusedInWords):
        desk.take(row)


def test_nobody_hands_over_while_a_major_fault_is_worked_on(desk: Desk) -> None:
    row = desk.start()
    desk.write(row)
    with pytest.raises(RefusedInWords, match="INC-20261124-0001"):
        desk.give(row, Circumstances(blocks=(FAULT,)))
    assert row.system_state == "全部正常"


def test_an_empty_hand_over_is_not_signed(desk: Desk) -> None:
    with pytest.raises(RefusedInWords):
        desk.give(desk.start())


def test_what_was_signed_cannot_be_written_on(desk: Desk, given: Handover) -> None:
    with pytest.raises(RefusedInWords):
        desk.write(given, "其实不正常")
    assert given.system_state == "全部正常"


def test_sending_back_takes_the_first_name_off_and_voids_what_was_read(
    desk: Desk, given: Handover
) -> None:
    seen = given.content_sha256
    operations.reopen(
        desk.session, given.number, "漏写了告警", by=desk.coming, at=clock(19, 58)
    )
    assert given.given_by == ""
    desk.write(given, "有一次告警")
    desk.give(given)
    with pytest.raises(Changed):
        desk.take(given, sha256=seen)
    desk.take(given)


def test_two_people_who_begin_at_once_write_one_record(desk: Desk) -> None:
    first, second = desk.start(), desk.start()
    assert first.id == second.id


def test_a_text_saved_by_another_meanwhile_is_not_overwritten(desk: Desk) -> None:
    row = desk.start()
    version = row.version
    desk.write(row, "第一份")
    with pytest.raises(Changed):
        operations.write(
            desk.session,
            row.number,
            {"system_state": "第二份"},
            version=version,
            by=desk.coming,
            at=clock(19, 53),
        )
    assert row.system_state == "第一份"


def test_whoever_takes_over_is_on_post(desk: Desk, given: Handover) -> None:
    desk.take(given)
    from opsdesk.people.roster.queries import on_duty  # noqa: PLC0415

    assert on_duty(desk.session, clock(20))[0].arrived_at == clock(20)


def test_a_late_hand_over_says_how_late_also_before_it_is_taken(
    desk: Desk, given: Handover
) -> None:
    waiting = by_number(desk.session, given.number)
    assert waiting.late_by(clock(20, 15)) is None
    assert waiting.late_by(clock(20, 40)) == timedelta(minutes=40)
    desk.take(given, at=clock(20, 35))
    taken = log(desk.session)[0]
    assert taken.late_by(clock(23)) == timedelta(minutes=35)


def test_a_manned_shift_is_due_for_hand_over_until_somebody_begins(desk: Desk) -> None:
    turns = the_turns(2)
    assert due(desk.session, turns, clock(17, 59)) == ()
    found = due(desk.session, turns, clock(18))
    assert [one.turn.shift for one in found] == ["白班"]
    assert found[0].late_by(clock(21)) == timedelta(hours=1)
    desk.start()
    assert due(desk.session, turns, clock(19)) == ()
