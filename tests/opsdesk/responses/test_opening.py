"""A run begins: numbered, its plan frozen, its steps laid, its people cast."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.errors import Forbidden
from opsdesk.core.language import RefusedInWords
from opsdesk.responses import parameters
from opsdesk.responses.models import PlanVersion, Run
from opsdesk.responses.operations import opening, plans
from opsdesk.responses.parameters import WrongParameter
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import Purpose, Rung, RungState, RunState
from opsdesk.responses.wording import PlanMark
from runbooks.plan import Clock, Mode
from tests.factories.people import NOON
from tests.factories.plans import t
from tests.factories.tickets import CUSTOMER, ENGINEER, LEAD, SYSTEM, a_ticket
from tests.opsdesk.responses.stage import Stage, the_plan


def test_a_drill_is_planned_with_its_number_its_steps_and_its_roster(
    stage: Stage,
) -> None:
    run = stage.plan_drill()
    assert run.number == "DRL-20261122-0001"
    assert (run.state, run.exercise, run.is_open) == (RunState.PLANNED, True, True)
    view = page(stage.session, run.number, at=stage.at)
    assert [one.key for one in view.prechecks] == ["reachable"]
    assert "sandbox-only" not in [one.key for one in view.steps]
    assert view.roll_back == ()
    told = {role.part.value: role.username for role in view.roles}
    assert told["commander"] == LEAD.username
    assert told["leaders"] == CUSTOMER.username
    assert view.last_event == view.timeline[-1].id


@pytest.mark.parametrize(
    ("purpose", "prefix", "exercise"),
    [
        (Purpose.RESTORE, "RST", True),
        (Purpose.PATCHING, "PAT", False),
        (Purpose.DRILL, "DRL", True),
    ],
)
def test_each_purpose_has_a_number_series_of_its_own(
    stage: Stage, purpose: Purpose, prefix: str, *, exercise: bool
) -> None:
    run = stage.plan_drill(purpose=purpose)
    assert run.number.startswith(prefix)
    assert run.exercise is exercise


def test_a_drill_does_only_the_steps_of_its_mode(stage: Stage) -> None:
    stage.plan_drill(mode=Mode.SANDBOX)
    view = page(stage.session, stage.number, at=stage.at)
    assert "sandbox-only" in [one.key for one in view.steps]


def test_an_emergency_runs_at_once_with_its_clocks_and_its_ladder(
    stage: Stage,
) -> None:
    fault = NOON - timedelta(minutes=12)
    run = stage.declare(fault_at=fault)
    view = page(stage.session, run.number, at=stage.at)
    assert view.number == "EMR-20261122-0001"
    assert (view.state, view.exercise) == (RunState.RUNNING, False)
    moments = {one.clock: one.moment for one in view.clocks}
    assert (moments[Clock.FAULT], moments[Clock.DETECTED]) == (fault, NOON)
    due = {one.rung: one.due_at - NOON for one in view.ladder}
    assert list(due) == list(Rung)
    assert [span.total_seconds() / 60 for span in due.values()] == [0, 5, 15, 30]
    assert {one.state for one in view.ladder} == {RungState.WAITING}
    assert "sandbox-only" in [one.key for one in view.steps]
    assert view.report_due_at == NOON + timedelta(minutes=30)


def test_an_emergency_from_an_incident_takes_its_title_and_its_beginning(
    stage: Stage,
) -> None:
    ticket = a_ticket(stage.session, stage.settings)
    run = stage.declare(incident=ticket.number)
    assert (run.title, run.incident_id) == (ticket.title, ticket.id)
    again = stage.declare(incident=ticket.number)
    assert again.id == run.id


def test_two_clicks_declare_one_emergency_and_a_later_one_another(
    stage: Stage,
) -> None:
    first, second = stage.declare(), stage.declare()
    assert first.id == second.id
    stage.later(5)
    assert stage.declare().id != first.id


def test_a_wrong_target_is_refused_with_what_there_is(stage: Stage) -> None:
    with pytest.raises(WrongParameter) as refused:
        stage.plan_drill(parameters={"server": "db-2; reboot"})
    assert refused.value.name == "server"
    assert "app-1" in refused.value.words.zh
    assert "db-1" in refused.value.words.en
    assert stage.session.scalar(select(Run.id)) is None


def test_a_parameter_is_put_in_whatever_letters_its_name_may_have() -> None:
    for name in ("a", "spare-server", "line_to", "db2-a_b"):
        arguments = {"server": f"{{{name}}}", "port": "25"}
        assert parameters.lacking(arguments, {}) == (name,)
        filled = parameters.filled(arguments, {name: "app-1"})
        assert filled == {"server": "app-1", "port": "25"}


@pytest.mark.parametrize("second", [{}, {"wiped": "db-1"}, {"wiped": ""}])
def test_what_a_mistake_destroys_is_typed_twice(
    stage: Stage, second: dict[str, str]
) -> None:
    values = {"server": "app-1", "wiped": "app-1"}
    with pytest.raises(WrongParameter, match="两次输入不一致"):
        stage.plan_drill(parameters=values, confirmed=second)
    run = stage.plan_drill(parameters=values, confirmed={"wiped": "app-1"})
    assert run.parameters == values


def test_a_drill_wants_its_parameters_and_an_emergency_takes_them_later(
    stage: Stage,
) -> None:
    with pytest.raises(WrongParameter):
        stage.plan_drill(parameters={})
    run = stage.declare(parameters={})
    with pytest.raises(RefusedInWords, match="server"):
        stage.begin("port")
    opening.fill_parameters(
        stage.session,
        stage.settings,
        run.number,
        {"server": "db-1"},
        {},
        by=ENGINEER,
        at=stage.at,
    )
    stage.begin("port")
    step = page(stage.session, run.number, at=stage.at).step("port")
    assert step is not None
    assert step.arguments["server"] == "db-1"


def test_administrators_and_the_customer_open_nothing(stage: Stage) -> None:
    for stranger in (SYSTEM, CUSTOMER):
        drill = opening.Drill(plan=the_plan(), mode=Mode.TABLETOP, planned_for=NOON)
        with pytest.raises(Forbidden):
            opening.plan_drill(
                stage.session, stage.settings, drill, by=stranger, at=NOON
            )


def test_a_plan_edited_while_it_runs_changes_no_run(stage: Stage) -> None:
    plan = the_plan()
    run = stage.declare(plan)
    before = page(stage.session, run.number, at=stage.at)
    stage.later(5)
    edited = the_plan(title=t("改过的预案"), steps=plan.steps[:1], version="V2.0")
    other = stage.plan_drill(edited)
    after = page(stage.session, run.number, at=NOON)
    assert after.plan == before.plan == plan
    assert len(after.steps) == len(plan.steps)
    assert page(stage.session, other.number, at=NOON).plan.version == "V2.0"


def test_a_plan_is_kept_once_for_the_same_content(stage: Stage) -> None:
    one = plans.keep_version(stage.session, the_plan(), at=NOON)
    two = plans.keep_version(stage.session, the_plan(), at=NOON)
    assert one.id == two.id
    other = plans.keep_version(stage.session, the_plan(version="V1.1"), at=NOON)
    assert other.id != one.id
    assert len(stage.session.scalars(select(PlanVersion)).all()) == 2


def test_the_lead_or_the_customer_approves_a_plan_and_no_engineer(
    stage: Stage,
) -> None:
    plan = the_plan()
    with pytest.raises(Forbidden):
        plans.sign_plan(stage.session, plan, PlanMark.APPROVED, by=ENGINEER, at=NOON)
    for signer in (LEAD, CUSTOMER):
        plans.sign_plan(stage.session, plan, PlanMark.APPROVED, by=signer, at=NOON)
    actions = stage.session.scalars(select(AuditEntry.action)).all()
    assert actions.count("plan.approved") == 2
