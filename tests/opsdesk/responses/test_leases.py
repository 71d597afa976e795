"""Automatic steps: one worker at a time, and never a guess at what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from opsdesk.core.language import RefusedInWords
from opsdesk.responses.models import RunEvent
from opsdesk.responses.operations import leasing, stepping
from opsdesk.responses.operations.leasing import LEASE, Answer, Work
from opsdesk.responses.operations.stepping import Tick
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import RunState, StepState, What
from runbooks.plan import Action, Clock
from tests.factories.tickets import ENGINEER, LEAD
from tests.opsdesk.responses.stage import Stage, the_plan

ONE, OTHER = "worker-one", "worker-two"


def state_of(stage: Stage, key: str) -> StepState:
    step = page(stage.session, stage.number, at=stage.at).step(key)
    assert step is not None
    return step.state


def leased(stage: Stage, key: str = "port", worker: str = ONE) -> Work:
    stage.begin(key)
    (step_id,) = leasing.queued(stage.session)
    work = leasing.lease(stage.session, step_id, worker=worker, at=stage.at)
    assert work is not None
    return work


def answer(stage: Stage, work: Work, *, ok: bool, worker: str = ONE) -> bool:
    came = Answer(ok=ok, text="端口开放", detail={"open": str(ok).lower()})
    return leasing.answer(stage.session, work, came, worker=worker, at=stage.later())


def allowed(stage: Stage) -> None:
    """Approve the restore."""
    from opsdesk.responses.operations import deciding  # noqa: PLC0415

    stage.begin("allow")
    deciding.decide(
        stage.session,
        stage.number,
        Tick(key="allow"),
        agrees=True,
        by=LEAD,
        at=stage.later(),
    )


def test_a_begun_step_is_taken_by_one_worker_with_its_values_filled_in(
    stage: Stage,
) -> None:
    stage.start()
    assert leasing.queued(stage.session) == ()
    stage.begin("port")
    (step_id,) = leasing.queued(stage.session)
    work = leasing.lease(stage.session, step_id, worker=ONE, at=stage.at)
    assert work is not None
    assert (work.action, work.attempt) == (Action.TCP_CHECK, 1)
    assert work.arguments == {"server": "app-1", "port": "8080"}
    assert leasing.lease(stage.session, step_id, worker=OTHER, at=stage.at) is None
    assert leasing.queued(stage.session) == ()


def test_an_answer_ends_the_step_and_marks_its_clock(stage: Stage) -> None:
    stage.start()
    allowed(stage)
    work = leased(stage, "restore")
    assert leasing.renew(stage.session, work, worker=ONE, at=stage.later(0.2))
    assert answer(stage, work, ok=True)
    view = page(stage.session, stage.number, at=stage.at)
    step = view.step("restore")
    assert step is not None
    assert step.state is StepState.DONE
    assert step.answer is not None
    assert step.answer["open"] == "true"
    restored = next(one for one in view.clocks if one.clock is Clock.RESTORED)
    assert restored.moment == stage.at


def test_a_bad_answer_fails_the_step_and_begins_the_way_back(stage: Stage) -> None:
    stage.start()
    assert answer(stage, leased(stage), ok=False)
    view = page(stage.session, stage.number, at=stage.at)
    assert state_of(stage, "port") is StepState.FAILED
    assert view.rolled_back_at == stage.at
    assert view.state is RunState.RUNNING


def test_a_lease_that_ran_out_makes_the_step_unknown_and_never_done(
    stage: Stage,
) -> None:
    stage.start()
    work = leased(stage)
    assert leasing.lose(stage.session, at=stage.at + LEASE) == 0
    stage.later(1)
    assert leasing.lose(stage.session, at=stage.at) == 1
    assert leasing.lose(stage.session, at=stage.at) == 0
    assert state_of(stage, "port") is StepState.UNKNOWN
    assert not leasing.renew(stage.session, work, worker=ONE, at=stage.at)
    assert not answer(stage, work, ok=True)
    assert state_of(stage, "port") is StepState.UNKNOWN
    late = stage.session.scalar(
        select(RunEvent.detail)
        .where(RunEvent.what == What.NOTED)
        .order_by(RunEvent.id.desc())
    )
    assert late is not None
    assert late["late"] is True


def test_a_person_says_what_came_of_an_unknown_step(stage: Stage) -> None:
    stage.start()
    allowed(stage)
    leased(stage, "restore")
    stage.later(5)
    leasing.lose(stage.session, at=stage.at)
    tick = Tick(key="restore")
    with pytest.raises(RefusedInWords, match="不能重复执行"):
        stepping.again(stage.session, stage.number, tick, by=ENGINEER, at=stage.at)
    with pytest.raises(RefusedInWords, match="所见情况"):
        stepping.resolve(
            stage.session, stage.number, tick, happened=True, by=ENGINEER, at=stage.at
        )
    said = Tick(key="restore", text="库里已有昨夜的数据")
    stepping.resolve(
        stage.session, stage.number, said, happened=True, by=ENGINEER, at=stage.at
    )
    assert state_of(stage, "restore") is StepState.DONE


def test_an_idempotent_step_runs_again_and_the_first_answer_counts_no_more(
    stage: Stage,
) -> None:
    stage.start()
    first = leased(stage)
    stage.later(5)
    leasing.lose(stage.session, at=stage.at)
    stepping.again(
        stage.session, stage.number, Tick(key="port"), by=ENGINEER, at=stage.at
    )
    second = leased(stage)
    assert second.attempt == 2
    assert not answer(stage, first, ok=False)
    assert answer(stage, second, ok=True)
    assert state_of(stage, "port") is StepState.DONE


def test_a_paused_run_gives_no_work_and_takes_the_answer_of_what_ran(
    stage: Stage,
) -> None:
    stage.start()
    work = leased(stage)
    allowed(stage)
    stage.begin("restore")
    stage.go("pause")
    assert leasing.queued(stage.session) == ()
    assert answer(stage, work, ok=True)
    stage.go("resume")
    assert len(leasing.queued(stage.session)) == 1


def test_a_run_broken_off_takes_no_answer(stage: Stage) -> None:
    stage.start()
    work = leased(stage)
    stage.go("abort")
    assert not answer(stage, work, ok=True)
    assert state_of(stage, "port") is StepState.SKIPPED
    assert leasing.lose(stage.session, at=stage.at + timedelta(hours=1)) == 0


def test_a_precheck_is_asked_before_the_start_and_again_after_it_failed(
    stage: Stage,
) -> None:
    stage.plan_drill(the_plan())
    stage.cast()
    session, number = stage.session, stage.number
    assert stepping.begin_prechecks(session, number, by=ENGINEER, at=stage.at) == 1
    (step_id,) = leasing.queued(session)
    work = leasing.lease(session, step_id, worker=ONE, at=stage.at)
    assert work is not None
    assert work.expect == {"open": "true"}
    answer(stage, work, ok=False)
    with pytest.raises(RefusedInWords, match="预检没有通过"):
        stage.go("ready")
    with pytest.raises(RefusedInWords, match="负责人"):
        stage.skip("reachable")
    assert stepping.begin_prechecks(session, number, by=ENGINEER, at=stage.at) == 1
    (step_id,) = leasing.queued(session)
    work = leasing.lease(session, step_id, worker=ONE, at=stage.at)
    assert work is not None
    answer(stage, work, ok=True)
    assert stepping.begin_prechecks(session, number, by=ENGINEER, at=stage.at) == 0
    assert stage.go("ready").state is RunState.READY
