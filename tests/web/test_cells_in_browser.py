"""A list's cells are changed where they stand, and nobody's change is overwritten."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.tickets.models import Ticket
from tests.web.hands import opened
from tests.web.test_browser import address, chromium, pytestmark
from tests.web.test_tickets_in_browser import page, way

__all__ = ["address", "chromium", "page", "pytestmark", "way"]


def an_incident(page: Page) -> str:
    """Take a call, and go to the list of incidents; returns the number."""
    page.goto("/incidents/new")
    number = opened(page, "incidents", title="企业端无法导出报表", reporter="某企业")
    page.goto("/incidents")
    return number


def unfold(page: Page, cell: str) -> None:
    """Press the pencil of a cell, and wait for its fields."""
    page.hover(f"td[data-cell={cell}]")
    page.click(f"td[data-cell={cell}] .pencil")
    page.wait_for_selector("td.cell-open")


def stands(database: Database, number: str) -> Ticket:
    """Return the record as the database has it."""
    with database.reading() as session:
        return session.scalars(select(Ticket).filter_by(number=number)).one()


def test_owner_module_title_and_priority_are_changed_in_the_list(
    page: Page, sqlite_database: Database
) -> None:
    upset: list[str] = []
    page.on("console", lambda message: upset.append(message.text))
    page.on("pageerror", lambda error: upset.append(str(error)))
    number = an_incident(page)
    unfold(page, "owner")
    page.select_option("td.cell-open [name=owner]", "zhiban")
    page.click("td.cell-open .btn-primary")
    page.wait_for_selector("td[data-cell=owner]:not(.cell-open) >> text=值班zhiban")
    unfold(page, "module")
    page.fill("td.cell-open [name=module]", "数据填报")
    page.keyboard.press("Enter")
    page.wait_for_selector("td[data-cell=module]:not(.cell-open) >> text=数据填报")
    unfold(page, "priority")
    page.select_option("td.cell-open [name=impact]", index=1)
    page.select_option("td.cell-open [name=urgency]", index=1)
    page.click("td.cell-open .btn-primary")
    page.wait_for_selector("td[data-cell=priority]:not(.cell-open) >> text=P1")
    kept = stands(sqlite_database, number)
    assert (kept.owner, kept.module, kept.priority) == ("zhiban", "数据填报", "P1")
    assert page.url.endswith("/incidents")
    assert upset == []


def test_escape_leaves_a_cell_as_it_was(page: Page, sqlite_database: Database) -> None:
    number = an_incident(page)
    unfold(page, "title")
    page.fill("td.cell-open [name=title]", "写到一半")
    page.keyboard.press("Escape")
    page.wait_for_selector("td.ticket-title >> text=企业端无法导出报表")
    assert page.locator("td.cell-open").count() == 0
    assert stands(sqlite_database, number).title == "企业端无法导出报表"


def test_a_cell_that_somebody_else_changed_meanwhile_says_so_and_keeps_both(
    page: Page, sqlite_database: Database
) -> None:
    number = an_incident(page)
    unfold(page, "title")
    with sqlite_database.unit() as session:
        row = session.scalars(select(Ticket).filter_by(number=number)).one()
        row.title, row.version = "别人先改了", row.version + 1
    page.fill("td.cell-open [name=title]", "我改的")
    page.click("td.cell-open .btn-primary")
    page.wait_for_selector("td.cell-open [role=alert]")
    assert page.input_value("td.cell-open [name=title]") == "我改的"
    assert stands(sqlite_database, number).title == "别人先改了"


def test_an_empty_title_is_refused_in_the_cell(
    page: Page, sqlite_database: Database
) -> None:
    number = an_incident(page)
    unfold(page, "title")
    page.fill("td.cell-open [name=title]", "")
    page.click("td.cell-open .btn-primary")
    page.wait_for_selector("td.cell-open [role=alert]")
    assert stands(sqlite_database, number).title == "企业端无法导出报表"
