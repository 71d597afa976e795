"""A drill and an emergency in real browsers: several people, one page, one phone."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from sqlalchemy import select

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.flows import run_plan
from opsdesk.flows.acting import Answer
from opsdesk.people.models import Person, Role
from opsdesk.responses.models import Run, RunEvent
from opsdesk.responses.operations import opening
from opsdesk.responses.operations import year as operations
from opsdesk.responses.states import RunState, What
from probes.finding import Words
from runbooks.plan import Level, Mode
from tests.factories.people import PASSWORD, a_person
from tests.factories.plans import a_plan
from tests.web.hands import opened as opened_ticket
from tests.web.run_hands import Room, act, gathered, in_state, send, submit
from tests.web.test_browser import address, chromium
from tests.web.test_browser import pytestmark as needs_chromium
from tests.web.test_tickets_in_browser import PASTE, PICTURE

__all__ = ["address", "chromium"]

pytestmark = [needs_chromium, pytest.mark.pdf]

PEOPLE = {
    "zhiban": Role.ENGINEER,
    "tongshi": Role.ENGINEER,
    "fuzeren": Role.LEAD,
    "jiafang": Role.CUSTOMER,
}


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> Flask:
    """Give the application of a desk with four people and one plan."""
    with sqlite_database.unit() as unit:
        for username, role in PEOPLE.items():
            a_person(unit, username, role, at=clock.now())
    app = create_app(settings, sqlite_database)
    app.config["OPSDESK_PLANS"] = (a_plan(),)
    return app


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Give the desk behind the application."""
    found: Desk = app.extensions["opsdesk"]
    return found


@pytest.fixture
def room(chromium: Browser, address: str) -> Iterator[Room]:
    """Give a place where people sign in, each in a browser of his own."""
    with gathered(chromium, address) as found:
        yield found


@pytest.fixture
def emergency(desk: Desk) -> str:
    """Give the number of an emergency that the lead has declared."""
    with desk.database.unit() as session:
        lead = session.scalars(select(Person).filter_by(username="fuzeren")).one()
        made = opening.Emergency(plan=a_plan(), level=Level.THREE)
        settings, at = desk.settings, clock.now()
        return opening.declare(session, settings, made, by=lead, at=at).number


def a_slot(desk: Desk) -> int:
    """Put a drill into the present month of the year; returns its id."""
    today = clock.local_day(clock.now(), desk.settings.desk.timezone)
    slot = operations.Slot(
        month=today.replace(day=1),
        plan="hacker-attack",
        mode=Mode.TABLETOP,
        planned_on=today,
    )
    with desk.database.unit() as session:
        lead = session.scalars(select(Person).filter_by(username="fuzeren")).one()
        operations.fill_year(session, [slot], by=lead, at=clock.now())
    return 1


def opened(lead: Page, room: Room, slot: int) -> str:
    """Open the drill from the year, and start it; returns its number."""
    lead.goto("/drills")
    lead.locator(f"a[href='/drills/slots/{slot}']").first.click()
    submit(lead, "form[action$='/open']")
    assert "/runs/DRL-" in lead.url
    return lead.url.rpartition("/")[2]


def carried_out(desk: Desk) -> None:
    """Let a worker carry out the automatic step that was begun."""
    shop = run_plan.Workshop()
    fine = Answer(
        done=True,
        words=Words("端口通", "the port is open"),
        figures={"open": "true", "server": "app-1", "port": "8080"},
    )
    taken = run_plan.tick(
        desk, shop, stop=threading.Event(), do=lambda _desk, _work: fine
    )
    assert taken == 1
    shop.join(20)


def ticks(desk: Desk, number: str, what: What = What.STEP) -> list[str]:
    """Return the steps that entries of a run's timeline tell of, in order."""
    with desk.database.reading() as session:
        query = (
            select(RunEvent.step, RunEvent.state, RunEvent.text)
            .join(Run, Run.id == RunEvent.run_id)
            .where(Run.number == number, RunEvent.what == what)
            .order_by(RunEvent.id)
        )
        rows = session.execute(query).all()
    return [text if what is What.NOTED else f"{s} {t}" for s, t, text in rows]


def test_two_people_see_each_other_tick_without_reloading(
    room: Room, emergency: str
) -> None:
    one, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (one, other):
        page.goto(f"/runs/{emergency}")
    send(one, act("block", "done", "#do-block"), text="防火墙已封禁")
    in_state(other, "block", "done")
    in_state(one, "block", "done")
    other.wait_for_selector("#run-timeline >> text=防火墙已封禁")
    assert room.upset == []


