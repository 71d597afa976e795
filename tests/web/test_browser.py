"""What only a real browser shows: its console stays silent, and the keyboard works."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine: apt install chromium"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str, sqlite_database: Database) -> Iterator[Page]:
    """Give a phone-wide page on which the audit administrator has just signed in."""
    with sqlite_database.unit() as session:
        a_person(session, "shenji", Role.AUDIT, at=clock.now())
    context = chromium.new_context(
        base_url=address, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/sign-in?next=/audit")
    page.keyboard.type("shenji")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/audit")
    yield page
    context.close()


def test_signing_in_takes_no_mouse_and_the_first_tab_skips_to_the_content(
    page: Page,
) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_no_page_of_the_audit_administrator_upsets_the_browser(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("/audit", "/me/sessions", "/me/password"):
        page.goto(path)
        page.click(".side-toggle")
        assert page.locator("#side").is_visible()
    assert complaints == []


def test_no_page_is_wider_than_a_phone(page: Page) -> None:
    wide = {}
    for path in ("/audit", "/me/sessions", "/me/password", "/nowhere"):
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[path] = width
    assert wide == {}


def test_what_htmx_sends_carries_the_form_token(page: Page) -> None:
    page.evaluate(
        """() => {
            const button = document.createElement('button');
            button.id = 'probe';
            button.setAttribute('hx-post', '/theme');
            document.body.append(button);
            htmx.process(button);
        }"""
    )
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    with page.expect_request("**/theme") as sent:
        page.click("#probe")
    assert sent.value.headers["x-csrftoken"] == token


def test_the_theme_follows_the_machine_until_one_is_chosen(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/audit")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.click("button[value=light]")
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("data-bs-theme") == "light"
    assert page.url.endswith("/audit")
