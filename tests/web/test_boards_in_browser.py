"""The boards in a real browser: they count, renew themselves, and say when they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from tests.factories.people import a_person
from tests.factories.tickets import a_ticket
from tests.web.run_hands import PHONE, Room, gathered
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

PEOPLE = {"fuzeren": Role.LEAD, "jiafang": Role.CUSTOMER}
SCREEN = {"width": 1920, "height": 1080}
NUMBERS = ".countdown, .wall-clock time"
SMALLEST = """(within) => {
  const sizes = [];
  const walk = document.createTreeWalker(document.querySelector(within), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const box = walk.currentNode.parentElement;
    if (walk.currentNode.data.trim() && box.checkVisibility())
      sizes.push([parseFloat(getComputedStyle(box).fontSize), walk.currentNode.data.trim()]);
  }
  return sizes.sort((a, b) => a[0] - b[0])[0];
}"""
WIDTH = "document.documentElement.scrollWidth"
HEIGHT = "document.documentElement.scrollHeight"


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> Flask:
    """Give a desk with a lead and a customer, and a wall that hangs on this machine."""
    with sqlite_database.unit() as unit:
        for username, role in PEOPLE.items():
            a_person(unit, username, role, at=clock.now())
    here = replace(settings, wall_from=(ip_network("127.0.0.1/32"),))
    return create_app(here, sqlite_database)


@pytest.fixture
def room(chromium: Browser, address: str) -> Iterator[Room]:
    """Give a place where people sign in, each in a browser of his own."""
    with gathered(chromium, address) as found:
        yield found


@pytest.fixture
def upset() -> list[str]:
    """Collect what the wall's browser complained of."""
    return []


@pytest.fixture
def wall(chromium: Browser, address: str, upset: list[str]) -> Iterator[Page]:
    """Give the screen in the operations room; nobody has signed in with it."""
    context = chromium.new_context(base_url=address, viewport=SCREEN)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("console", lambda message: upset.append(message.text))
    page.on("pageerror", lambda error: upset.append(str(error)))
    page.clock.install()
    yield page
    context.close()


def a_clock(
    database: Database, settings: Settings, title: str, left: timedelta
) -> None:
    """Take an incident whose nearest clock ends in a while."""
    with database.unit() as session:
        ticket = a_ticket(session, settings, values={"title": title}, at=clock.now())
        ticket.due_at = clock.now() + left


def renew(wall: Page) -> None:
    """Let the time pass after which the wall asks anew."""
    wall.clock.fast_forward(16_000)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_wall_is_read_from_across_the_room_and_fits_its_screen(
    wall: Page,
    upset: list[str],
    sqlite_database: Database,
    settings: Settings,
    theme: str,
    language: str,
) -> None:
    for n in range(4):
        a_clock(
            sqlite_database, settings, f"企业端无法导出报表 {n}", timedelta(hours=n)
        )
    wall.context.add_cookies(
        [
            {
                "name": "opsdesk_language",
                "value": language,
                "domain": "127.0.0.1",
                "path": "/",
            }
        ]
    )
    wall.goto("/wall" if theme == "dark" else "/wall?theme=light")
    assert wall.locator("html").get_attribute("data-bs-theme") == theme
    heading = "正在计时" if language == "zh_CN" else "Clocks running"
    expect(wall.locator("#wall-clocks")).to_have_text(heading)
    assert wall.evaluate(WIDTH) <= SCREEN["width"]
    assert wall.evaluate(HEIGHT) <= SCREEN["height"]
    size, words = wall.evaluate(SMALLEST, "#now")
    assert size >= 24, words
    for number in wall.locator(NUMBERS).all():
        assert (
            number.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 48
        )
    wall.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert wall.evaluate(WIDTH) <= PHONE["width"]
    assert upset == []


