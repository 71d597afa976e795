"""Names and texts of ten thousand characters: no page is wider than its window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.inspections.models import Round, Slot, Visit
from opsdesk.inspections.operations import review
from opsdesk.inspections.queries.review import abnormal_items
from opsdesk.people.models import Role
from probes.transcript import Outcome
from tests.factories.people import PASSWORD, a_person
from tests.factories.rounds import DAY, finding, judged_round, verdict
from tests.web.test_browser import address, chromium, pytestmark

__all__ = ["address", "chromium", "pytestmark"]

LONG = "x" * 10_000
EVIL = "/<script>alert(1)</script>{{7*7}}\x1b[31m\u202e" + LONG
FACTS = {
    "facts": {
        "identity": {"hostname": LONG, "kernel": LONG, "os": {"name": LONG}},
        "filesystems": {"filesystems": [{"mount": EVIL, "device": LONG, "type": LONG}]},
        "ports": {"listening": [{"address": LONG, "port": 1, "process": LONG}]},
        LONG: {LONG: LONG, "list": [LONG]},
    },
    "gaps": {"load": {"status": "unreadable", "reason": LONG}},
}
OPEN_ALL = (
    "for (const one of document.querySelectorAll('main details')) one.open = true"
)
WIDEST = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 12).map(one => one.outerHTML.slice(0, 90))"""
SIZES = [(390, 844), (1280, 800)]


@pytest.fixture
def places(sqlite_database: Database) -> list[str]:
    """Fill a desk with overlong texts, and give the pages that show them."""
    now = clock.now()
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=now)
        sick = verdict(finding(), finding(subject=EVIL), facts=FACTS)
        lost = verdict(outcome=Outcome.UNREACHED, facts=FACTS)
        rounds = [
            judged_round(unit, {"app-1": verdict(), "db-1": sick}, slot=slot, at=now)
            for slot in (Slot.MORNING, Slot.NOON)
        ]
        rounds.append(
            judged_round(unit, {LONG: sick, "y" * 64: lost}, at=now, slot=Slot.ADHOC)
        )
        for round_ in rounds:
            write_much(unit, round_)
        numbers = [round_.number for round_ in rounds]
        marks = [
            item.key
            for round_ in rounds
            for item in abnormal_items(unit, round_.id)
            if item.probe != "visit"
        ]
    names = ["app-1", "db-1", LONG]
    return [
        *("/board", "/wall", "/rounds", "/findings", "/findings?all=1"),
        *(
            "/servers",
            "/servers/db-1",
            f"/servers/{LONG}",
            "/records",
            f"/records/{DAY}",
        ),
        *(f"/rounds/{number}" for number in numbers),
        *(f"/rounds/{numbers[0]}/servers/{name}" for name in names[:2]),
        f"/rounds/{numbers[2]}/servers/{LONG}",
        *(f"/findings/{quote(mark)}" for mark in dict.fromkeys(marks)),
    ]


def write_much(session: Session, round_: Round) -> None:
    """Explain and acknowledge what is abnormal, without a single space."""
    round_.reason = round_.suspect = LONG
    for visit in session.query(Visit).filter_by(round_id=round_.id):
        visit.detail = visit.zone = LONG
    items = [item.key for item in abnormal_items(session, round_.id)]
    at = clock.now()
    review.explain(session, round_, items[:1], LONG, by="zhiban", at=at)
    until = at + timedelta(days=1)
    review.acknowledge(
        session,
        fingerprint=items[-1],
        server="db-1",
        reason=LONG,
        until=until,
        by="zhiban",
        at=at,
    )


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def page(
    chromium: Browser, address: str, places: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Give a window of a size, in which the engineer on duty has signed in."""
    width, height = request.param
    context = chromium.new_context(
        base_url=address, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    page.goto("/sign-in?next=/board")
    page.fill("#username", "zhiban")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/board")
    yield page
    context.close()


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than its window."""
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def test_no_page_is_wider_than_its_window_and_none_is_upset(
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
    assert (upset, wide) == ([], {})


def test_a_row_opened_in_place_stays_inside_the_window(
    page: Page, places: list[str]
) -> None:
    page.goto(next(path for path in places if path.startswith("/rounds/INS-")))
    page.click("a[data-opens]:has-text('db-1')")
    page.wait_for_selector(".opened-in")
    assert overflow(page) == 0
    inside = page.evaluate(
        "document.querySelector('.opened-in').getBoundingClientRect().width"
        " <= window.innerWidth"
    )
    assert inside