def test_what_somebody_types_is_not_taken_from_under_his_hands(
    room: Room, emergency: str
) -> None:
    one, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (one, other):
        page.goto(f"/runs/{emergency}")
    other.click("#more-block > summary")
    box = other.locator("#do-block form[action$='/done'] [name=text]")
    box.fill("写到一半的结果")
    send(one, act("block", "done", "#do-block"))
    in_state(other, "block", "done")
    assert box.input_value() == "写到一半的结果"
    other.locator("#do-block form[action$='/done'] button").click()
    refusal = other.locator("#run-refused")
    refusal.wait_for()
    assert "值班fuzeren" in refusal.inner_text() or "fuzeren" in refusal.inner_text()


def test_of_two_who_tick_the_same_step_the_second_is_told_who_was_first(
    room: Room, emergency: str, desk: Desk
) -> None:
    one, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (one, other):
        page.goto(f"/runs/{emergency}")
        page.click("#more-block > summary")
    other.context.set_offline(True)
    send(one, act("block", "done", "#do-block"))
    in_state(one, "block", "done")
    send(other, act("block", "done", "#do-block"))
    other.wait_for_selector("[data-waiting]:not([hidden])")
    other.context.set_offline(False)
    other.wait_for_selector("#run-refused:not([hidden])")
    assert "fuzeren" in other.inner_text("#run-refused")
    in_state(other, "block", "done")
    assert ticks(desk, emergency) == ["block done"]


def test_what_the_second_wrote_can_be_put_into_the_record(
    room: Room, emergency: str, desk: Desk
) -> None:
    one, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (one, other):
        page.goto(f"/runs/{emergency}")
    other.click("#more-block > summary")
    box = other.locator("#do-block form[action$='/done'] [name=text]")
    box.fill("我看到的是另一个源地址")
    send(one, act("block", "done", "#do-block"), text="已封禁")
    in_state(other, "block", "done")
    other.locator("#do-block form[action$='/done'] button").click()
    refusal = other.locator("#run-refused")
    refusal.wait_for()
    assert "我看到的是另一个源地址" in refusal.inner_text()
    refusal.get_by_text("把写的放进记录框").click()
    refusal.wait_for(state="hidden")
    send(other, "form[action$='/notes']")
    one.wait_for_selector("#run-timeline >> text=我看到的是另一个源地址")
    assert ticks(desk, emergency) == ["block done"]


def test_a_phone_opened_before_the_start_shows_every_step_once_it_began(
    room: Room, desk: Desk
) -> None:
    lead, phone = room.enter("fuzeren"), room.enter("tongshi", phone=True)
    operator = room.enter("zhiban")
    number = opened(lead, room, a_slot(desk))
    for page, part in ((operator, "operator"), (phone, "liaison"), (phone, "scribe")):
        page.goto(f"/runs/{number}")
        taken(page, part)
    phone.goto(f"/runs/{number}/checklist?all=1")
    assert phone.locator("#ticks > .empty").count() == 1
    submit_move(lead, "ready")
    submit_move(lead, "start")
    for key in ("report", "block", "verify"):
        phone.wait_for_selector(f"#tick-{key}")
    assert phone.locator("#ticks > .empty").count() == 0
    places = phone.locator("#ticks > [data-position]").all()
    order = [int(one.get_attribute("data-position") or "") for one in places]
    assert order == sorted(order)


