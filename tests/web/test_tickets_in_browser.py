"""A call from the phone to the closed record in a real browser, with script and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg/onload=alert(3)>",
    "javascript:alert(4)",
    "</textarea></title></style><script>alert(5)</script>",
    "{{7*7}}{% raw %}${7*7}",
)
PASTE = """(picture) => {
  const bytes = Uint8Array.from(atob(picture), one => one.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], 'image.png', {type: 'image/png'}));
  document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data}));
}"""
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def way() -> str:
    """Tell whether the browser runs script; a test may say otherwise."""
    return "script"


@pytest.fixture
def page(
    chromium: Browser, address: str, sqlite_database: Database, way: str
) -> Iterator[Page]:
    """Give a window in which the engineer on duty has signed in."""
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=clock.now())
    context = chromium.new_context(
        base_url=address, java_script_enabled=way == "script"
    )
    page = context.new_page()
    page.goto("/sign-in?next=/board")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/board")
    yield page
    context.close()


def step(page: Page, label: str, **fields: str) -> None:
    """Take a step: unfold it, fill what it asks, send it."""
    here = page.locator(".record-next")
    unfolds = here.locator("summary", has_text=label)
    if not unfolds.count():
        here.get_by_role("button", name=label, exact=True).click()
        return
    unfolds.first.click()
    form = here.locator("details[open] form")
    for name, text in fields.items():
        form.locator(f"[name={name}]").fill(text)
    form.get_by_role("button", name=label, exact=True).click()
    page.wait_for_load_state()


@pytest.mark.parametrize("way", ["script", "no-script"])
def test_a_call_is_taken_answered_solved_and_closed(page: Page, way: str) -> None:
    if way == "script":
        page.keyboard.press("c")
        page.wait_for_url("**/incidents/new")
    else:
        page.goto("/incidents/new")
    page.fill("[name=title]", "企业端无法导出报表")
    page.fill("[name=reporter]", "某企业")
    page.click("main button:has-text('受理')")
    page.wait_for_url("**/incidents/INC-*")
    assert "新建" in page.inner_text(".record-head")
    step(page, "响应")
    assert "已响应" in page.inner_text(".record-head")
    page.fill("[name=text]", "已电话告知")
    page.click("text=加备注")
    page.wait_for_selector(".event-noted >> text=已电话告知")
    if way == "script":
        with page.expect_navigation():
            page.evaluate(PASTE, PICTURE)
        assert "image.png" in page.inner_text(".files")
    step(page, "解决", cause="分页过大", solution="改为分批导出")
    assert "已解决" in page.inner_text(".record-head")
    step(page, "关闭", confirmed_by="某企业", no_release_why="只改了配置")
    assert "已关闭" in page.inner_text(".record-head")


def test_no_text_of_a_record_ever_runs_in_the_browser(page: Page) -> None:
    upset: list[str] = []
    page.on("dialog", lambda dialog: upset.append(dialog.message))
    page.on("console", lambda message: upset.append(message.text))
    page.on("pageerror", lambda error: upset.append(str(error)))
    for evil in EVIL:
        page.goto("/incidents/new")
        for name in ("title", "reporter", "contact", "region", "module", "description"):
            page.fill(f"main [name={name}]", evil)
        page.wait_for_timeout(400)
        page.click("main button:has-text('受理')")
        page.wait_for_url("**/incidents/INC-*")
        page.fill("[name=text]", evil)
        page.click("text=加备注")
        page.wait_for_selector(".event-noted")
        assert evil in page.inner_text("h1")
        page.goto(page.url.split("#")[0] + "/edit")
    for path in ("/incidents", "/search?q=alert", "/board"):
        page.goto(path)
    assert upset == []


def test_what_was_typed_survives_a_session_that_ended_meanwhile(
    page: Page,
) -> None:
    page.goto("/incidents/new")
    page.fill("[name=title]", "写了一半的标题")
    page.fill("[name=description]", "电话里说的很长的经过")
    page.context.clear_cookies()
    page.click("main button:has-text('受理')")
    page.wait_for_load_state()
    page.goto("/sign-in?next=/incidents/new")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/new")
    assert page.input_value("[name=title]") == "写了一半的标题"
    assert page.input_value("[name=description]") == "电话里说的很长的经过"


def test_an_edit_survives_a_session_that_ended_meanwhile_and_is_then_saved(
    page: Page, address: str
) -> None:
    page.goto("/incidents/new")
    page.fill("[name=title]", "原来的标题")
    page.click("main button:has-text('受理')")
    page.wait_for_url("**/incidents/INC-*")
    record = page.url
    page.goto(f"{record}/edit")
    page.fill("main [name=title]", "改到一半的标题")
    page.context.clear_cookies()
    page.click("main button:has-text('保存')")
    page.wait_for_load_state()
    page.goto("/sign-in?next=/board")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/board")
    page.goto(f"{record}/edit")
    assert page.input_value("main [name=title]") == "改到一半的标题"
    page.click("main button:has-text('保存')")
    page.wait_for_url(record)
    assert "改到一半的标题" in page.inner_text("h1")


def test_two_tabs_of_one_person_overwrite_nothing_and_keep_both_texts(
    page: Page,
) -> None:
    page.goto("/incidents/new")
    page.fill("[name=title]", "原来的标题")
    page.click("main button:has-text('受理')")
    page.wait_for_url("**/incidents/INC-*")
    record, other = page.url, page.context.new_page()
    for tab in (page, other):
        tab.goto(f"{record}/edit")
    page.fill("main [name=title]", "第一页的标题")
    other.fill("main [name=title]", "第二页的标题")
    other.fill("main [name=note]", "第二页的话")
    page.click("main button:has-text('保存')")
    page.wait_for_url(record)
    other.click("main button:has-text('保存')")
    other.wait_for_selector("text=只并入我的话")
    both = other.inner_text("main")
    assert "第一页的标题" in both
    assert "第二页的标题" in both
    other.click("text=只并入我的话")
    other.wait_for_url(f"{record}*")
    assert "第一页的标题" in other.inner_text("h1")
    assert "第二页的话" in other.inner_text(".timeline")
