"""The bell and the pages behind it, in a real browser on a phone."""

from __future__ import annotations

from playwright.sync_api import Page

from opsdesk.core import clock, outbox
from opsdesk.core.database import Database
from probes.finding import Words
from tests.web.test_browser import address, chromium, page, pytestmark

__all__ = ["address", "chromium", "page", "pytestmark"]

HOSTILE = "<img src=x onerror=alert(1)>" + "很长的一句话" * 40


def say(database: Database) -> None:
    with database.unit() as session:
        outbox.tell(
            session,
            to=("shenji",),
            kind=outbox.Kind.DUTY_DUE,
            subject_ref="INC-20261123-0001",
            words=Words(HOSTILE, HOSTILE),
            link="/audit",
            at=clock.now(),
        )


def test_the_bell_rings_without_a_new_page_and_leads_to_the_record(
    page: Page, sqlite_database: Database
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    assert page.locator("#bell .bell-count").count() == 0
    say(sqlite_database)
    page.evaluate(
        "htmx.ajax('GET', '/notices/bell', {target: '#bell', swap: 'outerHTML'})"
    )
    page.locator("#bell .bell-count").wait_for()
    page.click("#bell")
    page.wait_for_url("**/notices")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".notice-text a")
    page.wait_for_url("**/audit")
    assert page.locator("#bell .bell-count").count() == 0
    page.goto("/notices/wishes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []
