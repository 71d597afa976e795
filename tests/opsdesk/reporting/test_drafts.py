"""Paragraphs are saved for what they are; figures and other people's words are safe."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.reporting import operations, span
from opsdesk.reporting.models import OrderState
from opsdesk.reporting.queries import drafts
from probes.finding import Words

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = "WRY-YB-202610"


def test_only_paragraphs_are_kept_whatever_else_is_sent(database: Database) -> None:
    sent = {"highlights": "平稳 𬍛\x00", "rounds.done": "93", "figures": "100%"}
    with database.unit() as session:
        operations.write(session, NUMBER, sent, version=0, by="lead", at=AT)
    with database.reading() as session:
        kept = drafts.narrative(session, NUMBER)
    assert set(kept) == set(operations.KEYS)
    assert kept["highlights"].startswith("平稳 𬍛")
    assert not kept["next"]


def test_the_second_of_two_who_save_is_told(database: Database) -> None:
    with database.unit() as session:
        operations.write(session, NUMBER, {"next": "甲"}, version=0, by="lead", at=AT)
    with database.unit() as session, pytest.raises(operations.Overtaken):
        operations.write(session, NUMBER, {"next": "乙"}, version=0, by="other", at=AT)
    with database.reading() as session:
        assert drafts.narrative(session, NUMBER)["next"] == "甲"


def test_a_paragraph_that_is_too_long_is_refused_whole(database: Database) -> None:
    long = "字" * (operations.LONGEST + 1)
    with database.unit() as session, pytest.raises(Refused, match="最多"):
        operations.write(session, NUMBER, {"next": long}, version=0, by="lead", at=AT)


def test_two_orders_of_a_report_are_one_until_it_is_printed(
    database: Database,
) -> None:
    with database.unit() as session:
        first = operations.order(session, NUMBER, "202610", by="lead", at=AT)
        same = operations.order(session, NUMBER, "202610", by="duty1", at=AT)
        assert same.id == first.id
        taken = operations.begin(session, at=AT)
        assert taken is not None
        assert operations.begin(session, at=AT) is None
        why = Words("缺字体", "a font is missing")
        operations.finish(session, taken.id, version=None, why=why, at=AT)
        assert taken.state is OrderState.FAILED
        later = operations.order(session, NUMBER, "202610", by="lead", at=AT)
        assert later.id != first.id


@pytest.mark.parametrize(
    ("asked", "first", "last", "code"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31), "202610"),
        ("last", date(2026, 10, 1), date(2026, 10, 31), "202610"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "202402"),
    ],
)
def test_a_period_is_read_as_people_write_it(
    asked: str, first: date, last: date, code: str
) -> None:
    found = span.read(asked, date(2026, 11, 23), ZONE)
    assert (found.first, found.last, found.code) == (first, last, code)
    assert span.parse(code, ZONE) == found
    assert found.before.after == found


@pytest.mark.parametrize("asked", ["2026-13", "next", "", "2026-1", "十月", "1999"])
def test_what_is_no_period_is_refused(asked: str) -> None:
    with pytest.raises(Refused, match="2026-10"):
        span.read(asked, date(2026, 11, 23), ZONE)


def test_any_period_of_up_to_a_year_has_its_own_number() -> None:
    found = span.between(date(2026, 10, 5), date(2026, 10, 11), ZONE)
    assert found.code == "20261005-20261011"
    assert span.parse(found.code, ZONE) == found
    assert found.before.first == date(2026, 9, 28)
    with pytest.raises(Refused):
        span.between(date(2026, 10, 5), date(2026, 10, 4), ZONE)
