"""What was typed and not saved: kept in the browser, offered again, never imposed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows import work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.people.models import Role
from opsdesk.tickets.operations.editing import Edition
from opsdesk.web.tickets.files import MOST_BYTES
from tests.factories.people import PASSWORD, a_person
from tests.factories.tickets import CUSTOMER, LEAD, a_ticket, step
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

RESOLVE = "form[action$='/steps/resolve']"


class Edits:
    """The lead, at another machine."""

    def __init__(self, database: Database, settings: Settings, number: str) -> None:
        self.database, self.settings, self.number = database, settings, number

    def __call__(self, version: int, **values: str) -> None:
        deed = Deed(by=LEAD, at=clock.now())
        with self.database.unit() as unit:
            edition = Edition(values=values, version=version)
            work_tickets.edit(unit, self.settings, self.number, edition, deed)


@pytest.fixture
def number(sqlite_database: Database, settings: Settings) -> str:
    """Give an incident that is worked on."""
    now = clock.now()
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=now)
        for hand in (LEAD, CUSTOMER):
            a_person(unit, hand.username, hand.role, at=now)
        ticket = a_ticket(unit, settings, at=now)
        step(unit, settings, ticket, "respond", at=now)
        return ticket.number


@pytest.fixture
def page(chromium: Browser, address: str, number: str) -> Iterator[Page]:
    """Give a window in which the engineer has signed in, at that incident."""
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.goto(f"/sign-in?next=/incidents/{number}")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"[0-9]/incidents/{number}$"))
    yield page
    context.close()


@pytest.fixture
def lead_edits(sqlite_database: Database, settings: Settings, number: str) -> Edits:
    """Return a function with which the lead saves fields meanwhile."""
    return Edits(sqlite_database, settings, number)


def version(page: Page) -> int:
    return int(page.locator("main [name=version]").first.input_value())


def test_a_draft_of_before_another_saved_is_offered_and_touches_only_its_own_fields(
    page: Page, number: str, lead_edits: Edits
) -> None:
    page.goto(f"/incidents/{number}/edit")
    seen = version(page)
    page.fill("main [name=description]", "我写到一半的经过")
    lead_edits(seen, title="负责人改的标题")
    page.goto(f"/incidents/{number}/edit")
    assert page.input_value("main [name=description]") != "我写到一半的经过"
    page.click("text=放进表单")
    assert page.input_value("main [name=description]") == "我写到一半的经过"
    assert page.input_value("main [name=title]") == "负责人改的标题"
    page.click("main button:has-text('保存')")
    page.wait_for_url(re.compile(f"[0-9]/incidents/{number}$"))
    assert "负责人改的标题" in page.inner_text("h1")
    page.goto(f"/incidents/{number}/edit")
    assert page.input_value("main [name=description]") == "我写到一半的经过"
    assert page.locator(".draft-band").count() == 0


def test_leaving_the_page_that_shows_both_sides_loses_no_draft(
    page: Page, number: str, lead_edits: Edits
) -> None:
    page.goto(f"/incidents/{number}/edit")
    seen = version(page)
    page.fill("main [name=description]", "我写到一半的经过")
    lead_edits(seen, title="负责人改的标题")
    page.click("main button:has-text('保存')")
    page.wait_for_selector("text=只并入我的话")
    page.goto("/board")
    page.goto(f"/incidents/{number}/edit")
    page.click("text=丢弃草稿")
    page.reload()
    assert page.locator(".draft-band").count() == 0
    assert page.input_value("main [name=title]") == "负责人改的标题"


def test_a_step_over_an_edit_comes_back_filled_and_says_what_stands_now(
    page: Page, lead_edits: Edits
) -> None:
    page.locator(f"details:has({RESOLVE}) > summary").click()
    page.fill(f"{RESOLVE} [name=cause]", "分页过大")
    page.fill(f"{RESOLVE} [name=solution]", "我写的")
    lead_edits(version(page), solution="负责人写的")
    page.locator(f"{RESOLVE} button.btn-primary").click()
    page.wait_for_selector("main [data-refused]")
    assert "现在保存的是：负责人写的" in page.inner_text(RESOLVE)
    assert page.input_value(f"{RESOLVE} [name=solution]") == "我写的"
    page.locator(f"{RESOLVE} button.btn-primary").click()
    page.wait_for_selector(".record-head >> text=已解决")


def test_a_half_written_step_is_unfolded_again_after_the_session_ended(
    page: Page, number: str
) -> None:
    page.locator(f"details:has({RESOLVE}) > summary").click()
    page.fill(f"{RESOLVE} [name=solution]", "写到一半")
    page.context.clear_cookies()
    page.locator(f"{RESOLVE} [name=cause]").fill("甲")
    page.locator(f"{RESOLVE} button.btn-primary").click()
    page.wait_for_selector(".error-page >> text=登录已过期")
    assert "写到一半" in [one.input_value() for one in page.locator("textarea").all()]
    page.goto(f"/sign-in?next=/incidents/{number}")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"[0-9]/incidents/{number}$"))
    assert page.locator(f"{RESOLVE} [name=solution]").is_visible()
    assert page.input_value(f"{RESOLVE} [name=solution]") == "写到一半"


def test_a_file_that_is_too_large_is_refused_in_words_and_the_others_are_kept(
    page: Page, number: str
) -> None:
    page.locator("form[data-files]").evaluate(
        """(form, most) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(most + 1)], '镜像.iso'));
            data.items.add(new File(['a'], '截图说明.txt'));
            form.querySelector('[type=file]').files = data.files;
        }""",
        MOST_BYTES,
    )
    page.click("form[data-files] button")
    page.wait_for_selector("[data-told] li:nth-child(2)")
    said = page.inner_text("[data-told]")
    assert "✗ 镜像.iso: 超过 32 MiB，没有上传" in said
    assert "✓ 截图说明.txt" in said
    page.context.clear_cookies()
    page.click("form[data-files] button")
    page.wait_for_selector("[data-told] li:nth-child(4)")
    assert "登录已过期" in page.inner_text("[data-told] li:nth-child(4)")
