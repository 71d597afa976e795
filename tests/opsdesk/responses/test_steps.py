"""Steps: ticked once, proved, confirmed, decided, and what follows when one fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from opsdesk.core.errors import Forbidden, NotFound, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.responses.models import RunEvent
from opsdesk.responses.operations import deciding, noting, roles, stepping
from opsdesk.responses.operations.noting import Evidence, Note
from opsdesk.responses.operations.stepping import Tick
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import RunState, StepState
from opsdesk.responses.views import StepView
from runbooks.plan import Clock, Failing, Part
from tests.factories.plans import MINUTE, a_step
from tests.factories.tickets import COLLEAGUE, CUSTOMER, ENGINEER, LEAD, SYSTEM
from tests.opsdesk.responses.stage import EVALUATOR, SCRIBE, Stage, the_plan

TOKEN = "made-by-a-page"


def seen(stage: Stage, key: str) -> StepView:
    step = page(stage.session, stage.number, at=stage.at).step(key)
    assert step is not None
    return step


def a_file(stage: Stage, name: str, *, step: str = "shoot") -> None:
    photo = name.endswith(".jpg")
    evidence = Evidence(
        name=name,
        media_type="image/jpeg" if photo else "text/plain",
        size=3,
        sha256=name.encode().hex().ljust(64, "0")[:64],
        step=step,
    )
    noting.attach(stage.session, stage.number, evidence, by=SCRIBE, at=stage.at)


def test_a_step_done_says_who_when_and_how_long_after_detection(stage: Stage) -> None:
    stage.start()
    began = stage.at
    stage.later(7)
    stage.done("find", "看到了告警")
    step = seen(stage, "find")
    assert (step.state, step.by, step.reason) == (
        StepState.DONE,
        ENGINEER.username,
        "看到了告警",
    )
    assert step.ended_at == stage.at
    assert step.elapsed == stage.at - began == 8 * MINUTE
    assert not step.late


def test_a_step_past_its_target_is_late(stage: Stage) -> None:
    stage.start()
    stage.later(20)
    assert not seen(stage, "find").late  # the twentieth minute still counts
    stage.later(1)
    assert seen(stage, "find").late
    stage.done("find")
    assert seen(stage, "find").late


def test_a_step_waits_for_those_before_it(stage: Stage) -> None:
    stage.start()
    assert seen(stage, "block").waits_for == ("find",)
    for doing in (stage.begin, stage.done):
        with pytest.raises(RefusedInWords, match="发现"):
            doing("block")
    stage.done("find")
    assert seen(stage, "block").waits_for == ()
    stage.done("block")
    marked = {
        c.clock: c.by for c in page(stage.session, stage.number, at=stage.at).clocks
    }
    assert marked[Clock.CONTAINED] == ENGINEER.username


def test_the_second_who_ticks_a_step_is_told_who_was_first_and_when(
    stage: Stage,
) -> None:
    stage.start()
    version = seen(stage, "find").version
    stage.done("find")
    stage.later(2)
    for tick in (Tick(key="find", version=version), Tick(key="find")):
        with pytest.raises(Stale, match=f"{ENGINEER.username}.*2 分钟前") as refused:
            stepping.done(stage.session, stage.number, tick, by=COLLEAGUE, at=stage.at)
        assert refused.value.by == ENGINEER.username  # type: ignore[attr-defined]
        title = seen(stage, "find").title.zh
        assert f"「{title}」已由 值班{ENGINEER.username} 在" in str(refused.value)


def test_a_tick_sent_again_by_a_phone_is_counted_once(stage: Stage) -> None:
    stage.start()
    claimed = stage.at
    tick = Tick(key="find", token=TOKEN, claimed_at=claimed, text="断网前完成")
    first = stepping.done(
        stage.session, stage.number, tick, by=ENGINEER, at=stage.later()
    )
    again = stepping.done(
        stage.session, stage.number, tick, by=ENGINEER, at=stage.later()
    )
    assert (first.repeated, again.repeated) == (False, True)
    assert first.event_id == again.event_id
    query = select(func.count()).where(RunEvent.token == TOKEN)
    assert stage.session.scalar(query) == 1
    event = stage.session.get_one(RunEvent, first.event_id)
    assert (event.claimed_at, event.at) == (claimed, claimed + MINUTE)


def test_evidence_must_be_there_before_a_step_is_done(stage: Stage) -> None:
    stage.start()
    with pytest.raises(RefusedInWords, match=r"至少 2 份.*现在有 0 份"):
        stage.done("shoot", "有文字不算")
    a_file(stage, "one.jpg")
    a_file(stage, "one.jpg")  # the same bytes again
    with pytest.raises(RefusedInWords, match="现在有 1 份"):
        stage.done("shoot")
    a_file(stage, "log.txt")
    assert seen(stage, "shoot").pieces == 2
    stage.done("shoot")


def test_what_two_people_do_is_confirmed_by_another(stage: Stage) -> None:
    stage.start()
    stage.done("wipe")
    assert seen(stage, "wipe").awaits_second
    assert seen(stage, "wipe").state is StepState.RUNNING
    tick = Tick(key="wipe")
    with pytest.raises(Forbidden, match="另一个人"):
        stepping.confirm(
            stage.session, stage.number, tick, by=ENGINEER, at=stage.later()
        )
    stepping.confirm(stage.session, stage.number, tick, by=COLLEAGUE, at=stage.later())
    step = seen(stage, "wipe")
    assert (step.state, step.by, step.second_by) == (
        StepState.DONE,
        ENGINEER.username,
        COLLEAGUE.username,
    )


@pytest.mark.parametrize(
    ("failing", "state"),
    [
        (Failing.STOP, RunState.PAUSED),
        (Failing.GO_ON, RunState.RUNNING),
        (Failing.ROLL_BACK, RunState.RUNNING),
    ],
)
def test_what_follows_a_failed_step_is_what_its_plan_says(
    stage: Stage, failing: Failing, state: RunState
) -> None:
    stage.start(the_plan(steps=(a_step("only", "唯一", failing=failing),)))
    stage.fail("only")
    view = page(stage.session, stage.number, at=stage.at)
    assert view.state is state
    assert (view.rolled_back_at is not None) is (failing is Failing.ROLL_BACK)


@pytest.mark.parametrize("doing", ["fail", "skip"])
def test_failing_and_skipping_want_a_reason(stage: Stage, doing: str) -> None:
    stage.start()
    with pytest.raises(RefusedInWords, match="理由"):
        getattr(stepping, doing)(
            stage.session, stage.number, Tick(key="find"), by=ENGINEER, at=stage.at
        )


def decide(stage: Stage, *, agrees: bool, by: object, text: str = "") -> None:
    deciding.decide(
        stage.session,
        stage.number,
        Tick(key="allow", text=text),
        agrees=agrees,
        by=by,  # type: ignore[arg-type]
        at=stage.later(),
    )


def test_an_approval_is_given_by_who_holds_the_part_and_nobody_else(
    stage: Stage,
) -> None:
    stage.start()
    stage.begin("allow")
    for other in (ENGINEER, COLLEAGUE, CUSTOMER, SYSTEM):
        with pytest.raises(Forbidden):
            decide(stage, agrees=True, by=other)
    with pytest.raises(RefusedInWords, match="没有获批"):
        stage.begin("restore")
    decide(stage, agrees=True, by=LEAD)
    assert seen(stage, "allow").state is StepState.DONE
    stage.begin("restore")


def test_nobody_approves_what_he_asked_for_or_carries_out(stage: Stage) -> None:
    stage.start()
    stage.begin("allow", by=LEAD)
    with pytest.raises(Forbidden, match="你提请的"):
        decide(stage, agrees=True, by=LEAD)
    roles.take(
        stage.session,
        stage.number,
        Part.COMMANDER,
        ENGINEER.username,
        by=LEAD,
        at=stage.at,
    )
    with pytest.raises(Forbidden, match="技术处置"):
        decide(stage, agrees=True, by=ENGINEER)


def test_an_approval_nobody_gave_in_time_is_refused(stage: Stage) -> None:
    stage.start()
    stage.begin("allow")
    assert deciding.expire(stage.session, at=stage.at + 29 * MINUTE) == 0
    stage.later(30)
    with pytest.raises(RefusedInWords, match="已过有效时间"):
        decide(stage, agrees=True, by=LEAD)
    assert deciding.expire(stage.session, at=stage.at) == 1
    assert deciding.expire(stage.session, at=stage.at) == 0
    assert seen(stage, "allow").state is StepState.EXPIRED
    with pytest.raises(RefusedInWords, match="没有获批"):
        stage.begin("restore")
    stepping.again(
        stage.session, stage.number, Tick(key="allow"), by=ENGINEER, at=stage.at
    )
    stage.begin("allow")
    decide(stage, agrees=True, by=LEAD)


def test_a_refusal_wants_a_reason_and_closes_the_way(stage: Stage) -> None:
    stage.start()
    stage.begin("allow")
    with pytest.raises(RefusedInWords, match="理由"):
        decide(stage, agrees=False, by=LEAD)
    decide(stage, agrees=False, by=LEAD, text="备份没有校验")
    assert seen(stage, "allow").state is StepState.FAILED
    with pytest.raises(RefusedInWords, match="没有获批"):
        stage.begin("restore")


def test_an_approval_that_was_skipped_approves_nothing(stage: Stage) -> None:
    stage.start()
    stage.skip("allow")
    with pytest.raises(RefusedInWords, match="没有获批"):
        stage.begin("restore")


def test_people_do_not_tick_what_the_desk_does_or_others_approve(
    stage: Stage,
) -> None:
    stage.start()
    with pytest.raises(RefusedInWords, match="自动执行"):
        stage.done("port")
    with pytest.raises(RefusedInWords, match="审批"):
        stage.done("allow")


def test_administrators_and_customers_without_a_part_touch_no_step(
    stage: Stage,
) -> None:
    stage.start()
    stage.done("find", by=CUSTOMER)  # plays the leaders' part
    roles.take(
        stage.session,
        stage.number,
        Part.LEADERS,
        EVALUATOR.username,
        by=LEAD,
        at=stage.at,
    )
    for stranger in (SYSTEM, CUSTOMER):
        with pytest.raises(Forbidden):
            stage.done("wipe", by=stranger)


def test_a_step_or_run_that_is_not_there_is_said_so(stage: Stage) -> None:
    stage.start()
    with pytest.raises(NotFound, match="没有 no-such 这一步"):
        stage.done("no-such")
    stage.number = "DRL-{x}"
    with pytest.raises(NotFound):
        stage.done("find")


def test_notes_and_files_about_a_step_stand_with_it(stage: Stage) -> None:
    stage.start()
    note = Note(text="源地址 203.0.113.9", step="find", token=TOKEN)
    first = noting.note(stage.session, stage.number, note, by=SCRIBE, at=stage.at)
    again = noting.note(stage.session, stage.number, note, by=SCRIBE, at=stage.at)
    assert first == again
    a_file(stage, "screen.jpg", step="find")
    step = seen(stage, "find")
    assert [one.name for one in step.evidence] == ["screen.jpg"]
    texts = [e.text for e in page(stage.session, stage.number, at=stage.at).timeline]
    assert texts.count("源地址 203.0.113.9") == 1
    assert seen(stage, "find").elapsed is not None
    assert timedelta() <= (seen(stage, "find").elapsed or timedelta())
