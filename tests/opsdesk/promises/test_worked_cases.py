"""The cases agreed on with the customer, policy by policy."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from opsdesk.tickets.promises.calendar import Calendar, Policy
from opsdesk.tickets.promises.clock import clock, due_of
from opsdesk.tickets.promises.promise import Occurrence, What
from opsdesk.tickets.promises.terms import Terms, fix_target, response, same_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEGAL, REST, ALWAYS = Policy.LEGAL_DAYS, Policy.REST_BLOCK, Policy.ALWAYS

CASES = [
    ("2021-09-14 10:00", LEGAL, "09-14 11:00", "09-15 00:00", "09-18 00:00"),
    ("2021-09-14 10:00", REST, "09-14 11:00", "09-15 00:00", "09-18 00:00"),
    ("2021-09-14 10:00", ALWAYS, "09-14 11:00", "09-15 00:00", "09-18 00:00"),
    ("2021-09-14 23:50", LEGAL, "09-15 00:50", "09-15 00:00", "09-18 00:00"),
    ("2021-09-20 10:00", LEGAL, "09-20 11:00", "09-21 00:00", "09-25 00:00"),
    ("2021-09-20 10:00", REST, "09-22 01:00", "09-23 00:00", "09-26 00:00"),
    ("2021-09-20 10:00", ALWAYS, "09-20 11:00", "09-21 00:00", "09-24 00:00"),
    ("2021-09-30 23:30", LEGAL, "10-04 00:30", "10-01 00:00", "10-07 00:00"),
    ("2021-09-30 23:30", REST, "10-08 00:30", "10-01 00:00", "10-11 00:00"),
    ("2021-09-30 23:30", ALWAYS, "10-01 00:30", "10-01 00:00", "10-04 00:00"),
    ("2022-01-30 20:00", LEGAL, "01-30 21:00", "01-31 00:00", "02-06 00:00"),
    ("2022-01-30 20:00", REST, "01-30 21:00", "01-31 00:00", "02-10 00:00"),
    ("2022-01-30 20:00", ALWAYS, "01-30 21:00", "01-31 00:00", "02-03 00:00"),
    ("2026-05-04 08:00", LEGAL, "05-04 09:00", "05-05 00:00", "05-08 00:00"),
    ("2026-05-04 08:00", REST, "05-06 01:00", "05-07 00:00", "05-10 00:00"),
    ("2026-05-04 08:00", ALWAYS, "05-04 09:00", "05-05 00:00", "05-08 00:00"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(("opened", "policy", "answer", "day", "days"), CASES)
def test_a_fault_has_the_deadlines_agreed_on(
    opened: str, policy: Policy, answer: str, day: str, days: str
) -> None:
    calendar = Calendar(policy, SHANGHAI)
    start, year = at(opened), opened[:4]
    terms = Terms()
    assert due_of(response().target, calendar, start) == at(f"{year}-{answer}")
    assert due_of(same_day(terms), calendar, start) == at(f"{year}-{day}")
    hard = fix_target(terms, is_complex=True)
    assert due_of(hard, calendar, start) == at(f"{year}-{days}")


def test_seventy_two_hours_are_service_time() -> None:
    calendar = Calendar(LEGAL, SHANGHAI)
    target = fix_target(Terms(complex_in_hours=True), is_complex=True)
    due = due_of(target, calendar, at("2021-09-30 12:00"))
    assert due == at("2021-10-06 12:00")
    assert calendar.elapsed(at("2021-09-30 12:00"), due) == timedelta(hours=72)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2021-09-14 17:59", "2021-09-15 00:00"),
        ("2021-09-14 18:00", "2021-09-16 00:00"),
        ("2021-09-30 18:00", "2021-10-05 00:00"),  # the next service day: 10-04
        ("2021-10-02 19:00", "2021-10-05 00:00"),  # a holiday: moved on once, not twice
    ],
)
def test_from_the_cutoff_on_the_next_service_day_is_meant(
    opened: str, due: str
) -> None:
    target = same_day(Terms(same_day_cutoff=time(18)))
    assert due_of(target, Calendar(LEGAL, SHANGHAI), at(opened)) == at(due)


@pytest.mark.parametrize(
    ("opened", "policy", "told"),
    [
        ("2026-12-31 23:59", LEGAL, 1),
        ("2026-12-31 23:59", ALWAYS, 0),
        ("2026-11-30 23:59", LEGAL, 0),
    ],
)
def test_a_deadline_by_a_provisional_table_says_that_it_may_move(
    opened: str, policy: Policy, told: int
) -> None:
    start = at(opened)
    begun = [Occurrence(start, What.STARTED)]
    reading = clock(begun, response(), Calendar(policy, SHANGHAI), start)
    assert reading is not None
    said = " ".join(words.zh for words in reading.explanation)
    assert said.count("2027 年的节假日表是暂定的") == told
    assert "节假日表 /" not in said