def test_a_clock_counts_down_on_the_page_and_turns_red_when_it_is_due(
    wall: Page, upset: list[str], sqlite_database: Database, settings: Settings
) -> None:
    a_clock(sqlite_database, settings, "企业无法填报", timedelta(seconds=11))
    wall.goto("/wall")
    left = wall.locator(".countdown")
    before = left.inner_text()
    assert before.startswith("0:00:")
    wall.clock.run_for(1_000)
    assert left.inner_text() < before
    assert wall.locator(".countdowns li.over").count() == 0
    wall.clock.run_for(12_000)  # before the page asks anew
    assert left.inner_text().startswith("−0:00:")
    assert wall.locator(".countdowns li.over").count() == 1
    assert upset == []


def test_a_new_record_comes_onto_the_wall_without_anybody_touching_it(
    wall: Page, upset: list[str], sqlite_database: Database, settings: Settings
) -> None:
    wall.goto("/wall")
    wall.evaluate("window.untouched = true")
    a_clock(sqlite_database, settings, "刚受理的事件", timedelta(hours=1))
    renew(wall)
    expect(wall.locator(".countdowns")).to_contain_text("刚受理的事件")
    assert wall.evaluate("window.untouched") is True
    assert upset == []


def broken(route: Route) -> None:
    """Answer as a proxy does whose desk is down."""
    route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")


@pytest.mark.parametrize("way", ["cut off", "proxy"])
def test_a_wall_that_cannot_reach_the_desk_says_since_when_and_recovers_by_itself(
    wall: Page, sqlite_database: Database, settings: Settings, way: str
) -> None:
    a_clock(sqlite_database, settings, "断线前的事件", timedelta(hours=1))
    wall.goto("/wall")
    since = wall.locator(".wall-clock time").inner_text()
    wall.route("**/wall/now", broken if way == "proxy" else lambda one: one.abort())
    renew(wall)
    band = wall.locator("#lost[role=alert]")
    expect(band).to_contain_text(since[:5])
    expect(band).to_contain_text("联系不上运维台")
    expect(wall.locator(".countdowns")).to_contain_text("断线前的事件")
    assert "Bad Gateway" not in wall.inner_text("body")
    a_clock(sqlite_database, settings, "断线时的事件", timedelta(hours=2))
    wall.unroute("**/wall/now")
    renew(wall)
    expect(wall.locator(".countdowns")).to_contain_text("断线时的事件")
    expect(band).to_have_count(0)


def test_a_desk_that_never_answers_is_told_of_as_well(wall: Page) -> None:
    wall.goto("/wall")
    wall.route("**/wall/now", lambda _route: None)
    wall.clock.fast_forward(45_000)
    expect(wall.locator("#lost")).to_contain_text("联系不上运维台")


def test_the_machine_of_the_wall_sees_the_wall_and_nothing_else(
    wall: Page, upset: list[str]
) -> None:
    wall.goto("/wall")
    assert wall.locator("#now").is_visible()
    assert wall.locator("#side, form, .me").locator("visible=true").count() == 0
    for path in ("/board", "/customer", "/incidents", "/archive", "/roster"):
        wall.goto(path)
        assert "/sign-in" in wall.url
    assert upset == []


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_customers_page_shows_the_month_and_what_to_sign_and_changes_nothing(
    room: Room, sqlite_database: Database, settings: Settings, width: str
) -> None:
    a_clock(sqlite_database, settings, "企业无法填报", timedelta(minutes=-5))
    page = room.enter("jiafang", phone=width == "phone")
    page.goto("/")
    assert page.url.endswith("/customer")
    figures = page.inner_text("dl.figures")
    for said in ("一小时内响应", "按时修复", "按时发布", "应检 / 实检", "迟检 / 缺检"):
        assert said in figures
    expect(page.locator("#to-sign")).to_have_text("等您签字")
    expect(page.locator("table.standing")).to_contain_text("已超时")
    assert page.locator("main form, main button, main input").count() == 0
    assert page.evaluate(WIDTH) <= page.viewport_size["width"]  # type: ignore[index]
    assert room.upset == []
