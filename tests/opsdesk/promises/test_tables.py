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
        for day, name in holidays.country_holidays(
            "CN", years=year, language="en_US"
        ).items()
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
        "2026.yaml: line 7: 元旦: statutory 2026-01-05 lies outside",
        "2026-01-06 is made up on a weekday",
        "2026-01-03 belongs to 元旦 and to 春节",
        "status 'maybe'",
    ):
        assert part in text


@pytest.mark.parametrize(
    "content",
    [
        "",
        "year: 2026",
        "[",
        "year: 2026\nversion: 1\nstatus: official\nsource: {}\nholidays: []",
        WRONG.replace("rest: [2026-01-01, 2026-01-03]", "rest: soon"),
        WRONG.replace("rest: [2026-01-01, 2026-01-03]", "rest: [1, 2]"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "2026.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(tables.BadTable, match=r"2026\.yaml"):
        tables.read(path)


def test_a_table_under_another_years_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2025.yaml"
    path.write_bytes((tables.FOLDER / "2026.yaml").read_bytes())
    with pytest.raises(tables.BadTable, match="another year"):
        tables.read(path)


def test_an_amended_table_has_another_hash(tmp_path: Path) -> None:
    path = tmp_path / "2026.yaml"
    path.write_bytes((tables.FOLDER / "2026.yaml").read_bytes() + b"# amended\n")
    assert tables.read(path).digest != tables.table(2026).digest


def test_whatever_the_day_it_is_of_one_kind_for_the_roster() -> None:
    calendar = Calendar(Policy.LEGAL_DAYS, SHANGHAI)
    kinds = {
        date(2026, 2, 14): DayKind.MAKEUP,
        date(2026, 2, 15): DayKind.REST,
        date(2026, 2, 16): DayKind.STATUTORY,
        date(2026, 3, 7): DayKind.WEEKEND,
        date(2026, 3, 9): DayKind.WORKING,
    }
    assert {day: calendar.kind(day) for day in kinds} == kinds


@pytest.mark.parametrize(
    ("year", "off", "statutory", "made_up"),
    [
        (2021, 31, 11, 7),
        (2022, 31 + 1, 11, 7),  # 31 December is off by the notice of 2023
        (2025, 28, 13, 5),
        (2026, 33, 13, 6),
    ],
)
def test_a_year_has_as_many_days_as_its_notice_gave(
    year: int, off: int, statutory: int, made_up: int
) -> None:
    found = tables.table(year)
    counts = tuple(len(found.days(kind)) for kind in ("rest", "statutory", "makeup"))
    assert counts == (off, statutory, made_up)
