"""The tables of holidays agree with two others, and a wrong one is told as such."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest

from opsdesk.tickets.promises import tables
from opsdesk.tickets.promises.calendar import Calendar, DayKind, Policy
from tests.opsdesk.promises.test_worked_cases import SHANGHAI

OFFICIAL = [year for year in tables.years() if not tables.table(year).provisional]


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [
        first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)
    ]


@pytest.mark.parametrize("year", OFFICIAL)
def test_days_off_and_made_up_are_those_of_a_second_source(year: int) -> None:
    calendar = Calendar(Policy.REST_BLOCK, SHANGHAI)
    for day in days_of(year):
        made_up = calendar.kind(day) is DayKind.MAKEUP
        free, name = chinese_calendar.get_holiday_detail(day)
        assert made_up == (not free and day.weekday() >= 5), day
        assert calendar.counts(day) == (not (free and name)), day


@pytest.mark.parametrize("year", OFFICIAL)
def test_statutory_days_are_those_of_a_third_source(year: int) -> None:
    observed = ("observed", "substituted")
    theirs = {
        day
        for day, name in holidays.country_holidays("CN", years=year).items()
        if not any(word in name for word in observed)
    }
    assert tables.table(year).days("statutory") == theirs


def test_a_year_without_a_table_is_refused_by_name() -> None:
    with pytest.raises(tables.NoTable, match="2031"):
        Calendar(Policy.LEGAL_DAYS, SHANGHAI).counts(date(2031, 3, 1))


WRONG = """
year: 2026
version: 2026.9
status: maybe
source: {title: 通知, date: 2025-11-04}
holidays:
  - name: 元旦
    rest: [2026-01-01, 2026-01-03]
    statutory: [2026-01-05]
    makeup: [2026-01-06]
  - name: 春节
    rest: [2026-01-03, 2026-01-04]
    statutory: []
    makeup: []
"""


def test_every_mistake_of_a_table_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "2026.yaml"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(tables.BadTable) as told:
        tables.read(path)
    text = str(told.value)
    for part in (
        "1 statutory days, not 13",
        "2026-01-05 lies outside",
        "2026-01-06 is made up on a weekday",
        "2026-01-03 belongs to 元旦 and to 春节",
        "status 'maybe'",
    ):
        assert part in text
