"""Swaps need both and the lead; leave is decided by another; both name duties by id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Duty, LeaveState, Post, Swap, SwapState
from opsdesk.people.roster.operations import attending, planning, swapping
from opsdesk.people.roster.queries import open_swaps
from tests.factories.people import a_person
from tests.factories.roster import BEFORE, DAY, clock, on, the_turns


@dataclass
class Desk:
    session: Session
    one: Person
    other: Person
    stranger: Person
    lead: Person
    mine: Duty
    theirs: Duty

    def ask(self, *, in_return: bool = True) -> Swap:
        return swapping.ask(
            self.session,
            self.mine.id,
            to=self.other,
            in_return_id=self.theirs.id if in_return else None,
            by=self.one,
            at=BEFORE,
        )

    def agree(self, swap: Swap, by: Person | None = None) -> None:
        swapping.agree(self.session, swap.id, by=by or self.other, at=BEFORE)

    def decide(self, swap: Swap, by: Person | None = None) -> None:
        swapping.decide(
            self.session, swap.id, SwapState.DONE, by=by or self.lead, at=BEFORE
        )


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Give two people with a shift each, a third one and the lead."""
    with database.unit() as session:
        one, other, stranger = (a_person(session, f"eng{n}") for n in range(3))
        lead = a_person(session, "lead", Role.LEAD)
        day, night = the_turns()
        yield Desk(
            session,
            one,
            other,
            stranger,
            lead,
            mine=on(session, one, day),
            theirs=on(session, other, night),
        )


def test_a_swap_happens_once_both_and_the_lead_want_it(desk: Desk) -> None:
    swap = desk.ask()
    assert desk.mine.person_id == desk.one.id
    desk.agree(swap)
    assert desk.mine.person_id == desk.one.id
    desk.decide(swap)
    assert desk.mine.person_id == desk.other.id
    assert desk.theirs.person_id == desk.one.id
    assert open_swaps(desk.session) == ()


def test_a_duty_can_be_given_without_one_in_return(desk: Desk) -> None:
    swap = desk.ask(in_return=False)
    desk.agree(swap)
    desk.decide(swap)
    assert desk.mine.person_id == desk.other.id
    assert desk.theirs.person_id == desk.other.id


def test_the_lead_alone_swaps_nobody(desk: Desk) -> None:
    swap = desk.ask()
    with pytest.raises(RefusedInWords):
        desk.decide(swap)
    assert desk.mine.person_id == desk.one.id


def test_nobody_else_agrees_in_another_s_place(desk: Desk) -> None:
    swap = desk.ask()
    for who in (desk.one, desk.stranger, desk.lead):
        with pytest.raises(RefusedInWords):
            desk.agree(swap, by=who)
    assert swap.state is SwapState.ASKED


def test_only_a_lead_who_is_not_in_it_decides(desk: Desk) -> None:
    swap = desk.ask()
    desk.agree(swap)
    with pytest.raises(RefusedInWords):
        desk.decide(swap, by=desk.stranger)
    desk.other.role = Role.LEAD
    with pytest.raises(RefusedInWords):
        desk.decide(swap, by=desk.other)
    assert desk.mine.person_id == desk.one.id


def test_nobody_gives_away_a_duty_of_another(desk: Desk) -> None:
    with pytest.raises(RefusedInWords):
        swapping.ask(
            desk.session, desk.theirs.id, to=desk.stranger, by=desk.one, at=BEFORE
        )
    with pytest.raises(RefusedInWords):
        swapping.ask(
            desk.session,
            desk.mine.id,
            to=desk.stranger,
            in_return_id=desk.theirs.id,
            by=desk.one,
            at=BEFORE,
        )


def test_a_swap_of_a_duty_that_changed_hands_since_is_refused(desk: Desk) -> None:
    swap = desk.ask()
    desk.agree(swap)
    desk.mine.person_id = desk.stranger.id
    desk.session.flush()
    with pytest.raises(RefusedInWords, match="换了人"):
        desk.decide(swap)
    assert desk.theirs.person_id == desk.other.id


def test_a_swap_of_a_duty_that_was_taken_off_is_refused(desk: Desk) -> None:
    swap = desk.ask()
    desk.agree(swap)
    planning.remove(desk.session, desk.theirs.id, by="lead", at=BEFORE)
    with pytest.raises(RefusedInWords):
        desk.decide(swap)
    assert desk.mine.person_id == desk.one.id


def test_a_swap_that_would_put_somebody_twice_into_a_shift_is_refused(
    desk: Desk,
) -> None:
    on(desk.session, desk.other, the_turns()[0], Post.BACKUP)
    swap = desk.ask(in_return=False)
    desk.agree(swap)
    with pytest.raises(RefusedInWords):
        desk.decide(swap)


def test_a_shift_that_began_is_not_swapped_any_more(desk: Desk) -> None:
    swap = desk.ask()
    desk.agree(swap)
    with pytest.raises(RefusedInWords):
        swapping.decide(
            desk.session, swap.id, SwapState.DONE, by=desk.lead, at=clock(8)
        )


def test_either_of_the_two_calls_a_swap_off_and_nobody_else(desk: Desk) -> None:
    for who, state in (
        (desk.one, SwapState.WITHDRAWN),
        (desk.other, SwapState.REFUSED),
    ):
        swap = desk.ask()
        with pytest.raises(RefusedInWords):
            swapping.withdraw(desk.session, swap.id, by=desk.stranger, at=BEFORE)
        swapping.withdraw(desk.session, swap.id, by=who, at=BEFORE)
        assert swap.state is state
        with pytest.raises(RefusedInWords):
            desk.agree(swap)


def test_leave_is_decided_by_another_lead_and_once(desk: Desk) -> None:
    leave = attending.ask_leave(desk.session, DAY, DAY, "", by=desk.lead, at=BEFORE)
    with pytest.raises(RefusedInWords):
        attending.decide_leave(
            desk.session, leave.id, LeaveState.GRANTED, by=desk.lead, at=BEFORE
        )
    second = a_person(desk.session, "lead2", Role.LEAD)
    attending.decide_leave(
        desk.session, leave.id, LeaveState.REFUSED, by=second, at=BEFORE
    )
    with pytest.raises(RefusedInWords):
        attending.decide_leave(
            desk.session, leave.id, LeaveState.GRANTED, by=second, at=BEFORE
        )
    assert leave.state is LeaveState.REFUSED


def test_only_the_person_away_takes_leave_back(desk: Desk) -> None:
    leave = attending.ask_leave(desk.session, DAY, DAY, "", by=desk.one, at=BEFORE)
    with pytest.raises(RefusedInWords):
        attending.withdraw_leave(desk.session, leave.id, by=desk.other, at=BEFORE)
    attending.withdraw_leave(desk.session, leave.id, by=desk.one, at=BEFORE)
    assert leave.state is LeaveState.WITHDRAWN
