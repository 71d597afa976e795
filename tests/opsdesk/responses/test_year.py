"""The drill year, and how fresh plans are: counted from what happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from opsdesk.core.errors import Forbidden, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.responses.operations import plans as keeping_plans
from opsdesk.responses.operations import year as filling
from opsdesk.responses.operations.year import Slot
from opsdesk.responses.queries import plans, year
from opsdesk.responses.queries.year import YearView
from opsdesk.responses.states import RunState
from opsdesk.responses.wording import PlanMark
from runbooks.plan import SEVEN, Mode, Scenario
from tests.factories.people import NOON
from tests.factories.tickets import CUSTOMER, LEAD, SYSTEM
from tests.opsdesk.responses.stage import ZONE, Stage, the_plan

PLAN = the_plan()
NOVEMBER = date(2026, 11, 1)


def a_slot(**changes: object) -> Slot:
    given: dict[str, object] = {
        "month": NOVEMBER,
        "plan": PLAN.id,
        "mode": Mode.TABLETOP,
        "planned_on": date(2026, 11, 27),
        **changes,
    }
    return Slot(**given)  # type: ignore[arg-type]


def fill(stage: Stage, *slots: Slot) -> int:
    return filling.fill_year(stage.session, slots, by=LEAD, at=stage.at)


def seen(stage: Stage, at: datetime | None = None) -> YearView:
    return year.year(stage.session, 2026, [PLAN], zone=ZONE, at=at or stage.at)


def test_the_rota_is_laid_once_whoever_lays_it_again(stage: Stage) -> None:
    other = a_slot(month=date(2026, 12, 9), planned_on=date(2026, 12, 20), joint=True)
    assert fill(stage, a_slot(), other) == 2
    assert fill(stage, a_slot(planned_on=date(2026, 11, 3)), other) == 0
    slots = seen(stage).slots
    assert [one.month for one in slots] == [NOVEMBER, date(2026, 12, 1)]
    assert slots[0].planned_on == date(2026, 11, 27)
    for stranger in (SYSTEM, CUSTOMER):
        with pytest.raises(Forbidden):
            filling.fill_year(stage.session, [a_slot()], by=stranger, at=NOON)


def test_the_matrix_shows_what_is_covered_and_what_is_not(stage: Stage) -> None:
    fill(stage, a_slot())
    view = seen(stage)
    assert set(view.matrix) == set(SEVEN)
    row = view.matrix[Scenario.HACKER_ATTACK]
    assert [len(month) for month in row] == [0] * 10 + [1, 0]
    assert Scenario.HACKER_ATTACK not in view.uncovered
    assert len(view.uncovered) == 6
    assert not view.joint_held


def test_a_month_without_a_drill_is_overdue_when_it_is_over(stage: Stage) -> None:
    fill(stage, a_slot())
    last_moment = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert seen(stage, last_moment).overdue == ()
    assert len(seen(stage, last_moment + timedelta(minutes=1)).overdue) == 1


def test_a_drill_begun_on_the_last_evening_counts_for_its_month(stage: Stage) -> None:
    fill(stage, a_slot())
    slot = seen(stage).slots[0]
    stage.at = datetime(2026, 11, 30, 15, 50, tzinfo=UTC)  # 23:50 in Shanghai
    stage.start(PLAN)
    filling.attach_run(stage.session, slot.id, stage.number, by=LEAD, at=stage.at)
    stage.later(60)
    view = seen(stage)
    assert view.overdue == ()
    assert view.slots[0].started_on == date(2026, 11, 30)
    assert view.held[Scenario.HACKER_ATTACK] == 1


def test_a_drill_at_new_years_midnight_counts_for_the_year_it_began_in(
    stage: Stage,
) -> None:
    stage.at = datetime(2026, 12, 31, 15, 50, tzinfo=UTC)
    stage.start(PLAN)
    assert seen(stage).held[Scenario.HACKER_ATTACK] == 1
    later = year.year(stage.session, 2027, [PLAN], zone=ZONE, at=stage.later(60))
    assert later.held[Scenario.HACKER_ATTACK] == 0


def test_a_drill_broken_off_covers_nothing_and_leaves_its_slot_open(
    stage: Stage,
) -> None:
    fill(stage, a_slot())
    slot = seen(stage).slots[0]
    stage.start(PLAN)
    filling.attach_run(stage.session, slot.id, stage.number, by=LEAD, at=stage.at)
    first = stage.number
    other = stage.plan_drill(PLAN)
    with pytest.raises(RefusedInWords, match=first):
        filling.attach_run(stage.session, slot.id, other.number, by=LEAD, at=stage.at)
    stage.number = first
    stage.go("abort")
    assert seen(stage).held[Scenario.HACKER_ATTACK] == 0
    filling.attach_run(stage.session, slot.id, other.number, by=LEAD, at=stage.at)
    assert seen(stage).slots[0].run == other.number


def test_a_slot_is_moved_with_a_reason_until_its_drill_begins(stage: Stage) -> None:
    fill(stage, a_slot())
    slot = seen(stage).slots[0]
    day = date(2026, 12, 3)

    def move(reason: str, version: int | None = None) -> None:
        filling.move_slot(
            stage.session,
            slot.id,
            day,
            reason=reason,
            version=version,
            by=LEAD,
            at=stage.at,
        )

    with pytest.raises(RefusedInWords, match="理由"):
        move("")
    move("甲方有检查", slot.version)
    with pytest.raises(Stale):
        move("又改", slot.version)
    december = datetime(2026, 12, 2, tzinfo=UTC)
    assert seen(stage, december).overdue == ()  # moved into December
    (due,) = year.due_slots(stage.session, day)
    assert (due.planned_on, due.why_moved) == (day, "甲方有检查")
    stage.start(PLAN)
    filling.attach_run(stage.session, slot.id, stage.number, by=LEAD, at=stage.at)
    with pytest.raises(RefusedInWords, match="已经开始"):
        move("太晚")
    assert year.due_slots(stage.session, day) == ()


def test_a_run_fills_a_slot_of_its_own_plan_and_one_only(stage: Stage) -> None:
    fill(stage, a_slot(), a_slot(month=date(2026, 12, 1)), a_slot(plan="virus"))
    run = stage.plan_drill(PLAN, slot_id=seen(stage).slots[0].id)
    slots = {(s.month.month, s.plan): s for s in seen(stage).slots}
    assert slots[11, PLAN.id].run == run.number
    for key in ((12, PLAN.id), (11, "virus")):
        with pytest.raises(RefusedInWords):
            filling.attach_run(
                stage.session, slots[key].id, run.number, by=LEAD, at=stage.at
            )


def fresh(stage: Stage, at: datetime) -> plans.Freshness:
    return plans.freshness(stage.session, [PLAN], at=at)[PLAN.id]


def test_a_plan_is_fresh_by_signatures_and_runs_and_stale_by_time(
    stage: Stage,
) -> None:
    new = fresh(stage, NOON)
    assert (new.review_overdue, new.rehearse_overdue) == (True, True)
    keeping_plans.sign_plan(
        stage.session, PLAN, PlanMark.APPROVED, by=CUSTOMER, at=NOON
    )
    stage.to_review(PLAN)
    now = fresh(stage, stage.at)
    assert (now.approved_by, now.reviewed_at) == (CUSTOMER.username, NOON)
    assert now.rehearsed_by == stage.number
    assert not now.review_overdue
    assert not now.rehearse_overdue
    assert fresh(stage, NOON + timedelta(days=181)).review_overdue
    assert fresh(stage, NOON + timedelta(days=367)).rehearse_overdue


def test_an_edited_plan_is_approved_anew(stage: Stage) -> None:
    keeping_plans.sign_plan(stage.session, PLAN, PlanMark.APPROVED, by=LEAD, at=NOON)
    edited = the_plan(version="V1.1")
    found = plans.freshness(stage.session, [edited], at=NOON)[PLAN.id]
    assert found.approved_at is None
    assert found.reviewed_at == NOON
    known = plans.versions(stage.session, PLAN.id)
    assert [one.version for one in known] == ["V1.0"]
    assert plans.content(stage.session, known[0].sha256) == PLAN
    assert plans.content(stage.session, "0" * 64) is None


def test_a_run_broken_off_rehearsed_nothing(stage: Stage) -> None:
    stage.start(PLAN)
    run = stage.go("abort")
    assert run.state is RunState.ABORTED
    assert fresh(stage, stage.at).rehearsed_at is None
