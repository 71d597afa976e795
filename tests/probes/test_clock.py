"""A clock is compared with the console's, in seconds, either way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from probes.catalogue.clock import PROBE, Clock, offset_ms
from probes.finding import Severity
from tests.probes.judging import here, judged, levels

SENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def at(offset: timedelta) -> Clock:
    moment = round((SENT + offset).timestamp() * 1000)
    return Clock(epoch_ms=moment, precise=True, source="chrony", synchronised=True)


@pytest.mark.parametrize(
    ("seconds", "level"),
    [
        (0.4, None),
        (-0.9, None),
        (1.0, "warning"),
        (-3.0, "warning"),
        (5.0, "critical"),
        (-3600.0, "critical"),
    ],
)
def test_the_offset_counts_in_both_directions(
    seconds: float, level: str | None
) -> None:
    found = levels(PROBE, at(timedelta(seconds=seconds)), here(PROBE, sent=SENT))
    assert found == ({"offset": level} if level else {})


def test_the_sentence_says_which_way_the_clock_is_wrong() -> None:
    fast = judged(PROBE, at(timedelta(seconds=7)), here(PROBE, sent=SENT))
    slow = judged(PROBE, at(timedelta(seconds=-7)), here(PROBE, sent=SENT))
    assert "快 7 秒" in fast["offset"].message.zh
    assert "慢 7 秒" in slow["offset"].message.zh
    assert slow["offset"].measured == 7


def test_without_the_moment_of_sending_there_is_no_offset() -> None:
    facts = at(timedelta(hours=1))
    assert offset_ms(facts, here(PROBE)) is None
    assert levels(PROBE, facts, here(PROBE)) == {}


def test_a_warning_stays_until_the_clock_is_within_half_a_second() -> None:
    stood = here(PROBE, sent=SENT, standing={"offset": Severity.WARNING})
    assert levels(PROBE, at(timedelta(seconds=0.7)), stood) == {"offset": "warning"}
    assert levels(PROBE, at(timedelta(seconds=0.2)), stood) == {}
