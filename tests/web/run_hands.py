"""What people do on the pages of runs, in a browser each of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page

from tests.factories.people import PASSWORD

PHONE = {"width": 390, "height": 844}
OFFLINE = "ERR_INTERNET_DISCONNECTED"
WIDE = {"width": 1280, "height": 900}


@dataclass
class Room:
    """Those who take part; what their browsers complained of."""

    chromium: Browser
    address: str
    upset: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def enter(self, username: str, *, phone: bool = False, script: bool = True) -> Page:
        """Give a page on which somebody has signed in."""
        context = self.chromium.new_context(
            base_url=self.address,
            viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
            java_script_enabled=script,
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complain(message.text))
        page.on("pageerror", lambda error: self.upset.append(str(error)))
        page.goto("/sign-in?next=/me/sessions")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.address}/me/sessions")
        return page

    def complain(self, text: str) -> None:
        """Note a complaint; that the network was taken away is no surprise."""
        if OFFLINE not in text:
            self.upset.append(text)

    def expected(self, status: str) -> None:
        """Take out the one complaint that a refusal just seen has made."""
        told = [one for one in self.upset if f"status of {status} " in one]
        assert len(told) == 1, self.upset
        self.upset.remove(told[0])


@contextmanager
def gathered(chromium: Browser, address: str) -> Iterator[Room]:
    """Give a room that is empty again afterwards."""
    room = Room(chromium, address)
    yield room
    for context in room.contexts:
        context.close()


def unfold(page: Page, form: str) -> None:
    """Open whatever a form is folded into, outermost first."""
    page.locator(form).first.evaluate(
        """(form) => { for (let one = form.closest('details'); one;
          one = one.parentElement.closest('details')) one.open = true; }"""
    )


def send(page: Page, form: str, **fields: str) -> None:
    """Fill a form of a live page and send it; the page stays."""
    unfold(page, form)
    for name, text in fields.items():
        box = page.locator(f"{form} [name='{name}']").first
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)
    page.locator(f"{form} button").first.click()


def submit(page: Page, form: str, **fields: str) -> None:
    """Fill a plain form and send it; the page is another one then."""
    with page.expect_navigation():
        send(page, form, **fields)
    wrong = page.locator(".error-page")
    assert wrong.count() == 0, wrong.inner_text()


def act(key: str, name: str, within: str = "") -> str:
    """Return the selector of what is done to a step, on its row of the page."""
    return f"{within} form[action$='/steps/{key}/{name}']".strip()


def in_state(page: Page, key: str, state: str) -> None:
    """Wait until a step's row shows a state; nobody reloads the page."""
    page.wait_for_selector(f"#step-{key} .step-{state}")
