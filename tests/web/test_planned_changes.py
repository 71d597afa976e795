"""The change calendar and the templates of standard changes, on screen."""

from __future__ import annotations

import re
from datetime import timedelta

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind
from tests.factories.assets import an_item, hang
from tests.factories.people import PASSWORD
from tests.factories.tickets import a_ticket, change_values
from tests.web.conftest import SignedIn

NEXT_MONTH = (clock.now() + timedelta(days=30)).date().isoformat()
TEMPLATE = {
    "name": "轮换<b>证书",
    "valid_until": NEXT_MONTH,
    "content": "换证书",
    "steps.0.action": "换",
    "backout_steps": "换回",
    "verification_plan": "握手",
}


def test_colliding_changes_say_so_on_the_calendar(
    signed_in_as: SignedIn, sqlite_database: Database, settings: Settings
) -> None:
    with sqlite_database.unit() as session:
        values = change_values(items="app-1", title="<i>升级")
        a_ticket(session, settings, Kind.CHANGE, values)
        number = a_ticket(session, settings, Kind.CHANGE, values).number
    page = signed_in_as(Role.CUSTOMER).get("/changes/calendar?month=2026-11").text
    assert number in page
    assert "涉及同一配置项：app-1" in page
    assert "<i>升级" not in page
    assert 'name="since"' not in page
    assert (
        number
        not in signed_in_as(Role.LEAD).get("/changes/calendar?month=2026-10").text
    )


def test_odd_months_show_the_present_one(signed_in_as: SignedIn) -> None:
    lead = signed_in_as(Role.LEAD)
    for month in ("2026-13", "0001-01", "9999-12", "x", "'"):
        assert lead.get(f"/changes/calendar?month={month}").status_code == 200
    assert "没有节假日表" in lead.get("/changes/calendar?month=2044-02").text


def test_the_lead_freezes_a_year_of_holidays_and_ends_one_again(
    signed_in_as: SignedIn,
) -> None:
    lead, page = signed_in_as(Role.LEAD), "/changes/calendar?month=2026-05"
    assert "劳动节" in lead.get(page).text
    answer = lead.post("/changes/freezes/holidays", page, year="2026", month="2026-05")
    assert answer.status_code == 303
    shown = lead.get(page).text
    assert "冻结：劳动节" in shown
    (action,) = set(re.findall(r"/changes/freezes/\d+/end", shown))
    assert lead.post(action, page, why="").status_code == 409
    assert lead.post(action, page, why="甲方要求").status_code == 303
    assert "冻结：劳动节" not in lead.get(page).text
    engineer = signed_in_as(Role.ENGINEER)
    assert engineer.post("/changes/freezes", page, reason="想").status_code == 403


def test_a_freeze_without_sound_moments_is_refused_in_words(
    signed_in_as: SignedIn,
) -> None:
    answer = signed_in_as(Role.LEAD).post(
        "/changes/freezes", "/changes/calendar", since="x", until="", reason="截止"
    )
    assert answer.status_code == 409
    assert "冻结期的结束应晚于开始" in answer.text


def test_a_template_is_signed_by_both_sides_and_then_followed(
    signed_in_as: SignedIn,
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    customer = signed_in_as(Role.CUSTOMER)
    made = engineer.post("/changes/templates/new", "/changes/templates", **TEMPLATE)
    address = made.headers["Location"]
    page = engineer.get(address).text
    assert "轮换&lt;b&gt;证书" in page
    assert "按此新建变更" not in page
    assert engineer.post(f"{address}/use", address).status_code == 409
    found = re.search(r'name="sha256" value="(\w+)"', lead.get(address).text)
    assert found is not None
    seal = {"sha256": found[1], "password": PASSWORD}
    wrong = {**seal, "password": "不是这个"}
    assert lead.post(f"{address}/sign", address, **wrong).status_code >= 400
    assert lead.post(f"{address}/sign", address, **seal).status_code == 303
    assert customer.post(f"{address}/sign", address, **seal).status_code == 303
    assert "双方已批准" in engineer.get("/changes/templates").text
    opened = engineer.post(f"{address}/use", address)
    change = engineer.get(opened.headers["Location"]).text
    assert "换证书" in change
    assert 'value="轮换&lt;b&gt;证书"' in change


def test_a_refused_template_keeps_what_was_typed(signed_in_as: SignedIn) -> None:
    typed = {**TEMPLATE, "valid_until": "2099-01-01"}
    answer = signed_in_as(Role.ENGINEER).post(
        "/changes/templates/new", "/changes/templates", **typed
    )
    assert answer.status_code == 422
    assert "有效期应为今天起一年以内" in answer.text
    assert "握手" in answer.text


def test_impact_is_a_part_for_a_page_and_a_page_of_its_own(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as session:
        db, app = an_item(session, "db").code, an_item(session, "app").code
        hang(session, app, db)
    engineer = signed_in_as(Role.ENGINEER)
    address = f"/changes/impact?items={db}、x<y"
    part = engineer.get(address, headers={"HX-Request": "true"}).text
    assert app in part
    assert "<html" not in part
    whole = engineer.get(address).text
    assert app in whole
    assert "x<y" not in whole
