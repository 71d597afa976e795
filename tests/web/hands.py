"""What a person does with a record in a browser, in whichever language it stands."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.factories.people import PASSWORD


def fill(page: Page, within: str, **fields: str) -> None:
    """Fill inputs by their names, whatever they are."""
    for name, text in fields.items():
        box = page.locator(f"{within} [name='{name}']").first
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)


def take(page: Page, name: str, **fields: str) -> None:
    """Take a step: unfold it where it asks something, fill it, send it."""
    form = f"form[action$='/steps/{name}']"
    here = page.locator(form)
    if not here.is_visible():
        page.locator(f"details:has({form}) > summary").click()
    fill(page, form, **fields)
    with page.expect_navigation():
        here.locator("button").click()
    assert page.locator("[data-refused], .error-page").count() == 0, page.inner_text(
        "main"
    )


def opened(page: Page, register: str, **fields: str) -> str:
    """Open a record by the short form the page shows; returns its number."""
    fill(page, "form[data-draft]", **fields)
    page.locator("form[data-draft] button.btn-primary").click()
    page.wait_for_url(f"**/{register}/*-*")
    return page.url.rpartition("/")[2]


def edited(page: Page, **fields: str) -> None:
    """Write the record through its whole form."""
    page.locator(".record-next a[href$='/edit']").click()
    fill(page, "form.item-form", **fields)
    page.locator("form.item-form button.btn-primary").click()
    page.wait_for_selector(".record-timeline")


def linked(page: Page, relation: str, other: str) -> None:
    """Let the record on the page lead to another."""
    form = "form[action$='/links']"
    fill(page, form, relation=relation, other=other)
    with page.expect_navigation():
        page.locator(f"{form} button").click()
    assert page.locator(f"svg.chain >> text={other}").count() == 1


def signed(page: Page, path: str) -> None:
    """Sign what waits in one's inbox, with the password again."""
    page.goto("/approvals")
    page.click(f"a[href^='{path}']")
    page.fill("#approval [name=opinion]", "同意")
    page.fill("#approval [name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("#approval button[value=agree]")
    assert page.locator("#approval").count() == 0
