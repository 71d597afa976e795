"""The drill year: every scenario, the two weightiest twice, once with the customer."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, strategies

from runbooks import loader, rota
from runbooks.plan import SEVEN, Plan, Scenario

PLANS = {plan.id: plan for plan in loader.shipped()}
YEARS = strategies.integers(2021, 2100)


def weekday(day: date) -> bool:
    return day.isoweekday() <= 5


@given(number=YEARS)
def test_a_year_rehearses_every_scenario_and_the_weightiest_twice(number: int) -> None:
    entries = rota.year(PLANS.values(), number, works_on=weekday)
    assert [one.month for one in entries] == [date(number, n, 1) for n in range(1, 13)]
    count = Counter(one.scenario for one in entries)
    assert set(count) == set(SEVEN)
    assert count[Scenario.DATABASE_SECURITY] == 2
    assert count[Scenario.WAN_OUTAGE] == 2
    assert sum(one.joint for one in entries) == 1


@given(number=YEARS, off=strategies.sets(strategies.dates(), max_size=40))
def test_a_drill_is_on_a_worked_day_of_its_months_second_half(
    number: int, off: set[date]
) -> None:
    def works_on(day: date) -> bool:
        return weekday(day) and day not in off

    for one in rota.year(PLANS.values(), number, works_on=works_on):
        assert one.planned_on.replace(day=1) == one.month
        assert one.planned_on.day >= 15
        assert works_on(one.planned_on)


def test_a_week_off_moves_the_drill_not_out_of_its_month() -> None:
    def works_on(day: date) -> bool:
        return weekday(day) and not date(2026, 9, 15) <= day <= date(2026, 9, 24)

    (one,) = (
        entry
        for entry in rota.year(PLANS.values(), 2026, works_on=works_on)
        if entry.month.month == 9
    )
    assert date(2026, 9, 24) < one.planned_on < date(2026, 10, 1)


@given(number=YEARS)
def test_a_plan_is_only_rehearsed_in_a_mode_it_knows(number: int) -> None:
    for one in rota.year(PLANS.values(), number, works_on=weekday):
        assert one.mode in {drill.mode for drill in PLANS[one.plan].drills}


@given(number=YEARS)
def test_the_same_year_is_the_same_drills_whatever_the_plans_order(number: int) -> None:
    backwards: list[Plan] = list(PLANS.values())[::-1]
    assert rota.year(backwards, number, works_on=weekday) == rota.year(
        PLANS.values(), number, works_on=weekday
    )


@given(number=YEARS)
def test_drills_of_one_scenario_are_three_months_apart_at_least(number: int) -> None:
    last: dict[Scenario, date] = {}
    for one in rota.year(PLANS.values(), number, works_on=weekday):
        if one.scenario in last:
            assert one.planned_on - last[one.scenario] > timedelta(days=90)
        last[one.scenario] = one.planned_on


def test_a_scenario_without_a_plan_leaves_its_months_empty() -> None:
    some = [plan for plan in PLANS.values() if plan.scenario is not Scenario.VIRUS]
    months = [one.month.month for one in rota.year(some, 2026, works_on=weekday)]
    assert months == [1, 2, 3, 5, 6, 7, 8, 9, 11, 12]
