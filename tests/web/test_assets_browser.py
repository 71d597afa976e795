"""The graph of an item, in a real browser: drawn, silent, and no hole for scripts."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from opsdesk.assets.models import Kind, Type
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.people.models import Role
from tests.factories.assets import an_item, hang
from tests.factories.people import PASSWORD, a_person

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EVIL = '<img src=x onerror="document.title=1">'

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine: apt install chromium"
)


@pytest.fixture
def page(app: Flask, sqlite_database: Database) -> Iterator[Page]:
    """Give a page on which an engineer has just signed in."""
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=clock.now())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.port}")
        page.goto("/sign-in")
        page.fill("input[name=username]", "zhiban")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        yield page
        browser.close()
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_graph_is_drawn_on_a_phone_and_no_name_in_it_is_run(
    page: Page, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as unit:
        host = an_item(unit, EVIL).code
        software = an_item(unit, "填报系统", Type.SOFTWARE).code
        hang(unit, software, host, Kind.RUNS_ON)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/assets/{host}")
    drawn = page.locator("#relation-graph svg")
    expect(drawn.get_by_text("填报系统")).to_be_visible()
    assert page.title() != "1"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []
