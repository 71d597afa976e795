"""The report's page in a browser: breaches without a reason lead to their records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows import work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.operations.noting import Note
from tests.factories.people import PASSWORD, a_person
from tests.factories.rounds import judged_round, verdict
from tests.factories.tickets import CUSTOMER, LEAD, a_ticket, step
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

PAGE = "/reports/202610"
OPENED = datetime(2026, 10, 12, 2, tzinfo=UTC)
SOLVED = {"cause": "甲", "solution": "乙"}


@pytest.fixture
def number(sqlite_database: Database, settings: Settings) -> str:
    """Give an incident of October that was answered hours late, without a reason."""
    late = OPENED + timedelta(hours=5)
    with sqlite_database.unit() as unit:
        for hand in (LEAD, CUSTOMER):
            a_person(unit, hand.username, hand.role, at=clock.now())
        judged_round(unit, {"db-1": verdict()}, day=date(2026, 10, 12), at=OPENED)
        ticket = a_ticket(unit, settings, at=OPENED)
        step(unit, settings, ticket, "respond", at=late)
        step(unit, settings, ticket, "resolve", SOLVED, at=late + timedelta(hours=1))
        closing = {"confirmed_by": "甲方", "no_release_why": "无"}
        done = late + timedelta(hours=2)
        step(unit, settings, ticket, "close", closing, by=CUSTOMER, at=done)
        return ticket.number


@pytest.fixture
def page(chromium: Browser, address: str, number: str) -> Iterator[Page]:
    """Give a phone-wide window in which the lead has signed in, at the report."""
    context = chromium.new_context(
        base_url=address, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(f"/sign-in?next={PAGE}")
    page.fill("#username", LEAD.username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"[0-9]{PAGE}$"))
    yield page
    context.close()


def test_a_breach_without_a_reason_is_listed_until_its_record_gives_one(
    page: Page, number: str, sqlite_database: Database, settings: Settings
) -> None:
    listed = page.locator("p.alert-warning", has_text="没有写明原因")
    assert listed.locator("a").all_inner_texts() == [number]
    listed.locator("a").click()
    page.wait_for_url(re.compile(f"/incidents/{number}$"))
    with sqlite_database.unit() as unit:
        deed = Deed(by=LEAD, at=clock.now())
        note = Note(text="超时的原因：电话无人接听。")
        work_tickets.note(unit, settings, number, note, deed)
    page.goto(PAGE)
    assert page.locator("h1").count() == 1
    assert listed.count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["/reports", PAGE])
def test_nothing_of_the_reports_is_wider_than_a_phone(
    page: Page, where: str, scheme: str
) -> None:
    page.goto(where)
    page.evaluate(f"document.documentElement.dataset.bsTheme = '{scheme}'")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
