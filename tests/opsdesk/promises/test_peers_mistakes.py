"""What other desks' clocks got wrong, each as a case that ours gets right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opsdesk.tickets.promises.calendar import Calendar, Policy
from opsdesk.tickets.promises.clock import clock, due_of
from opsdesk.tickets.promises.promise import Occurrence, Reading, State, What, Within
from opsdesk.tickets.promises.terms import (
    Terms,
    fixes,
    next_deadline,
    readings,
    response,
    threshold,
)
from tests.opsdesk.promises.test_worked_cases import SHANGHAI, at

LEGAL = Calendar(Policy.LEGAL_DAYS, SHANGHAI)
ALWAYS = Calendar(Policy.ALWAYS, SHANGHAI)
TERMS = Terms()


def happened(*what: tuple[str, What]) -> list[Occurrence]:
    return [Occurrence(at(when), one) for when, one in what]


def named(found: tuple[Reading, ...], name: str) -> Reading:
    return next(one for one in found if one.promise.name == name)


def test_seventy_two_hours_around_the_clock_lose_no_second_at_midnight() -> None:
    start = at("2021-09-14 10:00")
    assert due_of(Within(timedelta(hours=72)), ALWAYS, start) == at("2021-09-17 10:00")


def test_an_answer_in_the_sixtieth_minute_is_in_time() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 11:00", What.RESPONDED)
    )
    reading = clock(events, response(), LEGAL, at("2021-09-15 10:00"))
    assert reading is not None
    assert (reading.state, reading.breached) == (State.MET, False)
    late = [events[0], Occurrence(at("2021-09-14 11:01"), What.RESPONDED)]
    reading = clock(late, response(), LEGAL, at("2021-09-15 10:00"))
    assert reading is not None
    assert (reading.state, reading.breached) == (State.MET, True)


def test_waiting_for_the_customer_never_stops_the_response_clock() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 10:10", What.WAITING)
    )
    reading = clock(events, response(), LEGAL, at("2021-09-14 10:40"))
    assert reading is not None
    assert reading.elapsed == timedelta(minutes=40)


def test_a_pause_over_a_holiday_moves_the_deadline_by_service_time_only() -> None:
    events = happened(
        ("2021-09-30 20:00", What.STARTED),
        ("2021-09-30 22:00", What.WAITING),
        ("2021-10-04 02:00", What.RESUMED),
    )
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock(events, restored, LEGAL, at("2021-10-04 03:00"))
    assert reading is not None
    assert reading.elapsed == timedelta(hours=3)  # 22:00 of 4 h, 10-01 to 10-03 not
    assert reading.deadline == at("2021-10-04 04:00")


def test_reopened_the_clock_goes_on_and_the_time_it_was_solved_does_not_count() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED),
        ("2021-09-14 12:00", What.RESTORED),
        ("2021-09-16 09:00", What.REOPENED),
    )
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock(events, restored, LEGAL, at("2021-09-16 10:00"))
    assert reading is not None
    assert (reading.state, reading.elapsed) == (State.RUNNING, timedelta(hours=3))
    assert reading.deadline == at("2021-09-16 21:00")  # 14 h allowed, 2 h were used


def test_declared_complex_the_deadline_counts_from_the_original_start() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 20:00", What.COMPLEX)
    )
    found = readings(events, TERMS, LEGAL, now=at("2021-09-14 21:00"))
    assert named(found, "restored").deadline == at("2021-09-18 00:00")


def test_a_missed_same_day_deadline_owes_a_plan_two_hours_later() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 10:05", What.RESPONDED)
    )
    before = readings(events, TERMS, LEGAL, now=at("2021-09-14 23:59"))
    assert [one.promise.name for one in before] == ["response", "restored", "released"]
    after = readings(events, TERMS, LEGAL, now=at("2021-09-15 00:30"))
    plan = named(after, "plan")
    assert plan.deadline == at("2021-09-15 02:00")
    reported = [*events, *happened(("2021-09-15 01:30", What.PLAN_REPORTED))]
    plan = named(readings(reported, TERMS, LEGAL, now=at("2021-09-15 09:00")), "plan")
    assert (plan.state, plan.breached) == (State.MET, False)


def test_a_fault_restored_but_not_released_the_same_day_owes_a_plan_too() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 12:00", What.RESTORED)
    )
    found = readings(events, TERMS, LEGAL, now=at("2021-09-15 00:30"))
    assert named(found, "plan").state is State.RUNNING


def test_a_clock_stepped_back_hears_nothing_of_what_is_still_to_come() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 12:00", What.RESTORED)
    )
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock(events, restored, LEGAL, at("2021-09-14 11:00"))
    assert reading is not None
    assert (reading.state, reading.elapsed) == (State.RUNNING, timedelta(hours=1))


@pytest.mark.parametrize(
    ("minutes", "percent"), [(29, 0), (30, 50), (45, 75), (60, 100)]
)
def test_half_three_quarters_and_the_whole_are_told_at_their_minute(
    minutes: int, percent: int
) -> None:
    start = at("2021-09-14 23:30")  # across midnight
    events = [Occurrence(start, What.STARTED)]
    reading = clock(events, response(), LEGAL, start + timedelta(minutes=minutes))
    assert reading is not None
    assert threshold(reading) == percent


def test_the_next_deadline_is_the_nearest_that_is_still_owed() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 10:05", What.RESPONDED)
    )
    found = readings(events, TERMS, LEGAL, now=at("2021-09-14 10:30"))
    assert next_deadline(found) == at("2021-09-15 00:00")


def test_the_explanation_names_the_days_that_do_not_count() -> None:
    events = happened(("2021-09-30 23:30", What.STARTED))
    reading = clock(events, response(), LEGAL, at("2021-09-30 23:40"))
    assert reading is not None
    said = " ".join(words.zh for words in reading.explanation)
    assert "10-01～10-03 国庆节 不计" in said
    assert "2021.1" in said


def test_nothing_is_read_before_anything_began() -> None:
    assert clock([], response(), LEGAL, datetime(2026, 1, 1, tzinfo=UTC)) is None
