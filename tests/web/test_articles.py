"""The knowledge base on screen: drafts stay inside the team, words stay words."""

from __future__ import annotations

from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind
from tests.factories.tickets import a_ticket
from tests.web.conftest import Browser, SignedIn

TEXT = {"title": "<b>导出</b>超时", "body": "# 处理\n<script>alert(1)</script>\n分页"}


def written(browser: Browser) -> str:
    answer = browser.post("/articles/new", "/articles/new", **TEXT)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_an_article_is_for_the_team_until_the_lead_publishes_it(
    signed_in_as: SignedIn,
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    customer = signed_in_as(Role.CUSTOMER)
    address = written(engineer)
    assert "导出" in engineer.get("/articles").text
    assert "导出" not in customer.get("/articles").text
    assert customer.get(address).status_code == 404
    refused = engineer.post(f"{address}/publish", "/articles", version="1")
    assert refused.status_code == 403
    published = lead.post(f"{address}/publish", "/articles", version="1")
    assert published.status_code == 303
    assert "分页" in customer.get(address).text
    assert address[-7:] in customer.get("/search?q=分页").text
    retired = lead.post(f"{address}/retire", "/articles", version="2", why="下线")
    assert retired.status_code == 303
    assert customer.get(address).status_code == 404
    assert "下线" in engineer.get(address).text


def test_what_is_written_is_shown_as_text_and_headings_as_headings(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    page = engineer.get(written(engineer)).text
    assert "<h2>处理</h2>" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>导出</b>" not in page


def test_whoever_was_slower_sees_both_texts(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    address = written(engineer)
    first = {"title": "题", "body": "甲写的", "version": "1"}
    engineer.post(f"{address}/edit", "/articles", **first)
    late = engineer.post(
        f"{address}/edit", "/articles", title="题", body="乙写的", version="1"
    )
    assert late.status_code == 409
    assert "甲写的" in late.text
    assert "乙写的" in late.text
    assert 'name="version" value="2"' in late.text


def test_a_ticket_becomes_an_article(
    signed_in_as: SignedIn, sqlite_database: Database, settings: Settings
) -> None:
    with sqlite_database.unit() as session:
        values = {"title": "如何导出", "description": "找不到按钮", "module": "填报"}
        number = a_ticket(session, settings, Kind.REQUEST, values).number
    page = signed_in_as(Role.ENGINEER).get(f"/articles/new?from={number}").text
    assert 'value="如何导出"' in page
    assert "找不到按钮" in page
    assert number in page
    assert signed_in_as(Role.LEAD).get("/articles/new?from=REQ-1").status_code == 404
