"""Signed by several, each as a part, over exactly what they saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsdesk.core.errors import Forbidden, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.responses.operations import noting, reviewing, roles
from opsdesk.responses.operations.noting import Note
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import RunState
from opsdesk.responses.wording import Signing
from runbooks.plan import Clock, Part
from tests.factories.people import a_person
from tests.factories.tickets import COLLEAGUE, CUSTOMER, ENGINEER, LEAD, SYSTEM, Hand
from tests.opsdesk.responses.stage import EVALUATOR, SCRIBE, Stage


def test_the_first_signature_wants_summary_notes_evaluation_and_attendance(
    stage: Stage,
) -> None:
    stage.start()
    stage.skip_rest()
    stage.go("review")
    sha256 = page(stage.session, stage.number, at=stage.at).sha256

    def refused(why: str) -> None:
        with pytest.raises(RefusedInWords, match=why):
            stage.sign(Signing.SCRIBE, SCRIBE, sha256)

    refused("记录不够")
    noting.note(stage.session, stage.number, Note(text="记"), by=SCRIBE, at=stage.at)
    refused("总结还没有填")
    values = dict.fromkeys(("conclusion", "problems", "lessons"), "如实")
    reviewing.summarise(stage.session, stage.number, values, by=LEAD, at=stage.at)
    refused("9 项没有打分")
    stage.write_up()
    stage.sign(Signing.SCRIBE, SCRIBE)


def test_an_emergency_is_confirmed_by_the_customer(stage: Stage) -> None:
    stage.declare()
    stage.cast()
    stage.skip_rest()
    stage.mark(Clock.RESTORED)
    stage.go("stable")
    stage.go("review")
    stage.write_up()
    stage.sign(Signing.SCRIBE, SCRIBE)
    stage.sign(Signing.COMMANDER, LEAD)
    with pytest.raises(Forbidden):
        stage.sign(Signing.CUSTOMER, COLLEAGUE)
    assert page(stage.session, stage.number, at=stage.at).state is RunState.REVIEW
    stage.sign(Signing.CUSTOMER, CUSTOMER)
    assert page(stage.session, stage.number, at=stage.at).state is RunState.SIGNED


@pytest.mark.parametrize("part", [Signing.EVALUATOR, Signing.SCRIBE])
def test_who_commanded_signs_as_nothing_else(stage: Stage, part: Signing) -> None:
    stage.to_review()
    with pytest.raises(Forbidden, match="只能以指挥的身份签"):
        stage.sign(part, LEAD)


def test_who_commanded_for_a_while_still_does_not_evaluate(stage: Stage) -> None:
    stage.start()
    for hand in (EVALUATOR, LEAD):
        roles.take(
            stage.session,
            stage.number,
            Part.COMMANDER,
            hand.username,
            by=LEAD,
            at=stage.at,
        )
    stage.skip_rest()
    stage.go("review")
    stage.write_up()
    with pytest.raises(Forbidden):
        stage.sign(Signing.EVALUATOR, EVALUATOR)


@pytest.mark.parametrize("stranger", [SYSTEM, COLLEAGUE, CUSTOMER, ENGINEER])
def test_nobody_else_signs_as_scribe_or_commander(stage: Stage, stranger: Hand) -> None:
    stage.to_review()
    for part in (Signing.SCRIBE, Signing.COMMANDER):
        with pytest.raises(Forbidden):
            stage.sign(part, stranger)


def test_one_person_signs_once(stage: Stage) -> None:
    stage.to_review()
    stage.sign(Signing.SCRIBE, SCRIBE)
    with pytest.raises(RefusedInWords, match="一人只能签一处"):
        stage.sign(Signing.EVALUATOR, SCRIBE)
    a_person(stage.session, "second")
    with pytest.raises(Stale, match=SCRIBE.username):
        stage.sign(Signing.SCRIBE, EVALUATOR)


def _note(stage: Stage) -> None:
    noting.note(stage.session, stage.number, Note(text="补记"), by=SCRIBE, at=stage.at)


def _summary(stage: Stage) -> None:
    values = {"conclusion": "另有结论"}
    reviewing.summarise(stage.session, stage.number, values, by=LEAD, at=stage.at)


def _score(stage: Stage) -> None:
    reviewing.evaluate(
        stage.session, stage.number, "goals", 1, by=EVALUATOR, at=stage.at
    )


def _clock(stage: Stage) -> None:
    stage.mark(Clock.RESTORED)


@pytest.mark.parametrize("change", [_note, _summary, _score, _clock])
def test_whatever_changes_voids_the_signatures_given(
    stage: Stage, change: Callable[[Stage], None]
) -> None:
    stage.to_review()
    seen = page(stage.session, stage.number, at=stage.at).sha256
    stage.sign(Signing.SCRIBE, SCRIBE)
    assert page(stage.session, stage.number, at=stage.at).sha256 == seen
    change(stage)
    with pytest.raises(Stale):
        stage.sign(Signing.COMMANDER, LEAD, seen)
    stage.sign(Signing.COMMANDER, LEAD)
    stage.sign(Signing.EVALUATOR, EVALUATOR)
    view = page(stage.session, stage.number, at=stage.at)
    assert view.state is RunState.REVIEW
    assert [one.holds for one in view.signatures] == [False, True, True]
    stage.sign(Signing.SCRIBE, SCRIBE)
    assert page(stage.session, stage.number, at=stage.at).state is RunState.SIGNED


def test_a_run_that_completed_has_not_passed_where_it_took_too_long(
    stage: Stage,
) -> None:
    stage.start()
    stage.later(40)
    stage.mark(Clock.CONTAINED)  # 20 minutes were promised
    stage.skip_rest()
    stage.go("review")
    stage.write_up()
    stage.sign(Signing.SCRIBE, SCRIBE)
    stage.sign(Signing.EVALUATOR, EVALUATOR)
    stage.sign(Signing.COMMANDER, LEAD)
    view = page(stage.session, stage.number, at=stage.at)
    assert view.state is RunState.SIGNED
    assert view.deviated is True
    missed = [one.name for one in view.objectives if one.met is False]
    assert "contain" in missed
    assert all(one.holds for one in view.signatures)
