"""From planned to signed, and out of the way when something fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.errors import Forbidden, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.responses import moves
from opsdesk.responses.models import RunEvent
from opsdesk.responses.operations import moving, roles
from opsdesk.responses.operations.moving import Going, working_days_later
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import OPEN, RunState, StepState, What
from opsdesk.responses.wording import Signing
from runbooks.plan import Clock, Part
from tests.factories.people import NOON
from tests.factories.tickets import COLLEAGUE, CUSTOMER, ENGINEER, LEAD, SYSTEM
from tests.opsdesk.responses.stage import (
    EVALUATOR,
    SCRIBE,
    ZONE,
    Stage,
    the_plan,
)


def test_every_state_is_reached_and_every_open_one_is_left() -> None:
    reached = {RunState.PLANNED, RunState.SIGNED}  # the last one by signing
    reached |= {move.after for move in moves.MOVES if move.after}
    assert reached == set(RunState)
    left = {state for move in moves.MOVES for state in move.before}
    assert left == set(OPEN) - {RunState.REVIEW}
    assert set(moves.STATES) == set(RunState)


def test_a_drill_goes_from_its_plan_to_its_signatures(stage: Stage) -> None:
    stage.to_review()
    stage.sign(Signing.SCRIBE, SCRIBE)
    stage.sign(Signing.EVALUATOR, EVALUATOR)
    assert page(stage.session, stage.number, at=stage.at).state is RunState.REVIEW
    stage.sign(Signing.COMMANDER, LEAD)
    view = page(stage.session, stage.number, at=stage.at)
    assert (view.state, view.is_open) == (RunState.SIGNED, False)
    assert view.deviated is False
    assert all(one.holds for one in view.signatures)
    assert view.result is not None
    told = stage.session.scalars(select(RunEvent.id)).all()
    audited = stage.session.scalars(
        select(AuditEntry.seq).where(AuditEntry.action.like("run.%"))
    ).all()
    assert len(told) == len(audited)


def test_a_drill_does_not_start_while_a_precheck_failed_or_waits(
    stage: Stage,
) -> None:
    stage.plan_drill()
    stage.cast()
    with pytest.raises(RefusedInWords, match="服务器可达"):
        stage.go("ready")
    stage.skip("reachable", by=LEAD)
    assert stage.go("ready").state is RunState.READY


def test_a_drill_is_not_ready_while_nobody_plays_a_part(stage: Stage) -> None:
    stage.plan_drill()
    stage.skip("reachable")
    with pytest.raises(RefusedInWords, match="operator"):
        stage.go("ready")


@pytest.mark.parametrize("stranger", [SYSTEM, COLLEAGUE, CUSTOMER])
def test_only_who_commands_starts_and_ends_a_run(
    stage: Stage, stranger: object
) -> None:
    stage.plan_drill()
    for part, hand in ((Part.COMMANDER, ENGINEER), (Part.OPERATOR, COLLEAGUE)):
        roles.take(
            stage.session, stage.number, part, hand.username, by=LEAD, at=stage.at
        )
    for part in (Part.LEADERS, Part.LIAISON):
        roles.take(
            stage.session, stage.number, part, SCRIBE.username, by=LEAD, at=stage.at
        )
    stage.skip("reachable")
    stage.go("ready", by=ENGINEER)
    with pytest.raises(Forbidden):
        stage.go("start", by=stranger)  # type: ignore[arg-type]
    assert stage.go("start", by=ENGINEER).state is RunState.RUNNING


@pytest.mark.parametrize("name", ["pause", "fail", "abort", "roll-back"])
def test_what_stops_a_run_wants_a_reason(stage: Stage, name: str) -> None:
    stage.start()
    with pytest.raises(RefusedInWords, match="理由"):
        stage.go(name, reason=" ")
    stage.go(name, reason="现场要求")
    text = stage.session.scalar(
        select(RunEvent.text)
        .where(RunEvent.what == What.MOVED)
        .order_by(RunEvent.id.desc())
    )
    assert text == "现场要求"


@pytest.mark.parametrize("name", ["abort", "fail"])
def test_nothing_is_left_running_in_a_run_that_was_broken_off(
    stage: Stage, name: str
) -> None:
    stage.start()
    stage.done("find")
    stage.begin("block")
    stage.begin("port")
    run = stage.go(name)
    assert not run.is_open
    assert run.ended_at == stage.at
    view = page(stage.session, stage.number, at=stage.at)
    states = {one.key: one.state for one in view.steps}
    assert states["find"] is StepState.DONE
    assert set(states.values()) == {StepState.DONE, StepState.SKIPPED}


def test_a_paused_run_begins_no_step_and_takes_what_was_done_before(
    stage: Stage,
) -> None:
    stage.start()
    stage.go("pause")
    with pytest.raises(RefusedInWords, match="不在进行中"):
        stage.begin("find")
    stage.done("find")
    stage.go("resume")
    stage.begin("block")


def test_an_emergency_is_watched_while_stable_before_it_is_ended(
    stage: Stage,
) -> None:
    stage.declare()
    stage.cast()
    stage.skip_rest()
    with pytest.raises(RefusedInWords, match="稳定观察"):
        stage.go("review")
    with pytest.raises(RefusedInWords, match="T5"):
        stage.go("stable")
    stage.mark(Clock.RESTORED)
    stage.go("stable")
    run = stage.go("review")
    view = page(stage.session, run.number, at=stage.at)
    closed = next(one for one in view.clocks if one.clock is Clock.CLOSED)
    assert closed.moment == stage.at == run.ended_at


def test_a_run_is_not_ended_while_a_step_is_open_or_under_way(stage: Stage) -> None:
    stage.start()
    stage.begin("find")
    with pytest.raises(RefusedInWords, match="发现"):
        stage.go("review")
    stage.done("find")
    with pytest.raises(RefusedInWords, match="没有结束"):
        stage.go("review")
    stage.skip_rest()
    assert stage.go("review").state is RunState.REVIEW


def test_the_way_back_opens_its_steps_and_must_be_finished(stage: Stage) -> None:
    stage.start()
    with pytest.raises(RefusedInWords, match="还没有启动回退"):
        stage.done("undo")
    stage.go("roll-back")
    view = page(stage.session, stage.number, at=stage.at)
    assert [one.key for one in view.roll_back] == ["undo"]
    with pytest.raises(RefusedInWords, match="已经启动"):
        stage.go("roll-back")
    stage.skip_rest_but_back()
    with pytest.raises(RefusedInWords, match="撤回封禁"):
        stage.go("review")
    stage.done("undo")
    stage.go("review")


def test_who_saw_an_older_run_is_told_who_moved_it_and_when(stage: Stage) -> None:
    stage.start()
    seen = page(stage.session, stage.number, at=stage.at).version
    stage.go("pause", by=ENGINEER)
    stage.later(3)
    going = Going(name="abort", reason="晚了", version=seen)
    with pytest.raises(Stale, match=f"{ENGINEER.username}.*3 分钟前"):
        moving.move(stage.session, stage.number, going, zone=ZONE, by=LEAD, at=stage.at)


def test_a_repeated_token_moves_a_run_once(stage: Stage) -> None:
    stage.start()
    going = Going(name="pause", reason="暂停", token="a-page-made-this")
    for _ in range(2):
        run = moving.move(
            stage.session, stage.number, going, zone=ZONE, by=LEAD, at=stage.later()
        )
        assert run.state is RunState.PAUSED
    moved = stage.session.scalars(
        select(RunEvent.id).where(RunEvent.token == going.token)
    ).all()
    assert len(moved) == 1


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        # Monday: five working days after it is the next Monday, until its midnight.
        (datetime(2026, 11, 23, 4, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)),
        # The eve of the National Day holiday, with made-up working days around it.
        (datetime(2025, 9, 30, 4, tzinfo=UTC), datetime(2025, 10, 14, 16, tzinfo=UTC)),
        # A year whose holidays nobody knows yet counts Mondays to Fridays.
        (datetime(2031, 5, 1, 4, tzinfo=UTC), datetime(2031, 5, 8, 16, tzinfo=UTC)),
    ],
)
def test_a_review_is_due_within_five_working_days(
    ended: datetime, due: datetime
) -> None:
    assert working_days_later(ended, 5, ZONE) == due


def test_a_drill_across_midnight_at_a_months_end_keeps_its_times(
    stage: Stage,
) -> None:
    stage.at = datetime(2026, 11, 30, 15, 50, tzinfo=UTC)  # 23:50 in Shanghai
    stage.start()
    started = page(stage.session, stage.number, at=stage.at).started_at
    stage.later(30)
    stage.done("find")
    view = page(stage.session, stage.number, at=stage.at)
    step = view.step("find")
    assert step is not None
    assert started is not None
    assert step.elapsed == stage.at - started
    assert view.number == "DRL-20261130-0001"


def test_a_run_that_failed_takes_no_more_notes_nor_steps(stage: Stage) -> None:
    stage.start(the_plan())
    stage.go("fail")
    with pytest.raises(RefusedInWords):
        stage.write_up()
    with pytest.raises(RefusedInWords):
        stage.done("find")
    assert stage.at > NOON + timedelta(minutes=1)
