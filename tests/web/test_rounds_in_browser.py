"""A round in a real browser: rows open in place by keyboard, phones need no scrolling."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.factories.rounds import finding, judged_round, verdict
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

EVIL = "/<script>alert(1)</script>{{7*7}}\x1b[31m\u202e" + "x" * 10_000


@pytest.fixture
def number(sqlite_database: Database) -> str:
    """Give a finished round in which a server calls a mount what it should not."""
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=clock.now())
        sick = verdict(finding(), finding(subject=EVIL))
        return judged_round(unit, {"app-1": verdict(), "db-1": sick}).number


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(
    chromium: Browser,
    address: str,
    number: str,
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """Give a phone-wide page on which the engineer on duty has just signed in."""
    context = chromium.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        java_script_enabled=request.param,
    )
    page = context.new_page()
    page.goto(f"/sign-in?next=/rounds/{number}")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/rounds/{number}")
    yield page
    context.close()


with_script = pytest.mark.parametrize("page", [True], indirect=True)


@with_script
def test_j_walks_to_the_abnormal_row_and_enter_opens_and_closes_it(page: Page) -> None:
    here = page.url
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.row") == "db-1"
    page.keyboard.press("Enter")
    page.wait_for_selector(".opened-in")
    assert page.url == here
    page.keyboard.press("Enter")
    assert page.locator(".opened-in").count() == 0


@with_script
def test_a_half_written_explanation_survives_leaving_the_page(page: Page) -> None:
    here = page.url
    page.fill("#text", "正在清理日志")
    page.goto("/board")
    page.goto(here)
    assert page.input_value("#text") == "正在清理日志"


def test_a_round_is_explained_and_signed_on_a_phone(page: Page) -> None:
    assert page.locator("#password").count() == 0
    for box in page.locator("input[name=item]").all():
        box.check()
    page.fill("#text", "已清理日志")
    page.click("#items button")
    page.fill("#password", PASSWORD)
    page.click(".sign button")
    page.wait_for_selector("text=巡检人：")
