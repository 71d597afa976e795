"""A register's list: every filter narrows, alone and together, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsdesk.core.database import Database
from opsdesk.tickets.models import Kind, TicketItem
from opsdesk.tickets.queries import lists
from opsdesk.tickets.queries.lists import Wanted
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import a_ticket

ALL = Wanted(kind=Kind.INCIDENT)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Database:
    """Give a register of four incidents beside a request; the second is closed."""
    settings = some_settings(tmp_path)
    with database.unit() as session:
        for at, (title, region) in enumerate(
            [("甲", "河北省"), ("乙", "河北省"), ("丙", "山东省"), ("丁", "山东省")]
        ):
            values = {"title": f"{title}处导出超时", "region": region, "module": "审核"}
            ticket = a_ticket(session, settings, values=values, at=NOON + at * HOUR)
            ticket.priority, ticket.owner = ("P1", "yi") if at == 0 else ("P2", "er")
            ticket.due_at = NOON + at * DAY
            ticket.is_complex = at == 2
            if at == 1:
                ticket.state, ticket.is_open, ticket.module = "closed", False, "填报"
            if at == 3:
                session.add(TicketItem(ticket_id=ticket.id, code="SRV-0001"))
        a_ticket(session, settings, Kind.REQUEST)
    return database


def shown(desk: Database, wanted: Wanted) -> str:
    """Return the first characters of the titles that a list shows, newest first."""
    with desk.reading() as session:
        page = lists.lines(session, wanted)
        assert list(lists.everything(session, wanted)) == list(page)
    return "".join(one.title[0] for one in page)


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        pytest.param(ALL, "丁丙乙甲", id="all"),
        pytest.param(replace(ALL, open_only=True), "丁丙甲", id="open"),
        pytest.param(replace(ALL, open_only=False), "乙", id="closed"),
        pytest.param(replace(ALL, state="closed"), "乙", id="state"),
        pytest.param(replace(ALL, priority="P1"), "甲", id="priority"),
        pytest.param(replace(ALL, module="填报"), "乙", id="module"),
        pytest.param(replace(ALL, region="山东省"), "丁丙", id="region"),
        pytest.param(replace(ALL, owner="er"), "丁丙乙", id="owner"),
        pytest.param(replace(ALL, item="SRV-0001"), "丁", id="item"),
        pytest.param(replace(ALL, complex_only=True), "丙", id="complex"),
        pytest.param(replace(ALL, since=NOON + 2 * HOUR), "丁丙", id="since"),
        pytest.param(replace(ALL, until=NOON + HOUR), "甲", id="until"),
        pytest.param(replace(ALL, overdue_at=NOON + 2 * DAY), "甲", id="overdue"),
        pytest.param(replace(ALL, text="丙处"), "丙", id="text"),
        pytest.param(replace(ALL, text="没有的字"), "", id="text of none"),
        pytest.param(
            replace(ALL, region="河北省", open_only=False, until=NOON + DAY),
            "乙",
            id="together",
        ),
        pytest.param(replace(ALL, kind=Kind.CHANGE), "", id="another register"),
    ],
)
def test_a_filter_shows_what_it_names_and_a_file_holds_the_same(
    desk: Database, wanted: Wanted, titles: str
) -> None:
    assert shown(desk, wanted) == titles


def test_the_same_filter_with_another_value_is_not_answered_as_the_first(
    desk: Database,
) -> None:
    for region, titles in (("河北省", "乙甲"), ("山东省", "丁丙"), ("青海省", "")):
        assert shown(desk, replace(ALL, region=region)) == titles


def test_pages_follow_each_other_without_gap_or_repetition(desk: Database) -> None:
    with desk.reading() as session:
        first = lists.lines(session, ALL, most=3)
        second = lists.lines(session, ALL, before=first[-1].id, most=3)
    assert "".join(one.title[0] for one in (*first, *second)) == "丁丙乙甲"
