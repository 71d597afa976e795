"""The seven plans that come with the product keep what a plan promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runbooks import loader
from runbooks.checking import asked_of
from runbooks.plan import SEVEN, Clock, Doing, Mode, Part, Plan, Step

PLANS = loader.shipped()


@pytest.fixture(params=PLANS, ids=lambda plan: plan.id)
def plan(request: pytest.FixtureRequest) -> Plan:
    return request.param  # type: ignore[no-any-return]


def test_every_scenario_of_the_contract_has_one_plan() -> None:
    assert sorted(plan.scenario for plan in PLANS) == sorted(SEVEN)
    assert all(plan.id == plan.scenario for plan in PLANS)


def test_a_step_in_time_keeps_the_objective_it_is_measured_by(plan: Plan) -> None:
    promised = {
        Clock.ACKNOWLEDGED: plan.objectives.acknowledge,
        Clock.ON_SITE: plan.objectives.on_site,
        Clock.CONTAINED: plan.objectives.contain,
        Clock.RESTORED: plan.objectives.recovery_time,
    }
    marking = {step.marks: step.target for step in plan.steps if step.marks}
    for clock, objective in promised.items():
        target = marking[clock]
        assert target is not None
        assert target <= objective, clock


def test_no_step_is_due_before_what_it_waits_for(plan: Plan) -> None:
    for step, before in _waiting(plan):
        if step.target and before.target:
            assert before.target <= step.target, step.key


@pytest.mark.parametrize("mode", Mode)
def test_a_drill_waits_for_nothing_that_it_leaves_out(plan: Plan, mode: Mode) -> None:
    for step, before in _waiting(plan):
        if asked_of(step, mode):
            assert asked_of(before, mode), step.key


def test_an_approval_is_the_commanders_and_somebody_elses_work_waits_for_it(
    plan: Plan,
) -> None:
    approvals = [step for step in plan.steps if step.doing is Doing.APPROVAL]
    assert approvals
    waited_for = {before.key: step for step, before in _waiting(plan)}
    for approval in approvals:
        assert approval.part is Part.COMMANDER
        assert approval.ttl is not None
        assert waited_for[approval.key].part is not Part.COMMANDER


def test_what_cannot_be_repeated_waits_for_an_approval(plan: Plan) -> None:
    approvals = {s.key for s in plan.steps if s.doing is Doing.APPROVAL}
    for step in plan.steps:
        if not step.idempotent:
            assert approvals & set(step.after), step.key


def test_a_plan_can_be_rehearsed_in_every_mode_and_asks_five_questions(
    plan: Plan,
) -> None:
    assert {drill.mode for drill in plan.drills} == set(Mode)
    assert len(plan.quiz) >= 5
    assert len(plan.evaluation) >= 4


def _waiting(plan: Plan) -> Iterator[tuple[Step, Step]]:
    steps = {step.key: step for step in plan.steps}
    for step in plan.steps:
        for key in step.after:
            yield step, steps[key]
