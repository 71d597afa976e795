"""The reports' screens: the lead writes, figures are only shown, anybody may read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows import print_reports
from opsdesk.people.models import Role
from opsdesk.reporting.models import OrderState
from opsdesk.reporting.queries import drafts
from tests.factories.rounds import judged_round, verdict
from tests.web.conftest import SignedIn

PAGE, NUMBER = "/reports/202611", "WRY-YB-202611"


@pytest.fixture
def a_round(sqlite_database: Database) -> None:
    at = datetime(2026, 11, 2, 0, tzinfo=UTC)
    with sqlite_database.unit() as session:
        judged_round(session, {"db-1": verdict()}, day=date(2026, 11, 2), at=at)


@pytest.mark.usefixtures("a_round")
def test_the_lead_writes_a_paragraph_and_no_figure(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    lead = signed_in_as(Role.LEAD)
    said = {"version": "0", "highlights": "<b>平稳", "rounds.done": "93"}
    assert lead.post(PAGE, PAGE, **said).status_code == 303
    with sqlite_database.reading() as session:
        kept = drafts.narrative(session, NUMBER)
    assert kept["highlights"] == "<b>平稳"
    assert "rounds.done" not in kept
    shown = lead.get(PAGE).text
    assert "&lt;b&gt;平稳" in shown
    assert "巡检完成情况与上期对比" in shown


@pytest.mark.usefixtures("a_round")
def test_what_was_typed_survives_that_somebody_else_saved_first(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    lead = signed_in_as(Role.LEAD)
    assert lead.post(PAGE, PAGE, version="0", risks="他们的").status_code == 303
    refused = lead.post(PAGE, PAGE, version="0", risks="我的 <i>话", next="下月")
    assert refused.status_code == 409
    for text in ("我的 &lt;i&gt;话</textarea>", "他们的", "下月</textarea>"):
        assert text in refused.text
    with sqlite_database.reading() as session:
        assert drafts.narrative(session, NUMBER)["risks"] == "他们的"
    (version,) = re.findall(r'name="version" value="(\d+)"', refused.text)
    assert lead.post(PAGE, PAGE, version=version, risks="合并").status_code == 303


@pytest.mark.usefixtures("a_round")
def test_a_text_that_is_too_long_is_refused_and_still_there(
    signed_in_as: SignedIn,
) -> None:
    refused = signed_in_as(Role.LEAD).post(PAGE, PAGE, version="0", next="长" * 20_001)
    assert refused.status_code == 409
    assert "长" * 20_001 in refused.text


def test_no_paragraph_is_asked_for_where_there_can_be_no_report(
    signed_in_as: SignedIn,
) -> None:
    shown = signed_in_as(Role.LEAD).get("/reports/209901").text
    assert "<textarea" not in shown


@pytest.mark.usefixtures("a_round")
def test_others_read_the_draft_and_cannot_write_it(signed_in_as: SignedIn) -> None:
    for role in (Role.ENGINEER, Role.CUSTOMER):
        browser = signed_in_as(role)
        shown = browser.get(PAGE).text
        assert "readonly" in shown
        assert "保存草稿" not in shown
        assert browser.post(PAGE, PAGE, version="0").status_code == 403
    assert signed_in_as(Role.AUDIT).get(PAGE).status_code == 403


@pytest.mark.usefixtures("a_round")
def test_issuing_only_orders_and_the_page_says_how_far_it_is(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    assert engineer.post(f"{PAGE}/issue", PAGE).status_code == 303
    with sqlite_database.reading() as session:
        order = drafts.last_order(session, NUMBER)
    assert order is not None
    assert order.state is OrderState.WAITING
    assert "等待出具" in engineer.get(PAGE).text
    assert 'hx-get="/reports/202611/progress"' in engineer.get(f"{PAGE}/progress").text
    assert "正在出具" in engineer.get("/reports").text


@pytest.mark.pdf
@pytest.mark.usefixtures("a_round")
def test_an_issued_report_is_handed_out_in_each_format(
    signed_in_as: SignedIn, settings: Settings, app: object
) -> None:
    from opsdesk.core import clock  # noqa: PLC0415

    engineer = signed_in_as(Role.ENGINEER)
    engineer.post(f"{PAGE}/issue", PAGE)
    desk = app.extensions["opsdesk"]  # type: ignore[attr-defined]
    assert print_reports.sweep(desk, at=clock.now()) == 1
    customer = signed_in_as(Role.CUSTOMER)
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("json", b"{")):
        got = customer.get(f"{PAGE}/1.{kind}")
        assert got.status_code == 200
        assert got.data.startswith(start)
    assert customer.get(f"{PAGE}/2.pdf").status_code == 404
    assert customer.get(f"{PAGE}/1.exe").status_code == 404
    assert "重新出具" in engineer.get(PAGE).text


def test_odd_addresses_and_empty_months_are_answered_in_words(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    for code in ("202613", "1", "x", "20261001-20260901", "'", "20261001-x"):
        assert lead.get(f"/reports/{code}").status_code == 404, code
    assert "没有任何巡检" in lead.get("/reports/202608").text
    assert "还没有开始" in lead.get("/reports/209901").text
    assert lead.post("/reports/209901/issue", "/reports").status_code in (400, 409, 422)


@pytest.mark.usefixtures("a_round")
def test_years_and_chosen_days_are_opened_written_and_ordered_as_months_are(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    lead = signed_in_as(Role.LEAD)
    found = lead.get("/reports/period?first=2026-11-01&last=2026-11-07")
    assert found.status_code == 303
    week = found.headers["Location"]
    assert week == "/reports/20261101-20261107"
    for page, number in (("/reports/2026", "2026"), (week, week[9:])):
        assert "编写" in lead.get(page).text
        assert lead.post(page, page, version="0", risks="风险").status_code == 303
        assert "风险</textarea>" in lead.get(page).text
        assert lead.post(f"{page}/issue", page).status_code == 303
        with sqlite_database.reading() as session:
            order = drafts.last_order(session, f"WRY-YB-{number}")
        assert order is not None
        assert "等待出具" in lead.get(page).text
    listed = lead.get("/reports").text
    assert 'href="/reports/2026">2026 年</a>' in listed
    assert f'href="{week}">2026-11-01 至 2026-11-07</a>' in listed


@pytest.mark.usefixtures("a_round")
def test_the_figures_of_a_year_are_gathered_when_they_are_asked_for(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    first = lead.get("/reports/2026").text
    assert "巡检完成情况与上期对比" not in first
    assert 'href="/reports/2026?figures=1"' in first
    shown = lead.get("/reports/2026?figures=1").text
    assert "巡检完成情况与上期对比" in shown
    assert "还没有开始" in lead.get("/reports/2098").text


@pytest.mark.usefixtures("a_round")
def test_a_period_leads_to_its_neighbours_but_not_into_the_future(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    shown = lead.get("/reports/202609").text
    assert 'href="/reports/202608"' in shown
    assert 'href="/reports/202610"' in shown
    assert 'href="/reports/2101"' not in lead.get("/reports/2100").text


def test_days_that_are_a_month_lead_to_its_report_and_odd_ones_are_refused_in_words(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    month = lead.get("/reports/period?first=2026-10-01&last=2026-10-31")
    assert month.headers["Location"] == "/reports/202610"
    for asked, said in (
        ("first=2026-10-09&last=2026-10-01", "开始不能晚于结束"),
        ("first=2024-01-01&last=2026-10-01", "最长一年"),
        ("first=2026-10-01", "请填写开始与结束日期"),
        ("first=x&last=%3Cb%3E", "请填写开始与结束日期"),
    ):
        refused = lead.get(f"/reports/period?{asked}")
        assert refused.status_code in (400, 409, 422), asked
        assert said in refused.text
        assert "没有生成任何文件" in refused.text
