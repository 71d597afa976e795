"""A day at the desk in a real browser: from the call to the printed, signed forms."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from sqlalchemy import select

from opsdesk.app import create_app
from opsdesk.changes.register import NEEDED
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.flows import check_again
from opsdesk.inspections.models import Round, Status
from opsdesk.inspections.operations import rounds, visits
from opsdesk.inspections.queries.running import pending_visits
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.factories.rounds import heard, verdict
from tests.web.hands import edited, linked, opened, signed, take
from tests.web.test_browser import address, chromium
from tests.web.test_browser import pytestmark as needs_chromium
from tests.web.test_tickets_in_browser import PASTE, PICTURE

__all__ = ["address", "chromium"]

pytestmark = [needs_chromium, pytest.mark.pdf]

SHA = "ab" * 32
PEOPLE = {
    "zhiban": Role.ENGINEER,
    "tongshi": Role.ENGINEER,
    "fuzeren": Role.LEAD,
    "jiafang": Role.CUSTOMER,
}
STANDS = {"zh_CN": "已关闭", "en": "Closed"}


@dataclass(frozen=True)
class Day:
    """The pages of the people of the day, each in a browser of his own."""

    engineer: Page
    lead: Page
    customer: Page
    desk: Desk


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """Give the application of a desk where four people work."""
    with database.unit() as unit:
        for username, role in PEOPLE.items():
            a_person(unit, username, role, at=clock.now())
    return create_app(settings, database)


@pytest.fixture(params=list(STANDS))
def language(request: pytest.FixtureRequest) -> str:
    """Name the language everybody reads."""
    return str(request.param)


@pytest.fixture
def upset() -> list[str]:
    """Collect what a browser complained of."""
    return []


@pytest.fixture
def day(
    chromium: Browser, address: str, app: Flask, language: str, upset: list[str]
) -> Iterator[Day]:
    """Give three people's browsers, signed in, in one language."""
    contexts = []

    def enter(username: str) -> Page:
        context = chromium.new_context(base_url=address)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: upset.append(message.text))
        page.on("pageerror", lambda error: upset.append(str(error)))
        page.goto("/sign-in?next=/board")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/board")
        if language == "en":
            page.click("button[name=language]")
            page.wait_for_selector("html[lang=en]")
        return page

    desk: Desk = app.extensions["opsdesk"]
    yield Day(enter("zhiban"), enter("fuzeren"), enter("jiafang"), desk)
    for context in contexts:
        context.close()


def inspected(desk: Desk) -> None:
    """Run every round that is due, find every server sound, and tell the tickets."""
    at = clock.now()
    with desk.database.unit() as session:
        due = session.scalars(select(Round).where(Round.status == Status.DUE)).all()
        assert due
        for round_ in due:
            assert rounds.claim(session, round_.id, runner="test:1:1", at=at)
            session.refresh(round_)
            for visit in pending_visits(session, round_.id):
                visits.record(session, visit, heard(visit, at), verdict(), at=at)
            rounds.finish(session, round_.id, at=at, took_ms=900, suspect="")
            visits.count_states(session, round_)
    assert check_again.collect(desk, at=at) == len(due)


def a_call(day: Day) -> str:
    """Take a call, answer in two clicks, note it with a picture, restore, resolve."""
    page = day.engineer
    page.keyboard.press("c")
    page.wait_for_url("**/incidents/new")
    number = opened(
        page,
        "incidents",
        title="企业端无法导出报表",
        source="phone",
        reporter="某企业",
        module="企业填报",
    )
    take(page, "respond")
    page.fill("form[action$='/notes'] [name=text]", "已电话告知，附截图")
    with page.expect_navigation():
        page.click("form[action$='/notes'] button")
    with page.expect_navigation():
        page.evaluate(PASTE, PICTURE)
    assert "image.png" in page.inner_text(".files")
    take(page, "start")
    take(page, "restore")
    take(page, "resolve", cause="一次取全部数据", solution="改为分批导出")
    return number


def a_problem(day: Day, incident: str) -> str:
    """Open a problem out of the incident, and link the two."""
    page = day.engineer
    page.click("a[href^='/problems/new?title=']")
    number = opened(page, "problems", category="performance")
    assert "企业端无法导出报表" in page.inner_text("h1")
    page.goto(f"/incidents/{incident}")
    linked(page, "caused-by", number)
    return number


