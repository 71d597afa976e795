"""Screens of plans and runs: who may do what, what is refused in words, no news is cheap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.flows import keep_responses, telling_of_runs
from opsdesk.people.models import Person, Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.responses.models import Escalation
from opsdesk.responses.operations import noting, opening, year
from opsdesk.responses.states import Rung
from opsdesk.web.gate import COOKIE
from opsdesk.web.responses import acts
from probes.finding import Words
from runbooks.plan import Kind, Level, Mode, Parameter, Title
from tests.factories.people import PASSWORD, a_person
from tests.factories.plans import a_plan
from tests.web.conftest import Browser

Enter = Callable[[str, Role], Browser]


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """Give the application of a desk with one plan, on either store."""
    app = create_app(settings, database)
    app.config["OPSDESK_PLANS"] = (a_plan(),)
    return app


@pytest.fixture
def enter(app: Flask, database: Database) -> Enter:
    """Return a function that signs somebody in."""

    def sign(username: str, role: Role) -> Browser:
        at = clock.now()
        with database.unit() as unit:
            a_person(unit, username, role, at=at)
            came = Origin("127.0.0.1", "a test's browser")
            token = sign_in(unit, username, PASSWORD, origin=came, at=at).token
        assert token is not None
        client = app.test_client()
        client.set_cookie(COOKIE, token)
        return Browser(client)

    return sign


def an_emergency(app: Flask, username: str = "fuzeren") -> str:
    desk: Desk = app.extensions["opsdesk"]
    with desk.database.unit() as unit:
        by = unit.scalars(select(Person).filter_by(username=username)).one()
        made = opening.Emergency(plan=a_plan(), level=Level.THREE)
        at = clock.now()
        return opening.declare(unit, desk.settings, made, by=by, at=at).number


def a_drill(app: Flask, username: str = "fuzeren") -> str:
    desk: Desk = app.extensions["opsdesk"]
    at = clock.now()
    with desk.database.unit() as unit:
        by = unit.scalars(select(Person).filter_by(username=username)).one()
        made = opening.Drill(plan=a_plan(), mode=Mode.TABLETOP, planned_for=at)
        return opening.plan_drill(unit, desk.settings, made, by=by, at=at).number


def after(page: str) -> int:
    return int(page.partition('data-after="')[2].partition('"')[0])


def test_no_news_answers_nothing_and_news_answers_the_changed_step_only(
    app: Flask, enter: Enter
) -> None:
    lead = enter("fuzeren", Role.LEAD)
    number = an_emergency(app)
    seen = after(lead.get(f"/runs/{number}").text)
    nothing = lead.get(f"/runs/{number}/news?after={seen}")
    assert (nothing.status_code, nothing.data) == (204, b"")
    page = f"/runs/{number}"
    lead.post(f"{page}/steps/block/done", page, token="a", text="封禁")
    news = lead.get(f"/runs/{number}/news?after={seen}").text
    assert after(news) > seen
    assert 'id="step-block"' in news
    assert 'id="step-report"' not in news


def test_asking_for_news_that_is_not_there_reads_two_rows(
    app: Flask, enter: Enter, database: Database
) -> None:
    lead = enter("fuzeren", Role.LEAD)
    number = an_emergency(app)
    seen = after(lead.get(f"/runs/{number}").text)
    asked: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_more: asked.append(statement),
    )
    lead.get(f"/runs/{number}/news?after={seen}")
    rows = [one for one in asked if one.lstrip().upper().startswith("SELECT")]
    assert len(rows) == 2, rows


def test_a_tick_sent_again_is_counted_once_and_a_second_person_is_told(
    app: Flask, enter: Enter
) -> None:
    lead, other = enter("fuzeren", Role.LEAD), enter("zhiban", Role.ENGINEER)
    page = f"/runs/{an_emergency(app)}"
    path = f"{page}/steps/block/done"
    for _ in range(2):
        assert lead.post(path, page, token="same", version="1").status_code == 303
    refused = other.post(path, page, token="other", version="1")
    assert refused.status_code == 409
    assert "fuzeren" in refused.text


def test_a_drill_says_so_on_every_page_of_it(app: Flask, enter: Enter) -> None:
    lead = enter("fuzeren", Role.LEAD)
    number = a_drill(app)
    for path in ("", "/checklist", "/timeline", "/closing", "/quiz"):
        assert 'class="exercise"' in lead.get(f"/runs/{number}{path}").text, path


def test_an_emergency_never_says_it_is_a_drill(app: Flask, enter: Enter) -> None:
    lead = enter("fuzeren", Role.LEAD)
    number = an_emergency(app)
    for path in ("", "/checklist", "/timeline", "/closing", "/quiz"):
        assert 'class="exercise"' not in lead.get(f"/runs/{number}{path}").text, path


def test_an_approval_wants_the_password_again_and_changes_nothing_without(
    app: Flask, enter: Enter
) -> None:
    lead, other = enter("fuzeren", Role.LEAD), enter("zhiban", Role.ENGINEER)
    page = f"/runs/{an_emergency(app)}"
    other.post(f"{page}/steps/allow/begin", page, token="ask")
    wrong = lead.post(f"{page}/steps/allow/agree", page, password="no", token="t")
    assert wrong.status_code == 409
    assert "step-mark step-done" not in lead.get(page).text
    right = lead.post(f"{page}/steps/allow/agree", page, password=PASSWORD, token="u")
    assert right.status_code == 303
    assert "step-mark step-done" in lead.get(page).text


def test_the_customer_reads_and_neither_declares_nor_leads(
    app: Flask, enter: Enter
) -> None:
    enter("fuzeren", Role.LEAD)
    number = an_emergency(app)
    customer = enter("jiafang", Role.CUSTOMER)  # plays no part in it
    assert customer.get(f"/runs/{number}").status_code == 200
    assert customer.get("/emergencies/new").status_code == 403
    assert "/emergencies/new" not in customer.get("/board").text
    page = f"/runs/{number}"
    for path in ("moves/pause", "steps/block/done"):
        answer = customer.post(f"{page}/{path}", page, reason="x", token=path)
        assert answer.status_code == 403, path


def test_a_plan_is_signed_only_as_it_was_shown(app: Flask, enter: Enter) -> None:
    lead = enter("fuzeren", Role.LEAD)
    page = "/plans/hacker-attack"
    sha256 = lead.get(page).text.partition('name="sha256" value="')[2][:64]
    stale = lead.post(f"{page}/sign", page, mark="approved", sha256="0" * 64)
    assert stale.status_code == 409
    fields = {"mark": "approved", "sha256": sha256, "password": PASSWORD}
    assert lead.post(f"{page}/sign", page, **fields).status_code == 303
    assert "已批准" in lead.get("/plans").text


def test_an_incident_suggests_its_plan_and_the_board_shows_what_runs(
    app: Flask, enter: Enter
) -> None:
    lead = enter("fuzeren", Role.LEAD)
    fields = {"title": "网站被入侵篡改", "source": "phone", "reporter": "某单位"}
    opened = lead.post("/incidents/new", "/incidents/new", **fields)
    number = opened.headers["Location"].rpartition("/")[2]
    form = lead.get(f"/emergencies/new?incident={number}").text
    assert 'value="hacker-attack" checked' in form
    page = f"/emergencies/new?incident={number}"
    sent = {"plan": "hacker-attack", "level": "II", "incident": number}
    run = lead.post("/emergencies", page, **sent).headers["Location"]
    assert "is-real" in lead.get("/board").text
    again = lead.post("/emergencies", page, **sent).headers["Location"]
    assert again == run


def test_an_emergency_with_a_wrong_target_is_not_declared_and_nothing_typed_is_lost(
    app: Flask, enter: Enter
) -> None:
    target = Parameter(
        name="spare-server", title=Title("备机", "Spare"), kind=Kind.SERVER
    )
    app.config["OPSDESK_PLANS"] = (replace(a_plan(), parameters=(target,)),)
    lead = enter("fuzeren", Role.LEAD)
    sent = {"plan": "hacker-attack", "level": "II", "title": "门户被改"}
    wrong = {**sent, "p.spare-server": "web-99"}
    refused = lead.post("/emergencies", "/emergencies/new", **wrong)
    assert refused.status_code == 409
    assert "还没有宣布：" in refused.text
    for kept in ('value="门户被改"', 'value="web-99"', 'value="II" required checked'):
        assert kept in refused.text
    right = {**sent, "p.spare-server": "app-1"}
    assert (
        "/runs/EMR-"
        in lead.post("/emergencies", "/emergencies/new", **right).headers["Location"]
    )


def test_a_wrong_target_is_refused_with_all_that_was_typed_and_what_there_is(
    app: Flask, enter: Enter
) -> None:
    target = Parameter(
        name="spare-server", title=Title("备机", "Spare"), kind=Kind.SERVER
    )
    port = Parameter(name="port", title=Title("端口", "Port"), kind=Kind.NUMBER)
    app.config["OPSDESK_PLANS"] = (replace(a_plan(), parameters=(target, port)),)
    lead = enter("fuzeren", Role.LEAD)
    desk: Desk = app.extensions["opsdesk"]
    today = clock.local_day(clock.now(), desk.settings.desk.timezone)
    slot = year.Slot(
        month=today.replace(day=1),
        plan="hacker-attack",
        mode=Mode.TABLETOP,
        planned_on=today,
    )
    with desk.database.unit() as unit:
        by = unit.scalars(select(Person).filter_by(username="fuzeren")).one()
        year.fill_year(unit, [slot], by=by, at=clock.now())
    sent = {"p.spare-server": "web-99", "p.port": "8443", "level": "II"}
    answer = lead.post("/drills/slots/1/open", "/drills/slots/1", **sent)
    assert answer.status_code == 409
    assert "填的 web-99 不在配置里" in answer.text
    assert 'value="8443"' in answer.text
    assert '<option value="II" selected' in answer.text
    assert '<option value="app-1">' in answer.text
    sent["p.spare-server"] = "app-1"
    opened = lead.post("/drills/slots/1/open", "/drills/slots/1", **sent)
    assert opened.status_code in (302, 303)


def test_a_moment_before_detection_is_counted_backwards() -> None:
    assert acts.from_detection(-timedelta(minutes=6)) == "T−0:06:00"
    assert acts.from_detection(timedelta()) == "T+0:00:00"
    assert acts.from_detection(timedelta(hours=1, seconds=2)) == "T+1:00:02"


def test_a_ladder_shows_who_was_reached_and_how(app: Flask, enter: Enter) -> None:
    lead = enter("fuzeren", Role.LEAD)
    number = an_emergency(app)
    desk: Desk = app.extensions["opsdesk"]
    with desk.database.unit() as unit:
        rung = unit.scalars(select(Escalation).filter_by(rung=Rung.LEAD)).one()
        telling_of_runs.say(
            unit,
            to={"fuzeren"},
            number=number,
            exercise=False,
            words=Words("请指挥", "lead it"),
            at=clock.now(),
            once=keep_responses.once_of(rung.id),
        )
    shown = lead.get(f"/runs/{number}").text
    assert "送达台账" in shown
    assert "只在页面上 · 页面未读" in shown


@pytest.mark.parametrize(
    "path",
    [
        "steps/nothing/done",
        "steps/block/explode",
        "moves/fly",
        "files",
        "level",
        "clocks",
        "roles",
        "quiz",
        "items",
        "signatures",
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    app: Flask, enter: Enter, path: str
) -> None:
    lead = enter("fuzeren", Role.LEAD)
    page = f"/runs/{an_emergency(app)}"
    answer = lead.post(f"{page}/{path}", page, token="t", part="x", clock="y")
    assert answer.status_code in (404, 409), answer.status_code
    assert "page-sentence" in answer.text


def test_evidence_of_another_run_is_not_handed_out(app: Flask, enter: Enter) -> None:
    lead = enter("fuzeren", Role.LEAD)
    number, drill = an_emergency(app), a_drill(app)
    desk: Desk = app.extensions["opsdesk"]
    sha256 = desk.store.put(b"evidence")

    with desk.database.unit() as unit:
        by = unit.scalars(select(Person).filter_by(username="fuzeren")).one()
        kept = noting.Evidence(
            name="a.txt", media_type="text/plain", size=8, sha256=sha256
        )
        row = noting.attach(unit, number, kept, by=by, at=clock.now())
        unit.flush()
        file = row.id
    assert lead.get(f"/runs/{number}/files/{file}").data == b"evidence"
    assert lead.get(f"/runs/{drill}/files/{file}").status_code == 404
