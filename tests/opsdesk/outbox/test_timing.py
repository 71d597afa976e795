"""When a notice may leave: quiet hours, digests and tries, across midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.core.outbox.models import Urgency
from opsdesk.core.outbox.timing import (
    GATHER,
    Timing,
    after_quiet,
    due,
    due_again,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = (time(22), time(7))
FIRST, LAST = (datetime.fromisoformat(day) for day in ("2021-01-01", "2027-01-01"))
DESK = Timing(zone=SHANGHAI, quiet=NIGHT, digest=time(8, 30))


def local(clock: str, day: int = 23) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("written", "urgency", "sent"),
    [
        (local("10:00"), Urgency.NORMAL, local("10:01")),
        (local("21:59"), Urgency.NORMAL, local("07:00", 24)),
        (local("23:30"), Urgency.NORMAL, local("07:00", 24)),
        (local("00:00"), Urgency.NORMAL, local("07:00")),
        (local("06:59"), Urgency.NORMAL, local("07:00")),
        (local("07:00"), Urgency.NORMAL, local("07:01")),
        (local("03:00"), Urgency.NOW, local("03:00")),
        (local("08:30"), Urgency.DIGEST, local("08:30")),
        (local("08:31"), Urgency.DIGEST, local("08:30", 24)),
        (local("23:30"), Urgency.DIGEST, local("08:30", 24)),
    ],
)
def test_a_notice_waits_for_its_hour(
    written: datetime, urgency: Urgency, sent: datetime
) -> None:
    assert due(urgency, written, DESK) == sent


def test_urgent_notices_wait_too_where_the_desk_says_so() -> None:
    calm = Timing(SHANGHAI, NIGHT, time(8, 30), urgent_breaks_quiet=False)
    assert due(Urgency.NOW, local("03:00"), calm) == local("07:00")
    assert due(Urgency.NOW, local("12:00"), calm) == local("12:00")


def test_a_digest_inside_the_quiet_hours_waits_for_their_end() -> None:
    early = Timing(SHANGHAI, NIGHT, time(6))
    assert due(Urgency.DIGEST, local("05:00"), early) == local("07:00")


def test_quiet_hours_of_one_day_do_not_pass_midnight() -> None:
    noon = Timing(SHANGHAI, (time(12), time(14)), time(8, 30))
    assert after_quiet(local("13:00"), noon) == local("14:00")
    assert after_quiet(local("14:00"), noon) == local("14:00")
    assert after_quiet(local("23:00"), noon) == local("23:00")


def test_tries_come_after_1_5_15_and_60_minutes_and_then_no_more() -> None:
    open_all_day = Timing(SHANGHAI, None, time(8, 30))
    at = local("12:00")
    waits = [due_again(Urgency.NORMAL, n, at, open_all_day) for n in range(1, 6)]
    assert waits == [at + timedelta(minutes=n) for n in (1, 5, 15, 60)] + [None]


def test_an_ordinary_notice_is_not_tried_again_in_the_quiet_hours() -> None:
    assert due_again(Urgency.NORMAL, 4, local("21:30"), DESK) == local("07:00", 24)
    assert due_again(Urgency.NOW, 4, local("21:30"), DESK) == local("22:30")


@given(
    at=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Santiago", "UTC"]),
    quiet=st.tuples(st.times(), st.times()).filter(lambda ends: ends[0] != ends[1]),
    digest=st.times(),
    urgency=st.sampled_from(Urgency),
)
def test_nothing_is_ever_due_before_it_was_written_nor_two_days_after(
    at: datetime, zone: str, quiet: tuple[time, time], digest: time, urgency: Urgency
) -> None:
    timing = Timing(ZoneInfo(zone), quiet, digest)
    sent = due(urgency, at, timing)
    assert at <= sent <= at + GATHER + timedelta(hours=50)


@given(
    at=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    start=st.integers(0, 1439),
    length=st.integers(1, 1439),
)
def test_what_waited_for_the_quiet_hours_is_outside_them(
    at: datetime, start: int, length: int
) -> None:
    def clock(minutes: int) -> time:
        return time(minutes // 60 % 24, minutes % 60)

    quiet = clock(start), clock((start + length) % 1440)
    timing = Timing(SHANGHAI, quiet, time(8, 30))
    sent = after_quiet(at, timing)
    local_sent = sent.astimezone(SHANGHAI)
    minutes = local_sent.hour * 60 + local_sent.minute
    assert (minutes - start) % 1440 >= length
    assert sent == at or sent - at <= timedelta(minutes=length)
