"""Searching the archive on screen: marked, narrowed, paged, and blind to what is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from opsdesk.app import create_app
from opsdesk.archive.models import Category, Label
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.web.gate import COOKIE
from tests.factories.documents import an_upload, its_words
from tests.factories.people import PASSWORD, a_person
from tests.web.conftest import Browser

Enter = Callable[[Role], Browser]


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """Give the application of an empty desk, on either store."""
    return create_app(settings, database)


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Give the desk behind the application."""
    found: Desk = app.extensions["opsdesk"]
    return found


@pytest.fixture
def enter(app: Flask, database: Database) -> Enter:
    """Return a function that signs a role in."""

    def sign(role: Role) -> Browser:
        at = clock.now()
        with database.unit() as unit:
            a_person(unit, role.value, role, at=at)
            came = Origin("127.0.0.1", "a test's browser")
            token = sign_in(unit, role.value, PASSWORD, origin=came, at=at).token
        assert token is not None
        client = app.test_client()
        client.set_cookie(COOKIE, token)
        return Browser(client)

    return sign


def put(desk: Desk, number: str, body: str, **more: Any) -> None:
    with desk.database.unit() as unit:
        its_words(unit, an_upload(unit, desk.store, number, **more), body)


def numbers(page: str) -> list[str]:
    cells = page.split('archive-number"><a href="/archive/')[1:]
    return [cell.partition("/")[0] for cell in cells]


def test_two_characters_find_the_place_and_are_marked_in_it(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", "<b>备份</b>未经恢复验证的不得实施", title="变更制度")
    put(desk, "DOC-B", "无关", title="台账")
    page = enter(Role.ENGINEER).get("/archive?q=恢复").text
    assert numbers(page) == ["DOC-A"]
    assert "<mark>恢复</mark>验证" in page
    assert "&lt;b&gt;备份&lt;/b&gt;" in page
    title = enter(Role.LEAD).get("/archive?q=制度").text
    assert "变更<mark>制度</mark></a>" in title


def test_a_search_says_nothing_of_what_its_reader_may_not_open(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", "封存的密码", label=Label.RESTRICTED)
    put(desk, "DOC-B", "公开的密码", label=Label.OPEN)
    put(desk, "DOC-C", "自己的密码", label=Label.RESTRICTED, issued_by="engineer")
    assert numbers(enter(Role.LEAD).get("/archive?q=密码").text) == [
        "DOC-C",
        "DOC-B",
        "DOC-A",
    ]
    mine = enter(Role.ENGINEER).get("/archive?q=密码").text
    assert numbers(mine) == ["DOC-C", "DOC-B"]
    assert "封存" not in mine
    assert numbers(enter(Role.AUDIT).get("/archive?q=密码").text) == ["DOC-B"]


def test_every_filter_narrows_a_search_too(desk: Desk, enter: Enter) -> None:
    put(desk, "DOC-A", "备份", category=Category.CONTRACT, day=date(2026, 10, 1))
    put(desk, "DOC-B", "备份", label=Label.OPEN)
    put(desk, "DOC-C", "备份", kind="plan")
    put(desk, "DOC-D", "备份")
    put(desk, "DOC-D", "备份")
    lead = enter(Role.LEAD)

    def found(query: str) -> list[str]:
        return numbers(lead.get(f"/archive?q=备份&{query}").text)

    assert found("") == ["DOC-D", "DOC-C", "DOC-B", "DOC-A"]
    assert found("category=contract") == ["DOC-A"]
    assert found("label=open") == ["DOC-B"]
    assert found("kind=plan") == ["DOC-C"]
    assert found("until=2026-10-31") == ["DOC-A"]
    assert found("since=2026-10-02&kind=upload") == ["DOC-D", "DOC-B"]
    assert found("superseded=1").count("DOC-D") == 2


def test_what_is_found_is_paged_without_gap_or_double_even_where_few_hits_fit(
    desk: Desk, enter: Enter
) -> None:
    with desk.database.unit() as unit:
        for n in range(640):
            kind = "plan" if n % 600 < 60 else "upload"
            row = an_upload(unit, desk.store, f"DOC-{n:03d}", kind=kind)
            its_words(unit, row, "备份")
    lead, seen = enter(Role.LEAD), []
    address, pages = "/archive?q=备份&kind=plan", 0
    while address:
        page = lead.get(address).text
        seen += numbers(page)
        pages += 1
        older = page.partition('rel="next" href="')[2].partition('"')[0]
        address = older.replace("&amp;", "&")
    expected = [n for n in range(640) if n % 600 < 60]
    assert seen == [f"DOC-{n:03d}" for n in reversed(expected)]
    assert pages <= 4


def test_a_search_that_finds_nothing_says_what_to_do(desk: Desk, enter: Enter) -> None:
    put(desk, "DOC-A", "备份")
    lead = enter(Role.LEAD)
    for query in ("没有的词", "!!!", '"', "*", "AND OR NOT", "备份 没有"):
        page = lead.get("/archive", query_string={"q": query}).text
        assert "没有找到「" in page, query
        assert "少写一个词" in page
    evil = lead.get("/archive", query_string={"q": "<script>x"}).text
    assert "<script>x" not in evil


def test_what_is_not_read_yet_is_found_by_title_and_keywords(
    desk: Desk, enter: Enter
) -> None:
    with desk.database.unit() as unit:
        an_upload(unit, desk.store, "DOC-A", title="消防须知", keywords="七氟丙烷")
    lead = enter(Role.LEAD)
    for query in ("消防", "七氟"):
        page = lead.get(f"/archive?q={query}").text
        assert numbers(page) == ["DOC-A"]
        assert f"<mark>{query}</mark>" in page
        assert "等待读取正文" in page


def test_a_document_is_found_by_its_new_title_and_no_longer_by_the_old(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", "正文", title="旧题名", keywords="老词")
    lead = enter(Role.LEAD)
    about = {"category": "other", "label": "internal", "keep_until": ""}
    old = {**about, "title": "旧题名", "keywords": "老词"}
    new = {**about, "title": "值守办法", "keywords": "新词"}
    seen = {f"seen_{name}": value for name, value in old.items()}
    answer = lead.post("/archive/DOC-A/1/about", "/archive/new", **new, **seen)
    assert answer.status_code == 303
    for query, expected in (
        ("值守", 1),
        ("新词", 1),
        ("旧题", 0),
        ("老词", 0),
        ("正文", 1),
    ):
        assert len(numbers(lead.get(f"/archive?q={query}").text)) == expected, query
