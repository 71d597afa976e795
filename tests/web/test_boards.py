"""The wall and the customer's page: who sees them, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from tests.factories.tickets import a_ticket
from tests.web.conftest import Browser, SignedIn
from tests.web.test_ticket_screens import counted

WALL_QUERIES, CUSTOMER_QUERIES = 34, 26
HANGS_HERE = {"REMOTE_ADDR": "10.1.0.50"}


@pytest.fixture
def room(settings: Settings, sqlite_database: Database) -> Browser:
    """Give a browser of a desk that names one machine for the wall; nobody signs in."""
    settings = replace(settings, wall_from=(ip_network("10.1.0.50"),))
    return Browser(create_app(settings, sqlite_database).test_client())


def test_a_machine_of_the_list_sees_the_wall_and_nothing_else(room: Browser) -> None:
    assert room.get("/wall", environ_base=HANGS_HERE).status_code == 200
    assert room.get("/wall/now", environ_base=HANGS_HERE).status_code == 200
    for path in ("/board", "/customer", "/incidents", "/board/now"):
        answer = room.get(path, environ_base=HANGS_HERE)
        assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("10.1.0.51", {}),
        ("127.0.0.1", {}),
        ("10.1.0.50", {"X-Forwarded-For": "203.0.113.9"}),
        ("10.1.0.50", {"Via": "1.1 somewhere"}),
    ],
)
def test_any_other_machine_is_sent_to_sign_in_from_the_wall(
    room: Browser, address: str, headers: dict[str, str]
) -> None:
    base = {"REMOTE_ADDR": address}
    answer = room.get("/wall", environ_base=base, headers=headers)
    assert answer.headers["Location"].startswith("/sign-in")


def test_a_desk_that_names_no_machine_shows_the_wall_to_nobody_unknown(
    stranger: Browser,
) -> None:
    answer = stranger.get("/wall", environ_base=HANGS_HERE)
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_wall_has_the_nearest_clock_first_and_says_what_is_overdue(
    signed_in_as: SignedIn, settings: Settings, sqlite_database: Database
) -> None:
    browser, now = signed_in_as(Role.ENGINEER), clock.now()
    with sqlite_database.unit() as session:
        for title, hours in (("甲事", 3), ("乙事", -1), ("丙事", 1)):
            ticket = a_ticket(session, settings, values={"title": title})
            ticket.due_at = now + timedelta(hours=hours)
    page = browser.get("/wall").text
    assert page.index("乙事") < page.index("丙事") < page.index("甲事")
    assert page.count('class="over"') >= 1
    assert "已超" in page
    assert "还剩" in page
    assert "现在没有人排班" in page
    assert "下一次巡检" in page


def test_the_wall_is_dark_unless_light_is_asked_for(signed_in_as: SignedIn) -> None:
    browser = signed_in_as(Role.LEAD)
    assert 'data-bs-theme="dark"' in browser.get("/wall").text
    assert 'data-bs-theme="light"' in browser.get("/wall?theme=light").text


def test_the_customer_comes_first_to_his_own_page(signed_in_as: SignedIn) -> None:
    browser = signed_in_as(Role.CUSTOMER)
    assert browser.get("/").headers["Location"] == "/customer"
    page = browser.get("/customer").text
    assert "本月至今" in page
    assert "还没有结束的事件" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_an_open_incident_stands_on_the_customers_page_with_its_age(
    signed_in_as: SignedIn, settings: Settings, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.CUSTOMER)
    with sqlite_database.unit() as session:
        ticket = a_ticket(session, settings, values={"title": "企业无法填报"})
        ticket.due_at = clock.now() - timedelta(minutes=5)
        number = ticket.number
    page = browser.get("/customer").text
    assert number in page
    assert "企业无法填报" in page
    assert "已超时" in page


@pytest.mark.parametrize(
    ("path", "most"), [("/wall/now", WALL_QUERIES), ("/customer", CUSTOMER_QUERIES)]
)
def test_a_board_asks_no_more_for_two_hundred_records_than_for_none(
    settings: Settings,
    signed_in_as: SignedIn,
    sqlite_database: Database,
    path: str,
    most: int,
) -> None:
    browser = signed_in_as(Role.LEAD)
    browser.get(path)
    with counted(sqlite_database) as none:
        browser.get(path)
    with sqlite_database.unit() as session:
        for n in range(200):
            ticket = a_ticket(session, settings, values={"title": f"事件 {n}"})
            ticket.due_at = clock.now()
    with counted(sqlite_database) as many:
        browser.get(path)
    assert len(many) <= len(none) + 1
    assert len(many) <= most, many
