"""What other desks' clocks got wrong, each as a case that ours gets right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from opsdesk.tickets.promises.calendar import Calendar, Policy
from opsdesk.tickets.promises.clock import clock, due_of
from opsdesk.tickets.promises.promise import Occurrence, Reading, State, What, Within
from opsdesk.tickets.promises.tables import NoTable
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


def test_a_clock_stepped_back_between_waiting_and_going_on_leaves_nothing_paused() -> (
    None
):
    events = happened(
        ("2021-09-14 10:00", What.STARTED),
        ("2021-09-14 12:00", What.WAITING),
        ("2021-09-14 11:55", What.RESUMED),  # written down after it
    )
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock(events, restored, LEGAL, at("2021-09-14 20:00"))
    assert reading is not None
    assert (reading.state, reading.elapsed) == (State.RUNNING, timedelta(hours=10))


def test_closed_and_reopened_a_fault_still_owes_its_plan() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED),
        ("2021-09-14 12:00", What.RESTORED),
        ("2021-09-14 12:00", What.RELEASED),
        ("2021-09-14 13:00", What.ENDED),
        ("2021-09-16 09:00", What.REOPENED),
    )
    found = readings(events, TERMS, LEGAL, now=at("2021-09-16 22:00"))
    plan = named(found, "plan")
    assert (plan.state, plan.deadline) == (State.RUNNING, at("2021-09-16 23:00"))


def test_declared_complex_too_late_the_same_day_deadline_stays() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-15 09:00", What.COMPLEX)
    )
    found = readings(events, TERMS, LEGAL, now=at("2021-09-15 10:00"))
    assert named(found, "restored").deadline == at("2021-09-15 00:00")
    assert named(found, "restored").breached


def test_a_change_of_priority_forgets_no_pause() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED),
        ("2021-09-14 12:00", What.WAITING),
        ("2021-09-14 15:00", What.RESUMED),
    )
    before, after = (
        named(
            readings(events, TERMS, LEGAL, now=at("2021-09-14 20:00"), priority=one),
            "restored",
        )
        for one in ("P1", "P3")
    )
    assert before == after
    assert before.elapsed == timedelta(hours=7)


def test_the_time_a_fault_was_solved_is_not_said_to_have_been_waiting() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED),
        ("2021-09-14 11:00", What.WAITING),
        ("2021-09-14 12:00", What.RESUMED),
        ("2021-09-14 13:00", What.RESTORED),
        ("2021-09-14 18:00", What.REOPENED),
    )
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock(events, restored, LEGAL, at("2021-09-14 20:00"))
    assert reading is not None
    said = [words.zh for words in reading.explanation]
    assert "等待甲方 1 小时 不计" in said
    assert "解决后至重新打开 5 小时 不计" in said


def test_a_pause_is_not_explained_by_a_cutoff_that_nobody_set() -> None:
    events = happened(
        ("2021-09-14 10:00", What.STARTED), ("2021-09-14 12:00", What.WAITING)
    )
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock(events, restored, LEGAL, at("2021-09-14 20:00"))
    assert reading is not None
    said = " ".join(words.zh for words in reading.explanation)
    assert "截止时刻" not in said
    assert "等待甲方 8 小时 不计" in said


def test_a_deadline_at_the_very_end_of_the_last_known_year_needs_no_further_table() -> (
    None
):
    start = at("2027-12-31 10:00")
    restored = fixes(TERMS, is_complex=False)[0]
    reading = clock([Occurrence(start, What.STARTED)], restored, LEGAL, start)
    assert reading is not None
    assert reading.deadline == at("2028-01-01 00:00")
    assert "2027.0" in reading.explanation[-1].zh
    with pytest.raises(NoTable, match="2028"):
        clock(
            [Occurrence(start, What.STARTED)], response(), LEGAL, at("2028-01-02 10:00")
        )


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Shanghai", "UTC"])
def test_an_hour_is_an_hour_wherever_the_desk_stands_and_clocks_change(
    name: str,
) -> None:
    calendar = Calendar(Policy.ALWAYS, ZoneInfo(name))
    start = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo(name))
    due = calendar.after(start, timedelta(hours=24))
    assert due - start.astimezone(UTC) == timedelta(hours=24)
    assert calendar.elapsed(start, due) == timedelta(hours=24)
