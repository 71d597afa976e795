"""Clocks, reports, levels, the ladder, the review: what is kept beside the steps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opsdesk.core.errors import Forbidden, NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.responses.operations import escalating, noting, reviewing, roles
from opsdesk.responses.operations.noting import Report
from opsdesk.responses.operations.reviewing import Attendee
from opsdesk.responses.queries import ladder
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import Rung, RungState, What
from opsdesk.responses.views import ObjectiveView, RunView
from runbooks.plan import Clock, Level, Part
from tests.factories.people import NOON
from tests.factories.plans import MINUTE
from tests.factories.tickets import (
    COLLEAGUE,
    CUSTOMER,
    ENGINEER,
    LEAD,
    SYSTEM,
    a_ticket,
)
from tests.opsdesk.responses.stage import SCRIBE, Stage


def view_of(stage: Stage) -> RunView:
    return page(stage.session, stage.number, at=stage.at)


def objective(stage: Stage, name: str) -> ObjectiveView:
    return next(one for one in view_of(stage).objectives if one.name == name)


def report(stage: Stage) -> None:
    said = Report(to="甲方代表", way="电话", text="已隔离")
    noting.report(stage.session, stage.number, said, by=COLLEAGUE, at=stage.at)


def test_rto_counts_from_detection_and_rpo_from_the_fault(stage: Stage) -> None:
    stage.declare(fault_at=NOON - 10 * MINUTE)
    stage.later(90)
    stage.mark(Clock.RESTORED, 80)
    noting.recovery_point(
        stage.session, stage.number, NOON - 30 * MINUTE, by=SCRIBE, at=stage.at
    )
    rto, rpo = objective(stage, "recovery_time"), objective(stage, "recovery_point")
    assert (rto.actual, rto.met) == (80 * MINUTE, True)
    assert (rpo.actual, rpo.met) == (20 * MINUTE, False)  # 15 were promised
    assert objective(stage, "on_site").met is None
    assert view_of(stage).deviates


def test_a_clock_is_corrected_by_marking_it_again(stage: Stage) -> None:
    stage.declare()
    stage.later(30)
    stage.mark(Clock.CONTAINED)
    assert objective(stage, "contain").met is False
    stage.mark(Clock.CONTAINED, 15)
    assert objective(stage, "contain").actual == 15 * MINUTE
    marks = [e for e in view_of(stage).timeline if e.clock is Clock.CONTAINED]
    assert [one.claimed_at for one in marks] == [None, NOON + 15 * MINUTE]
    with pytest.raises(RefusedInWords, match="还没有到"):
        stage.mark(Clock.VERIFIED, 31)


def test_reports_to_the_customer_fall_due_as_the_level_asks(stage: Stage) -> None:
    stage.declare()
    stage.later(30)
    owed = ladder.reports_due(stage.session, at=stage.at)
    assert [one.number for one in owed] == [stage.number]
    report(stage)
    assert view_of(stage).report_due_at == stage.at + 60 * MINUTE
    assert ladder.reports_due(stage.session, at=stage.at) == ()
    assert objective(stage, "reports").met is True
    stage.later(61)
    assert objective(stage, "reports").met is False  # owed by now
    report(stage)
    assert objective(stage, "reports").met is False  # and it was late


def test_a_changed_level_arms_the_timer_anew_and_keeps_its_history(
    stage: Stage,
) -> None:
    stage.declare(level=Level.FOUR)
    stage.later(20)
    with pytest.raises(RefusedInWords, match="理由"):
        noting.change_level(
            stage.session, stage.number, Level.ONE, reason="", by=LEAD, at=stage.at
        )
    noting.change_level(
        stage.session, stage.number, Level.ONE, reason="数据外泄", by=LEAD, at=stage.at
    )
    view = view_of(stage)
    assert view.level is Level.ONE
    assert view.report_due_at == NOON + 30 * MINUTE  # owed already: not put off
    told = [e.detail for e in view.timeline if e.what is What.LEVEL]
    assert told == [{"from": "IV", "to": "I"}]


def test_rungs_fall_due_one_after_another_until_somebody_acknowledges(
    stage: Stage,
) -> None:
    stage.declare()
    session = stage.session
    first = ladder.due(session, at=stage.at)
    assert [one.rung for one in first] == [Rung.PRIMARY]
    assert escalating.told(session, first[0].id, [ENGINEER.username], at=stage.at)
    assert not escalating.told(session, first[0].id, ["x"], at=stage.at)
    stage.later(5)
    assert [one.rung for one in ladder.due(session, at=stage.at)] == [Rung.SECONDARY]
    escalating.acknowledge(session, stage.number, by=COLLEAGUE, at=stage.at)
    assert ladder.due(session, at=stage.at + timedelta(hours=1)) == ()
    view = view_of(stage)
    states = [one.state for one in view.ladder]
    assert states == [RungState.TOLD] + [RungState.SPARED] * 3
    assert {one.acknowledged_by for one in view.ladder} == {COLLEAGUE.username}
    assert objective(stage, "acknowledge").actual == 5 * MINUTE


def test_a_rung_without_anybody_calls_the_next_at_once(stage: Stage) -> None:
    stage.declare()
    (first,) = ladder.due(stage.session, at=stage.at)
    assert escalating.nobody(stage.session, first.id, at=stage.at)
    (following,) = ladder.due(stage.session, at=stage.at)
    assert following.rung is Rung.SECONDARY
    states = {one.rung: one.state for one in view_of(stage).ladder}
    assert states[Rung.PRIMARY] is RungState.NOBODY


def test_an_escalation_that_did_not_happen_is_found_and_said_once(
    stage: Stage,
) -> None:
    stage.declare()
    stage.later(3)
    grace = 2 * MINUTE
    (one,) = ladder.missed(stage.session, at=stage.at, grace=grace)
    assert escalating.alarm(stage.session, one.id, "没有发出", at=stage.at)
    assert not escalating.alarm(stage.session, one.id, "没有发出", at=stage.at)
    assert ladder.missed(stage.session, at=stage.at, grace=grace) == ()
    assert [e.text for e in view_of(stage).timeline if e.what is What.ALARMED] == [
        "没有发出"
    ]


def test_a_part_is_handed_over_and_both_are_remembered(stage: Stage) -> None:
    stage.declare()
    stage.cast()
    stage.later()
    roles.take(
        stage.session,
        stage.number,
        Part.SCRIBE,
        COLLEAGUE.username,
        by=SCRIBE,
        at=stage.at,
    )
    role = next(one for one in view_of(stage).roles if one.part is Part.SCRIBE)
    assert (role.username, role.before) == (COLLEAGUE.username, (SCRIBE.username,))
    for name, error in (("nobody", NotFound), (SYSTEM.username, NotFound)):
        with pytest.raises(error):
            roles.take(
                stage.session, stage.number, Part.SCRIBE, name, by=LEAD, at=stage.at
            )


def test_nobody_plays_three_parts_in_a_drill(stage: Stage) -> None:
    stage.plan_drill()
    for part in (Part.OPERATOR, Part.SCRIBE):
        roles.take(
            stage.session, stage.number, part, SCRIBE.username, by=LEAD, at=stage.at
        )
    with pytest.raises(RefusedInWords, match="最多两个"):
        roles.take(
            stage.session,
            stage.number,
            Part.LIAISON,
            SCRIBE.username,
            by=LEAD,
            at=stage.at,
        )


def test_a_quiz_is_graded_by_the_plan_and_the_first_answers_count(
    stage: Stage,
) -> None:
    stage.start()
    session, number = stage.session, stage.number
    who = Attendee(name="值班工程师", unit="乙方")
    row = reviewing.attend(session, number, who, by=SCRIBE, at=stage.at)
    assert reviewing.attend(session, number, who, by=SCRIBE, at=stage.at).id == row.id
    graded = reviewing.quiz(session, number, row.id, {0: 0}, by=SCRIBE, at=stage.at)
    assert (graded.score, graded.out_of) == (1, 1)
    with pytest.raises(RefusedInWords, match="第一次"):
        reviewing.quiz(session, number, row.id, {0: 1}, by=SCRIBE, at=stage.at)


@pytest.mark.parametrize(("item", "score"), [("goals", 2), ("point-9", 5), ("x", 5)])
def test_an_item_or_a_score_there_is_not_is_refused(
    stage: Stage, item: str, score: int
) -> None:
    stage.start()
    with pytest.raises(RefusedInWords):
        reviewing.evaluate(
            stage.session, stage.number, item, score, by=LEAD, at=stage.at
        )


def test_an_improvement_item_is_tied_to_its_run_once(stage: Stage) -> None:
    stage.to_review()
    seen = view_of(stage).sha256
    ticket = a_ticket(stage.session, stage.settings)
    for _ in range(2):
        noting.link_item(
            stage.session,
            stage.number,
            ticket.id,
            due_on=NOON.date(),
            by=LEAD,
            at=stage.at,
        )
    (item,) = view_of(stage).items
    assert (item.number, item.due_on) == (ticket.number, NOON.date())
    assert view_of(stage).sha256 == seen  # the signed record stays what it is


@pytest.mark.parametrize("stranger", [SYSTEM, CUSTOMER])
def test_who_plays_no_part_writes_nothing(stage: Stage, stranger: object) -> None:
    stage.plan_drill()
    roles.take(
        stage.session,
        stage.number,
        Part.LEADERS,
        ENGINEER.username,
        by=LEAD,
        at=stage.at,
    )
    with pytest.raises(Forbidden):
        noting.note(
            stage.session,
            stage.number,
            noting.Note(text="我也说一句"),
            by=stranger,  # type: ignore[arg-type]
            at=stage.at,
        )
