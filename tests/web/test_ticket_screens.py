"""The registers on screen: bounded queries, two savers, hostile files and words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from sqlalchemy import event

from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows.registers import REGISTERS
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind
from tests.factories.tickets import a_ticket
from tests.web.conftest import Browser, SignedIn

LIST_QUERIES, PAGE_QUERIES = 6, 12  # with the session and the bell
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile, not how its connection is set."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        if not statement.startswith("PRAGMA"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def opened(browser: Browser, register: str = "incidents", **fields: str) -> str:
    """Open a record by its short form; returns the address of its page."""
    page = f"/{register}/new"
    answer = browser.post(page, page, **{"title": "导出超时", **fields})
    assert answer.status_code == 303
    return answer.headers["Location"]


def multipart(token: str, name: str) -> bytes:
    """Return a form with a file just over the limit; no temporary file is left open."""
    head = (
        '--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
        f"{token}\r\n--edge\r\nContent-Disposition: form-data; "
        f'name="file"; filename="{name}"\r\n\r\n'
    )
    return head.encode() + b"\0" * ((32 << 20) + 1) + b"\r\n--edge--\r\n"


def uploaded(browser: Browser, address: str, name: str, content: bytes) -> str:
    """Upload one file; returns the address it is handed out at."""
    answer = browser.client.post(
        f"{address}/files",
        data={
            "csrf_token": browser.token(address),
            "file": (BytesIO(content), name),
        },
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200
    told = answer.get_json()
    assert told["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    page = browser.get(address).text
    start = page.index(f"{address}/files/")
    return page[start : page.index('"', start)]


def test_a_list_asks_as_much_of_the_database_for_fifty_rows_as_for_none(
    signed_in_as: SignedIn, sqlite_database: Database, settings: Settings
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    engineer.get("/incidents")
    with counted(sqlite_database) as none:
        engineer.get("/incidents")
    with sqlite_database.unit() as session:
        for at in range(51):
            a_ticket(session, settings, Kind.INCIDENT, {"title": f"第 {at} 张"})
    with counted(sqlite_database) as full:
        page = engineer.get("/incidents").text
    assert page.count("<tr data-step") == 50
    assert len(full) == len(none) <= LIST_QUERIES, "\n".join(full)
    assert not [one for one in full if "count(" in one and "FROM ticket" in one]
    assert not [one for one in full if "ticket.sheet" in one]


def test_a_record_asks_no_more_of_the_database_for_a_long_timeline(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    address = opened(engineer)
    for _ in range(5):
        engineer.post(f"{address}/notes", address, text="看过了")
    engineer.get(address)
    with counted(sqlite_database) as asked:
        engineer.get(address)
    assert len(asked) <= PAGE_QUERIES, "\n".join(asked)


def test_every_register_has_a_list_a_form_and_a_record_page(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    for register in REGISTERS:
        path = register.path.strip("/")
        assert engineer.get(register.path).status_code == 200
        address = opened(engineer, path, title=f"一张{register.title.zh}")
        page = engineer.get(address)
        assert page.status_code == 200
        assert f"一张{register.title.zh}" in page.text
        assert f"一张{register.title.zh}" in engineer.get(register.path).text
        number = address.rsplit("/", 1)[1]
        assert engineer.get(f"/t/{number.lower()}").headers["Location"] == address


def test_a_refused_form_keeps_every_word_that_was_typed(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    answer = engineer.post(
        "/incidents/new",
        "/incidents/new",
        title="题" * 300,
        description="报表导不出来",
        began_at="2026-11-22T09:30",
    )
    assert answer.status_code == 422
    assert "题" * 300 in answer.text
    assert "报表导不出来" in answer.text
    assert 'value="2026-11-22T09:30"' in answer.text


def test_a_form_sent_after_the_session_ended_comes_back_filled(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    answer = engineer.client.post(
        "/incidents/new",
        data={"csrf_token": "从前的", "title": "写了一半", "description": "很长的话"},
    )
    assert answer.status_code in (400, 403, 409)
    assert "写了一半" in answer.text
    assert "很长的话" in answer.text


def test_words_sent_after_the_session_ended_come_back_to_ones_own_page_only(
    stranger: Browser,
) -> None:
    words = {"title": "写了一半", "description": "很长的话", "password": "Mi-Ma-99!"}
    own = stranger.client.post("/incidents/new", data=words)
    assert own.status_code == 401
    assert "登录已过期" in own.text
    assert "写了一半" in own.text
    assert "很长的话" in own.text
    assert "Mi-Ma-99!" not in own.text
    other = stranger.client.post(
        "/incidents/new", data=words, headers={"Origin": "https://other.example"}
    )
    assert other.headers["Location"].startswith("/sign-in")
    assert "写了一半" not in other.text


def test_two_who_save_the_same_record_see_both_texts_and_lose_neither(
    signed_in_as: SignedIn,
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    address = opened(engineer, description="原来的")
    save = f"{address}/edit"
    first = lead.post(save, address, title="负责人改的", version="1")
    assert first.status_code == 303
    mine = {"title": "我改的", "description": "我写的", "version": "1"}
    late = engineer.post(save, address, **mine)
    assert late.status_code == 409
    for text in ("负责人改的", "我改的", "原来的", "我写的"):
        assert text in late.text
    assert "负责人改的" in engineer.get(address).text
    merged = engineer.post(f"{address}/merge", address, note="只留这句")
    assert merged.status_code == 303
    assert "只留这句" in engineer.get(address).text
    over = engineer.post(save, address, **{**mine, "version": "2"})
    assert over.status_code == 303
    assert "我写的" in engineer.get(address).text


def test_a_step_over_an_edit_shows_both_texts_and_is_taken_when_sent_again(
    signed_in_as: SignedIn,
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    address = opened(engineer)
    engineer.post(f"{address}/steps/respond", address)
    page = engineer.get(address).text
    seen = re.findall(r'name="version" value="(\d+)"', page)[0]
    lead.post(f"{address}/edit", address, solution="负责人写的", version=seen)
    mine = {"cause": "分页过大", "solution": "我写的"}
    resolve = f"{address}/steps/resolve"
    late = engineer.post(resolve, address, **mine, version=seen)
    assert late.status_code == 409
    for text in ("负责人写的", "我写的", "分页过大", "没有覆盖任何内容"):
        assert text in late.text
    now = re.findall(r'name="version" value="(\d+)"', late.text)[0]
    assert "已解决" not in engineer.get(address).text
    again = engineer.post(resolve, address, **mine, version=now)
    assert again.status_code == 303
    assert "我写的" in engineer.get(address).text


def test_a_text_that_was_overwritten_can_be_read_whole_again(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    former = "电话里说的很长的经过" * 100 + "这是末尾"
    address = opened(engineer, description=former)
    saved = engineer.post(f"{address}/edit", address, description="别的", version="1")
    assert saved.status_code == 303
    assert former in engineer.get(address).text


def test_a_refusal_shows_what_was_typed_and_nothing_secret(
    signed_in_as: SignedIn,
) -> None:
    engineer, customer = signed_in_as(Role.ENGINEER), signed_in_as(Role.CUSTOMER)
    address = opened(engineer)
    refused = customer.post(f"{address}/steps/void", note="写得很长的理由")
    assert refused.status_code == 403
    assert "写得很长的理由" in refused.text
    wrong = {"answer": "refuse", "opinion": "不同意的理由", "password": "Cuo-Le-99!"}
    refused = engineer.post(f"{address}/decide", address, **wrong)
    assert refused.status_code in (403, 409)
    assert "不同意的理由" in refused.text
    assert "Cuo-Le-99!" not in refused.text
    words = {"present": "Jiu-De-2026!", "new": "Xin-De-2026!", "again": "Xin-De-2026!"}
    stale = engineer.client.post(
        "/me/password", data={"csrf_token": "从前的", **words}, buffered=True
    )
    assert stale.status_code == 400
    assert not [one for one in words.values() if one in stale.text]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", '附件 <b>截图</b>".html', "报表;X-Evil=1.png", "a" * 300],
)
def test_a_hostile_file_is_saved_and_never_run(
    signed_in_as: SignedIn, name: str
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    content = b"<!doctype html><script>alert(1)</script>"
    answer = engineer.get(uploaded(engineer, opened(engineer), name, content))
    assert answer.data == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "/" not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_image_that_is_a_page_as_well_is_shown_as_an_image_only(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    content = PNG + b"<script>alert(1)</script>"
    where = uploaded(engineer, opened(engineer), "截图.html", content)
    answer = engineer.get(where)
    assert answer.headers["Content-Type"] == "image/png"
    assert "%E6%88%AA%E5%9B%BE" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_past_the_limit_is_refused_and_not_kept(
    signed_in_as: SignedIn, settings: Settings
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    address = opened(engineer)
    answer = engineer.client.post(
        f"{address}/files",
        input_stream=BytesIO(multipart(engineer.token(address), "镜像.iso")),
        content_type="multipart/form-data; boundary=edge",
    )
    assert answer.status_code in (409, 413, 422)
    assert "32" in answer.text
    assert "没有附件" in engineer.get(address).text


class Endless(BytesIO):
    """A body of 300 MB that notes how much of it was read."""

    left, taken = 300 << 20, 0

    def read(self, size: int | None = -1, /) -> bytes:
        amount = min(self.left, 1 << 16 if size is None or size < 0 else size)
        self.left -= amount
        self.taken += amount
        return b"\0" * amount


def test_three_hundred_megabytes_are_refused_unread(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    body = Endless()
    answer = engineer.client.post(
        f"{opened(engineer)}/files",
        input_stream=body,
        environ_overrides={"CONTENT_LENGTH": str(300 << 20)},
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": engineer.token()},
        buffered=True,
    )
    assert answer.status_code == 413
    assert "没有保存" in answer.text
    assert body.taken < 1 << 20


def test_a_file_of_another_record_is_not_found_under_this_one(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    one, other = opened(engineer), opened(engineer)
    where = uploaded(engineer, one, "a.txt", b"a")
    assert engineer.get(where.replace(one, other)).status_code == 404


def test_every_row_of_many_says_what_became_of_it(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    good = opened(engineer, title="甲").rsplit("/", 1)[1]
    page = engineer.client.post(
        "/incidents/many",
        data={
            "csrf_token": engineer.token("/incidents"),
            "what": "acknowledge",
            "number": [good, "INC-19990101-0001"],
        },
    )
    assert page.status_code == 200
    assert good in page.text
    assert "INC-19990101-0001" in page.text
    assert "没有" in page.text


def test_a_customer_opens_an_incident_and_may_not_open_a_change(
    signed_in_as: SignedIn,
) -> None:
    customer = signed_in_as(Role.CUSTOMER)
    assert customer.get(opened(customer)).status_code == 200
    assert customer.get("/changes/new").status_code == 403


def test_a_formula_in_a_title_stays_text_in_the_exported_file(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    opened(engineer, title='=HYPERLINK("http://x","点我")')
    content = engineer.get("/incidents/list.csv").data
    assert content.startswith(b"\xef\xbb\xbf")
    assert b",=HYPER" not in content
    assert b',"=HYPER' not in content
