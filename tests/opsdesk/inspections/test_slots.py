"""Which slots run, run late, or are recorded as missed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.inspections.models import Slot
from opsdesk.inspections.slots import DueSlot, Fate, Timetable, due, next_due

SHANGHAI = ZoneInfo("Asia/Shanghai")
TABLE = Timetable(
    slots=[
        (Slot.MORNING, time(8)),
        (Slot.NOON, time(14)),
        (Slot.EVENING, time(20)),
    ],
    zone=SHANGHAI,
    catch_up=timedelta(hours=2),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def fates(since: str, at: str, taken: frozenset[str] = frozenset()) -> dict[str, Fate]:
    found = due(TABLE, taken, since=local(since), at=local(at))
    return {slot.key: slot.fate for slot in found}


def test_a_slot_runs_on_time() -> None:
    assert fates("2026-11-22 07:00", "2026-11-22 08:00:02") == {
        "2026-11-22/morning": Fate.RUN
    }


def test_a_slot_is_not_due_before_its_time() -> None:
    assert fates("2026-11-22 07:00", "2026-11-22 07:59:59") == {}


def test_a_slot_missed_by_less_than_the_window_is_run_late() -> None:
    assert fates("2026-11-22 07:00", "2026-11-22 09:59") == {
        "2026-11-22/morning": Fate.LATE
    }


def test_a_slot_missed_by_more_than_the_window_is_recorded_as_missed() -> None:
    assert fates("2026-11-22 07:00", "2026-11-22 10:01") == {
        "2026-11-22/morning": Fate.MISSED
    }


def test_every_slot_of_a_weekend_without_power_is_accounted_for() -> None:
    found = fates("2026-11-20 19:00", "2026-11-23 08:01")
    assert len(found) == 8
    assert found["2026-11-23/morning"] is Fate.RUN
    assert set(list(found.values())[:-1]) == {Fate.MISSED}


def test_a_slot_with_a_row_is_never_run_again() -> None:
    assert (
        fates("2026-11-22 07:00", "2026-11-22 08:10", frozenset({"2026-11-22/morning"}))
        == {}
    )


def test_a_clock_set_back_does_not_ring_a_slot_twice() -> None:
    taken = frozenset({"2026-11-22/morning"})
    assert fates("2026-11-22 07:00", "2026-11-22 08:00:30", taken) == {}


def test_what_came_before_the_desk_was_set_up_is_not_missed() -> None:
    assert fates("2026-11-22 13:00", "2026-11-22 13:30") == {}


def test_a_holiday_has_its_three_rounds() -> None:
    found = fates("2026-10-01 00:00", "2026-10-01 23:59")
    assert len(found) == 3


@pytest.mark.parametrize(
    ("after", "slot", "expected"),
    [
        ("2026-11-22 07:00", Slot.MORNING, "2026-11-22 08:00"),
        ("2026-11-22 08:00", Slot.NOON, "2026-11-22 14:00"),
        ("2026-12-31 20:00", Slot.MORNING, "2027-01-01 08:00"),
    ],
)
def test_the_next_round_is_known(after: str, slot: Slot, expected: str) -> None:
    assert next_due(TABLE, after=local(after)) == (slot, local(expected))


@given(
    since=st.integers(0, 60 * 24 * 330),
    steps=st.lists(st.integers(0, 60 * 30), min_size=1, max_size=30),
)
def test_no_slot_is_lost_or_rung_twice_however_the_ticks_fall(
    since: int, steps: list[int]
) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    at, taken, rung = begin, set[str](), list[DueSlot]()
    for minutes in steps:
        at += timedelta(minutes=minutes)
        for slot in due(TABLE, taken, since=begin, at=at):
            taken.add(slot.key)
            rung.append(slot)
    keys = [slot.key for slot in rung]
    assert len(keys) == len(set(keys))
    assert set(keys) == {
        slot.key for slot in due(TABLE, frozenset(), since=begin, at=at)
    }
