"""Periods: what they are called, what they are compared with, and their steps."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from opsdesk.core.language import RefusedInWords
from opsdesk.flows.month.steps import steps
from opsdesk.reporting import span
from opsdesk.reporting.span import Sort

ZONE = ZoneInfo("Asia/Shanghai")


def between(first: str, last: str) -> span.Span:
    return span.between(date.fromisoformat(first), date.fromisoformat(last), ZONE)


@pytest.mark.parametrize(
    ("first", "last", "sort", "code"),
    [
        ("2026-10-05", "2026-10-11", Sort.PERIOD, "20261005-20261011"),
        ("2026-10-01", "2026-10-31", Sort.MONTHLY, "202610"),
        ("2028-02-01", "2028-02-29", Sort.MONTHLY, "202802"),
        ("2028-02-01", "2028-02-28", Sort.PERIOD, "20280201-20280228"),
        ("2026-01-01", "2026-12-31", Sort.YEARLY, "2026"),
    ],
)
def test_the_same_days_have_one_name_only(
    first: str, last: str, sort: Sort, code: str
) -> None:
    found = between(first, last)
    assert (found.sort, found.code) == (sort, code)
    assert span.parse(code, ZONE) == found


def test_a_code_that_is_no_name_of_its_days_is_refused() -> None:
    with pytest.raises(RefusedInWords, match="202610"):
        span.parse("20261001-20261031", ZONE)


@pytest.mark.parametrize(
    ("first", "last"), [("2026-10-02", "2026-10-01"), ("2026-01-01", "2027-01-02")]
)
def test_days_in_disorder_or_over_a_year_are_no_period(first: str, last: str) -> None:
    with pytest.raises(RefusedInWords):
        between(first, last)


def test_each_period_stands_between_its_neighbours() -> None:
    whole = [between("2026-10-05", "2026-10-11"), span.year(2028, ZONE)]
    for one in (*whole, span.month(2026, 12, ZONE)):
        assert one.after.before == one == one.before.after
        assert one.after.since == one.until


def test_days_of_a_month_weeks_of_a_quarter_months_of_a_year() -> None:
    month = steps(span.month(2026, 10, ZONE))
    quarter = steps(between("2026-10-01", "2026-12-31"))
    year = steps(between("2026-07-01", "2027-06-30"))
    assert (len(month.labels), month.labels[0]) == (31, "10-01")
    assert (len(quarter.labels), quarter.labels[:2]) == (14, ("10-01", "10-08"))
    assert (len(year.labels), year.labels[6]) == (12, "2027-01")


def test_every_day_falls_into_one_step_and_others_into_none() -> None:
    period = between("2026-12-20", "2027-02-10")
    counted = steps(period).counted((*period.days, date(2026, 1, 1)))
    assert sum(counted) == len(period.days)
    assert counted[0] == 7