def a_plan(day: Day) -> dict[str, str]:
    """Return everything a change must say, with a window that is open now."""
    zone, now = day.desk.settings.desk.timezone, clock.now().replace(second=0)
    texts = [
        name
        for name in NEEDED
        if not name.startswith(("risk_", "window_", "steps", "backout_m", "change_"))
    ]

    def local(hours: int) -> str:
        return f"{(now + timedelta(hours=hours)).astimezone(zone):%Y-%m-%dT%H:%M}"

    risks = ("risk_scope", "risk_reversible", "risk_experience", "risk_window")
    return {
        **dict.fromkeys(texts, "已写明"),
        **dict.fromkeys(risks, "2"),
        "window_from": local(-1),
        "window_to": local(2),
        "backout_latest": local(1),
        "backout_minutes": "15",
        "executors": "tongshi",
        "steps.0.action": "停服务，换包，起服务",
        "steps.0.by": "tongshi",
        "items": "app-1",
        "present": "一次导出全部，常超时",
    }


def a_change(day: Day, problem: str) -> str:
    """Write a change, have it signed by both sides, carry it out, have it inspected."""
    page = day.engineer
    page.goto("/changes/new")
    number = opened(page, "changes", title="导出改为分批", change_kind="major")
    edited(page, **a_plan(day))
    take(page, "submit")
    for signer in (day.lead, day.customer):
        signed(signer, f"/changes/{number}")
    page.reload()
    take(page, "schedule")
    take(page, "implement")
    take(
        page,
        "observe",
        actual_result="success",
        verified_by="zhiban",
        observe_hours="0",
    )
    inspected(day.desk)
    page.reload()
    take(page, "close", register_updated="yes", observation_result="没有异常")
    page.goto(f"/problems/{problem}")
    linked(page, "fixed-by", number)
    return number


def a_release(day: Day) -> str:
    """Build, have signed, deploy and verify a release whose hashes agree."""
    page = day.engineer
    page.goto("/releases/new")
    number = opened(page, "releases", title="v2.7.3", version_to="2.7.3", items="app-1")
    edited(
        page,
        **dict.fromkeys(("test_result", "plan", "backout_plan"), "已写明"),
        backout_artefact="app-2.7.2.jar",
        executors="tongshi",
        **{"artefacts.0.name": "app-2.7.3.jar", "artefacts.0.sha256": SHA},
    )
    take(page, "build")
    take(page, "submit")
    signed(day.lead, f"/releases/{number}")
    page.reload()
    take(page, "deploy")
    points = {f"verified.{at}.item": f"第 {at} 项" for at in range(5)}
    node = {"deployed.0.node": "app-1", "deployed.0.sha256": SHA}
    take(page, "verify", verified_by="zhiban", **node, **points)
    take(page, "close")
    return number


def printed(page: Page, path: str, number: str, language: str) -> str:
    """Issue a record's form by its button; returns the words on the archived PDF."""
    page.goto(f"/{path}/{number}")
    with page.expect_navigation():
        page.click(f"form[action^='/papers/{number}/'] button")
    paper = page.locator("#papers ~ ul a[href*='/papers/archived/']").first
    where = f"{paper.get_attribute('href')}?language={language}"
    body = page.context.request.get(where).body()
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(body)).pages)
    return "".join(words.split())


def test_a_day_from_the_call_to_the_printed_forms(
    day: Day, language: str, upset: list[str]
) -> None:
    incident = a_call(day)
    problem = a_problem(day, incident)
    change = a_change(day, problem)
    release = a_release(day)
    customer, engineer = day.customer, day.engineer
    customer.goto(f"/incidents/{incident}")
    take(customer, "close", confirmed_by="某企业", no_release_why="随变更一并发布")
    assert STANDS[language] in customer.inner_text(".record-head")
    papers = {
        "incidents": (incident, "值班zhiban"),
        "problems": (problem,),
        "changes": (change, "值班fuzeren", "值班jiafang"),
        "releases": (release, "值班fuzeren"),
    }
    for path, (number, *signers) in papers.items():
        words = printed(engineer, path, number, language)
        assert [one for one in (number, *signers) if one not in words] == [], words
    assert upset == []
