"""The scheduler's tick: once, late, missed, with a clock that steps, in two places."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.flows import keep_slots
from opsdesk.inspections.models import Round, Status, Visit
from tests.flows.conftest import Peer

SHANGHAI = ZoneInfo("Asia/Shanghai")
STOP = threading.Event()


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Set the wall clock to shortly before the first slot of a day; it stands still."""
    with time_machine.travel(local("22 07:59"), tick=False) as traveller:
        yield traveller


def rows(desk: Desk) -> dict[str, Round]:
    with desk.database.reading() as session:
        found = session.scalars(select(Round).order_by(Round.id))
        return {row.slot_key or row.number: row for row in found}


def slept(seen: keep_slots.Observed, hours: float) -> None:
    """Let the boot clock say that so many hours have passed, as after a sleep."""
    seen.boot -= hours * 3600


def test_a_slot_is_run_when_its_time_comes_and_a_second_ring_does_nothing(
    desk: Desk, peer: Peer, now: time_machine.Traveller
) -> None:
    seen = keep_slots.observe(clock.now())
    keep_slots.tick(desk, seen, stop=STOP)
    assert rows(desk) == {}
    now.move_to(local("22 08:00:02"))
    keep_slots.tick(desk, seen, stop=STOP)
    keep_slots.tick(desk, seen, stop=STOP)
    found = rows(desk)
    assert list(found) == ["2026-11-22/morning"]
    row = found["2026-11-22/morning"]
    assert (row.status, row.late, row.reason) == (Status.JUDGED, False, "")
    assert peer.asked == 1


def test_a_slot_missed_by_less_than_the_catch_up_is_run_late_and_says_why(
    desk: Desk, now: time_machine.Traveller
) -> None:
    seen = keep_slots.observe(clock.now())
    now.move_to(local("22 09:00"))
    slept(seen, 1 + 1 / 60)
    keep_slots.tick(desk, seen, stop=STOP)
    row = rows(desk)["2026-11-22/morning"]
    assert (row.status, row.late) == (Status.JUDGED, True)
    assert row.reason == "scheduler was held up or the machine slept for 60 min"


def test_a_machine_asleep_over_two_slots_records_one_missed_and_runs_one_late(
    desk: Desk, peer: Peer, now: time_machine.Traveller
) -> None:
    seen = keep_slots.observe(clock.now())
    now.move_to(local("22 15:00"))
    slept(seen, 7 + 1 / 60)
    keep_slots.tick(desk, seen, stop=STOP)
    found = rows(desk)
    assert found["2026-11-22/morning"].status is Status.MISSED
    assert "slept for 420 min" in found["2026-11-22/morning"].reason
    assert found["2026-11-22/noon"].late
    assert peer.asked == 1


def test_a_clock_stepped_forward_names_the_step_as_the_reason(
    desk: Desk, now: time_machine.Traveller
) -> None:
    seen = keep_slots.observe(clock.now())
    now.move_to(local("22 13:00"))
    keep_slots.tick(desk, seen, stop=STOP)
    row = rows(desk)["2026-11-22/morning"]
    assert row.status is Status.MISSED
    assert row.reason.startswith("clock stepped by 18")


def test_a_clock_stepped_back_runs_no_slot_a_second_time(
    desk: Desk, peer: Peer, now: time_machine.Traveller
) -> None:
    seen = keep_slots.observe(clock.now())
    now.move_to(local("22 08:01"))
    keep_slots.tick(desk, seen, stop=STOP)
    now.move_to(local("22 07:30"))
    keep_slots.tick(desk, seen, stop=STOP)
    now.move_to(local("22 08:00:30"))
    keep_slots.tick(desk, seen, stop=STOP)
    assert list(rows(desk)) == ["2026-11-22/morning"]
    assert peer.asked == 1


def test_a_restarted_scheduler_tells_the_slots_of_its_absence_from_its_own(
    desk: Desk, now: time_machine.Traveller
) -> None:
    now.move_to(local("22 08:00:01"))
    keep_slots.tick(desk, keep_slots.observe(local("22 07:59")), stop=STOP)
    now.move_to(local("23 13:00"))
    keep_slots.tick(desk, keep_slots.observe(clock.now()), stop=STOP)
    found = rows(desk)
    assert [key for key, row in found.items() if row.status is Status.MISSED] == [
        "2026-11-22/noon",
        "2026-11-22/evening",
        "2026-11-23/morning",
    ]
    assert "was not running until 2026-11-23" in found["2026-11-22/noon"].reason


def test_two_schedulers_at_once_make_one_round(desk: Desk, peer: Peer) -> None:
    with time_machine.travel(local("22 08:00:02"), tick=False):
        start = threading.Barrier(2)
        troubles: list[Exception] = []

        def ring() -> None:
            seen = keep_slots.observe(local("22 07:59"))
            start.wait(10)
            try:
                keep_slots.tick(desk, seen, stop=STOP)
            except Exception as trouble:  # noqa: BLE001 - shown by the assertion
                troubles.append(trouble)

        threads = [threading.Thread(target=ring) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert troubles == []
    assert [(row.status, row.resumed) for row in rows(desk).values()] == [
        (Status.JUDGED, 0)
    ]
    assert peer.asked == 1


def test_a_round_that_fell_is_finished_by_a_later_tick_of_the_same_process(
    desk: Desk, peer: Peer, now: time_machine.Traveller
) -> None:
    files = desk.store.root
    aside = files.with_name("aside")
    files.mkdir()

    def break_the_store() -> None:
        files.rename(aside)
        files.write_text("not a folder")

    peer.then = break_the_store
    seen = keep_slots.observe(clock.now())
    now.move_to(local("22 08:00:02"))
    keep_slots.tick(desk, seen, stop=STOP)
    assert rows(desk)["2026-11-22/morning"].status is Status.RUNNING
    peer.then = None
    files.unlink()
    aside.rename(files)
    keep_slots.tick(desk, seen, stop=STOP)
    row = rows(desk)["2026-11-22/morning"]
    assert row.status is Status.RUNNING, "it waits a little before it tries again"
    for round_id, fall in seen.fell.items():
        seen.fell[round_id] = keep_slots.Fall(fall.times, 0.0)
    keep_slots.tick(desk, seen, stop=STOP)
    row = rows(desk)["2026-11-22/morning"]
    assert (row.status, row.resumed) == (Status.JUDGED, 1)
    with desk.database.reading() as session:
        outcomes = {v.server: v.outcome for v in session.scalars(select(Visit))}
    assert outcomes == {"web-1": "answered", "gone-1": "refused"}


def test_a_fortnight_is_the_furthest_a_tick_looks_back(
    desk: Desk, now: time_machine.Traveller
) -> None:
    now.move_to(local("02 08:00:01"))
    keep_slots.tick(desk, keep_slots.observe(local("02 07:59")), stop=STOP)
    now.move_to(local("28 07:00"))
    keep_slots.tick(desk, keep_slots.observe(clock.now()), stop=STOP)
    missed = [row for row in rows(desk).values() if row.status is Status.MISSED]
    assert len(missed) == keep_slots.LOOK_BACK // timedelta(days=1) * 3
