"""Duty on a phone, by script and without: enrol a device, plan, sign a hand-over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings.model import DAY_AND_NIGHT
from opsdesk.people.models import Role
from opsdesk.people.roster.shifts import turns
from tests.factories.people import PASSWORD, a_person
from tests.factories.roster import ZONE, on
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

PAGES = (
    "/roster",
    "/roster/mine",
    "/roster/plan",
    "/roster/days/2026-11-24",
    "/handovers",
    "/me/second-factor",
)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(
    chromium: Browser,
    address: str,
    sqlite_database: Database,
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """Give a phone on which the lead, whose shift has just ended, has signed in."""
    now = clock.now()
    today = clock.local_day(now, ZONE)
    near = turns(today - timedelta(days=1), today, DAY_AND_NIGHT, ZONE)
    ended = [one for one in near if one.ends_at <= now][-1]
    with sqlite_database.unit() as session:
        for n in range(6):
            a_person(session, f"eng{n}", at=now)
        lead = a_person(session, "lead", Role.LEAD, at=now)
        lead.name = "运维负责人一个很长很长很长很长的名字"
        on(session, lead, ended)
    context = chromium.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        java_script_enabled=request.param,
    )
    page = context.new_page()
    page.goto("/sign-in?next=/roster")
    page.fill("#username", "lead")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/roster")
    yield page
    context.close()


def test_no_page_of_people_on_duty_is_wider_than_a_phone_or_upsets_the_browser(
    page: Page,
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/roster/plan")
    page.click("form[action='/roster/fill'] button")
    for path in PAGES:
        page.goto(path)
        width = page.locator("html").evaluate("one => one.scrollWidth")
        assert width <= 390, path
    assert complaints == []


def test_a_device_is_enrolled_and_its_code_signs_a_hand_over(page: Page) -> None:
    page.goto("/me/second-factor")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_selector("img.qr")
    picture = page.locator("img.qr")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    totp = pyotp.TOTP(page.inner_text("code.secret"))
    now = int(clock.now().timestamp())
    page.fill("#code", totp.at(now))
    page.click("main form button")
    assert page.locator(".codes li").count() == 10
    page.goto("/handovers")
    page.click("text=开始交接")
    page.fill("#system_state", "全部正常")
    page.fill("#password", PASSWORD)
    page.fill("#code", totp.at(int(clock.now().timestamp()) + 30))
    page.click("text=签字交班")
    page.wait_for_selector("text=等接班人签字")