def test_a_phone_that_loses_the_network_loses_and_doubles_nothing(
    room: Room, emergency: str, desk: Desk
) -> None:
    lead, phone = room.enter("fuzeren"), room.enter("tongshi", phone=True)
    lead.goto(f"/runs/{emergency}")
    phone.goto(f"/runs/{emergency}/checklist?all=1")
    phone.context.set_offline(True)
    phone.locator(act("report", "done", "#tick-report")).first.locator("button").click()
    phone.locator(act("block", "begin", "#tick-block")).first.evaluate(
        "form => form.requestSubmit()"
    )
    phone.fill("#note", "网络断了，继续记")
    phone.click("form[data-tick=note] button")
    phone.wait_for_selector("[data-waiting] >> text=3")
    assert phone.locator("#tick-report.is-waiting").count() == 1
    phone.context.set_offline(False)
    in_state(lead, "report", "done")
    in_state(lead, "block", "running")
    phone.wait_for_selector("[data-waiting]", state="hidden")
    phone.wait_for_selector("#tick-report.is-over")
    assert ticks(desk, emergency) == ["report done", "block running"]
    assert ticks(desk, emergency, What.NOTED) == ["网络断了，继续记"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_step_is_ticked_from_a_phone_without_script(
    room: Room, emergency: str, desk: Desk
) -> None:
    phone = room.enter("tongshi", phone=True, script=False)
    phone.goto(f"/runs/{emergency}/checklist?all=1")
    with phone.expect_navigation():
        phone.locator(act("report", "done", "#tick-report")).first.locator(
            "button"
        ).click()
    assert "/checklist" in phone.url
    assert phone.locator("#tick-report.is-over").count() == 1
    assert ticks(desk, emergency) == ["report done"]


def taken(page: Page, part: str) -> None:
    """Take a part on the run's page, and wait until the page says so."""
    send(page, f"#run-roles form:has([value={part}])")
    page.wait_for_selector(f"#run-roles form:has([value={part}])", state="detached")


def carried_through(lead: Page, operator: Page, phone: Page, desk: Desk) -> None:
    """Go through every step of the plan, each by whom it belongs to."""
    phone.context.set_offline(True)
    phone.locator(act("report", "done", "#tick-report")).first.locator("button").click()
    send(operator, act("block", "done", "#do-block"), text="防火墙已封禁")
    phone.context.set_offline(False)
    in_state(lead, "report", "done")
    in_state(lead, "block", "done")
    operator.locator("#more-shoot > summary").click()
    operator.locator("#do-shoot").hover()
    operator.evaluate(PASTE, PICTURE)
    operator.wait_for_selector("#do-shoot >> text=image.png")
    send(operator, act("shoot", "done", "#do-shoot"))
    send(operator, act("port", "begin", "#do-port"))
    in_state(lead, "shoot", "done")
    in_state(lead, "port", "running")
    carried_out(desk)
    in_state(lead, "port", "done")
    send(operator, act("allow", "begin", "#do-allow"))
    in_state(lead, "allow", "running")
    send(lead, act("allow", "agree", "#do-allow"), password=PASSWORD, text="同意")
    in_state(operator, "allow", "done")
    send(operator, act("restore", "done", "#do-restore"))
    phone.locator("#tick-restore form[action$='/confirm'] button").click()
    in_state(lead, "restore", "done")
    phone.locator("#tick-verify form[action$='/done'] button").first.click()
    in_state(lead, "verify", "done")


def concluded(lead: Page, number: str, *others: Page) -> None:
    """Say who was there, answer the quiz, judge, sum up, open what is to improve."""
    for page in (lead, *others):
        page.goto(f"/runs/{number}/quiz")
        submit(page, "main form[action$='/attendance']")
        page.goto(f"/runs/{number}/quiz")
        page.check("[name=q0][value='0']")
        submit(page, "form.quiz")
    lead.goto(f"/runs/{number}/closing")
    for box in lead.locator(".scores [value='5']").all():
        box.check()
    submit(lead, "form[action$='/evaluation']")
    words = ("conclusion", "problems", "causes", "impact", "lessons")
    submit(lead, "form[action$='/summary']", **dict.fromkeys(words, "已写明"))
    day = (clock.now() + timedelta(days=20)).date().isoformat()
    submit(lead, "form[action$='/items']", title="补充通讯录", due_on=day)
    assert "PRB-" in lead.inner_text("#items ~ ul")


def signed(page: Page, number: str, part: str) -> None:
    """Sign a run as a part, with the password again."""
    page.goto(f"/runs/{number}/closing")
    submit(page, "#sign", part=part, password=PASSWORD, opinion="属实")


def test_a_drill_from_the_year_to_its_signatures(room: Room, desk: Desk) -> None:
    lead, operator = room.enter("fuzeren"), room.enter("zhiban")
    phone = room.enter("tongshi", phone=True)
    number = opened(lead, room, a_slot(desk))
    for page, part in ((operator, "operator"), (phone, "liaison"), (phone, "scribe")):
        page.goto(f"/runs/{number}")
        assert page.locator(".exercise").inner_text().startswith("演练")
        taken(page, part)
    submit_move(lead, "ready")
    submit_move(lead, "start")
    phone.goto(f"/runs/{number}/checklist")
    operator.wait_for_selector(act("block", "done", "#do-block"), state="attached")
    carried_through(lead, operator, phone, desk)
    send(lead, "form[action$='/notes']", text="演练按方案完成")
    lead.wait_for_selector("#run-timeline >> text=演练按方案完成")
    submit_move(lead, "review")
    concluded(lead, number, operator, phone)
    signed(phone, number, "scribe")
    signed(operator, number, "evaluator")
    signed(lead, number, "commander")
    with desk.database.reading() as session:
        run = session.scalars(select(Run).where(Run.number == number)).one()
        assert run.state is RunState.SIGNED
    done = [one for one in ticks(desk, number) if one.endswith(" done")]
    assert sorted(done) == sorted({*done})
    text, pages = printed(lead, number)
    assert number in text
    assert text.count("演练") >= pages
    assert room.upset == []


def submit_move(page: Page, name: str) -> None:
    """Take the run one step on by its button, and wait until the page shows it."""
    form = f"form[action$='/moves/{name}']"
    page.wait_for_selector(form, state="attached")
    send(page, form)
    page.wait_for_selector(form, state="detached")


def printed(page: Page, number: str) -> tuple[str, int]:
    """Archive a run's record; return the words of its PDF, and how many pages it has."""
    page.goto(f"/runs/{number}/closing")
    submit(page, "form[action$='/paper']")
    paper = page.locator("#papers ~ ul a[href$='.pdf']").first
    body = page.context.request.get(f"{paper.get_attribute('href')}").body()
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(body)).pages]
    return "".join("".join(pages).split()), len(pages)


