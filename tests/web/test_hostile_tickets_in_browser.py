"""Hostile words in every field of every register: they are shown, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows import work_tickets
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.models import Kind
from opsdesk.tickets.operations import noting, viewing
from opsdesk.tickets.operations.approving import Decision, latest
from opsdesk.tickets.register import Field, Register, Shape
from tests.factories.people import PASSWORD, a_person
from tests.factories.tickets import (
    CUSTOMER,
    ENGINEER,
    LEAD,
    a_ticket,
    change_values,
    step,
)
from tests.web.test_browser import address, chromium, pytestmark
from tests.web.test_hostile_texts_in_browser import OPEN_ALL, SIZES, WIDEST, overflow

__all__ = ["address", "chromium", "pytestmark"]

EVIL = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>'><svg/onload=alert(3)>",
    "javascript:alert(4)",
    "</textarea></title></style><script>alert(5)</script>",
    "{{7*7}}{% raw %}${7*7}<!--",
    "\u202e\u2066right to left\ufffd\ud800",
)
LONG = "".join(EVIL) + "x" * 10_000
SHAPES = {
    Shape.LINE: LONG[:200],
    Shape.TEXT: LONG[:10_000],
    Shape.PERSON: LONG[:60],
    Shape.PEOPLE: "x" * 60,
}
WIDTHS = {"title": 100, "module": 64, "region": 64, "reporter": 120, "owner": 64}


def hostile(field: Field) -> object:
    """Return what a field can be made to hold."""
    if field.shape is Shape.ROWS:
        return [{one.name: SHAPES.get(one.shape, "") for one in field.columns}]
    text = SHAPES[field.shape]
    return text[: WIDTHS.get(field.name, field.longest)]


def corpus(register: Register) -> dict[str, object]:
    """Fill every text of a register."""
    takes = {*SHAPES, Shape.ROWS}
    return {
        name: hostile(field)
        for name, field in register.fields.items()
        if field.by_hand and field.shape in takes
    }


@pytest.fixture
def places(sqlite_database: Database, settings: Settings) -> list[str]:
    """Fill a desk with hostile words, and give the pages that show them."""
    now, found = clock.now(), []
    with sqlite_database.unit() as unit:
        for hand in (ENGINEER, LEAD, CUSTOMER):
            a_person(unit, hand.username, hand.role, at=now)
        for kind, register in BY_KIND.items():
            ticket = a_ticket(unit, settings, kind, corpus(register), at=now)
            deed = Deed(by=ENGINEER, at=now)
            for evil in (*EVIL, LONG):
                note = noting.Note(text=evil)
                work_tickets.note(unit, settings, ticket.number, note, deed)
            file = noting.File(
                name=LONG[:300], media_type="text/html", size=1, sha256="a" * 64
            )
            work_tickets.attach(unit, ticket.number, file, deed)
            view = viewing.View(
                kind=kind, name=EVIL[1][:40], query="scope=all", shared=True
            )
            viewing.save(unit, view, by=ENGINEER.username, at=now)
            found += [
                f"{register.path}?scope=all",
                f"{register.path}/{ticket.number}",
                f"{register.path}/{ticket.number}/edit",
            ]
        plan = {**corpus(BY_KIND[Kind.CHANGE]), **change_values(change_kind="major")}
        change = a_ticket(unit, settings, Kind.CHANGE, plan, at=now)
        step(unit, settings, change, "submit", at=now)
        asked = latest(unit, change)
        assert asked is not None
        decision = Decision(round_id=asked.id, agrees=True, opinion=LONG[:2000])
        deed = Deed(by=LEAD, at=now)
        work_tickets.decide(unit, settings, change.number, decision, deed)
        found.append(f"/changes/{change.number}")
    evil = quote(EVIL[0])
    return [
        *found,
        f"/search?q={evil}",
        "/search?q=alert",
        "/approvals",
        "/statistics",
    ]


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def page(
    chromium: Browser, address: str, places: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Give a window of a size, in which the engineer has signed in."""
    width, height = request.param
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    page.goto("/sign-in?next=/board")
    page.fill("#username", ENGINEER.username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/board")
    yield page
    context.close()


def test_no_page_of_the_registers_runs_what_it_shows_or_is_wider_than_its_window(
    page: Page, places: list[str]
) -> None:
    upset: list[str] = []
    page.on("console", lambda message: upset.append(message.text))
    page.on("pageerror", lambda error: upset.append(str(error)))
    page.on("dialog", lambda dialog: upset.append(dialog.message))
    wide = {}
    for path in places:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path[:60]
        page.evaluate(OPEN_ALL)
        if over := overflow(page):
            wide[path[:60]] = over, page.evaluate(WIDEST)
    page.goto("/incidents/new")
    page.fill("main [name=title]", EVIL[0])
    page.wait_for_selector("#similar a")
    if over := overflow(page):
        wide["similar"] = over, page.evaluate(WIDEST)
    assert (upset, wide) == ([], {}), (upset, wide)