def called(page: Page) -> str:
    """Take a call about the database, and declare an emergency in two clicks."""
    page.goto("/incidents/new")
    number = opened_ticket(
        page, "incidents", title="数据库被勒索加密", reporter="某单位"
    )
    page.click("a[href^='/emergencies/new?incident=']")
    assert page.is_checked("[name=plan][value=hacker-attack]")
    with page.expect_navigation():
        page.click("form[action='/emergencies'] .btn-emergency")
    assert "/runs/EMR-" in page.url
    return number


def handled(room: Room, page: Page, lead: Page, number: str) -> None:
    """Acknowledge, contain, leave out what is not needed, report, say it is over."""
    send(page, "form[action$='/acknowledge']")
    page.wait_for_selector("#run-ladder .met")
    send(page, act("report", "done", "#do-report"))
    send(page, act("block", "done", "#do-block"), text="隔离完成")
    in_state(page, "block", "done")
    for key in ("shoot", "allow", "restore", "verify", "port"):
        page.wait_for_selector(act(key, "skip", f"#do-{key}"), state="attached")
        send(page, act(key, "skip", f"#do-{key}"), text="现场判断不需要")
        in_state(page, key, "skipped")
    send(page, "form[action$='/clocks']", clock="restored")
    send(page, "form[action$='/reports']", to="甲方值班", text="已隔离，业务恢复")
    page.wait_for_selector("#run-timeline .event-reported")
    send(page, "form[action$='/notes']", text="观察一小时无异常")
    page.wait_for_selector("#run-timeline >> text=观察一小时无异常")
    lead.goto(f"/runs/{number}")
    send(lead, "form[action$='/moves/review']")
    lead.wait_for_selector("#run-refused >> text=稳定观察")
    room.expected("409")
    submit_move(lead, "stable")
    submit_move(lead, "review")


def test_an_emergency_from_the_call_to_its_service_record(room: Room) -> None:
    engineer, lead = room.enter("zhiban"), room.enter("fuzeren")
    customer = room.enter("jiafang")
    incident = called(engineer)
    number = engineer.url.rpartition("/")[2]
    lead.goto("/board")
    assert number in lead.inner_text(".run-strip .is-real")
    handled(room, engineer, lead, number)
    lead.goto(f"/runs/{number}/closing")
    words = ("conclusion", "problems", "causes", "impact", "lessons")
    submit(lead, "form[action$='/summary']", **dict.fromkeys(words, "已写明"))
    signed(engineer, number, "scribe")
    signed(lead, number, "commander")
    signed(customer, number, "customer")
    text, _pages = printed(lead, number)
    for one in (number, incident, "应急响应服务记录", "值班jiafang", "隔离完成"):
        assert one in text
    assert "☑真实" in text
    assert text.count("演练") == 1  # the empty box beside it
    engineer.goto(f"/incidents/{incident}")
    assert number in engineer.inner_text(".record-next")
    assert room.upset == []
