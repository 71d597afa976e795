"""The archive on screen: labels hold everywhere, words stay words, every look is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opsdesk.app import create_app
from opsdesk.archive import checks, queries
from opsdesk.archive.checking import Fault, Harm
from opsdesk.archive.media import OCTETS, PDF
from opsdesk.archive.models import Category, Label, Reading
from opsdesk.core import audit, clock
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.web.archive.listing import marked
from opsdesk.web.gate import COOKIE
from probes.finding import Words
from tests.factories.documents import an_upload, its_words
from tests.factories.people import PASSWORD, a_person
from tests.web.conftest import Browser

Enter = Callable[[Role], Browser]
EVIL = "<script>alert(1)</script>"
SAFE = "&lt;script&gt;alert(1)&lt;/script&gt;"
READS = {
    Role.ENGINEER: {Label.OPEN, Label.INTERNAL},
    Role.LEAD: {Label.OPEN, Label.INTERNAL, Label.RESTRICTED},
    Role.CUSTOMER: {Label.OPEN, Label.INTERNAL, Label.RESTRICTED},
    Role.SECURITY: {Label.OPEN, Label.RESTRICTED},
    Role.SYSTEM: {Label.OPEN},
    Role.AUDIT: {Label.OPEN},
}


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


def put(desk: Desk, number: str, content: bytes = b"words", **more: object) -> None:
    with desk.database.unit() as unit:
        an_upload(unit, desk.store, number, content, **more)


def entries(desk: Desk, subject: str) -> list[tuple[str, str]]:
    with desk.database.reading() as unit:
        query = (
            select(AuditEntry.actor, AuditEntry.action)
            .where(AuditEntry.subject == subject)
            .order_by(AuditEntry.seq)
        )
        return [(actor, action) for actor, action in unit.execute(query)]


@pytest.mark.parametrize("role", list(Role))
def test_a_label_keeps_out_whom_it_should_from_list_card_and_file(
    desk: Desk, enter: Enter, role: Role
) -> None:
    for label in Label:
        put(desk, f"DOC-{label.value}", label=label)
    browser = enter(role)
    listed = browser.get("/archive").text
    for label in Label:
        number, expected = f"DOC-{label.value}", 200 if label in READS[role] else 404
        assert (number in listed) == (expected == 200)
        for path in ("", "/1", "/1/file"):
            assert browser.get(f"/archive/{number}{path}").status_code == expected


def test_whom_a_label_keeps_out_is_told_what_a_stranger_to_the_number_is_told(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", label=Label.RESTRICTED, title="投标底价")
    engineer = enter(Role.ENGINEER)
    kept_out = engineer.get("/archive/DOC-A/1")
    never_there = engineer.get("/archive/DOC-B/1")
    assert kept_out.status_code == never_there.status_code == 404
    assert kept_out.text.replace("DOC-A", "DOC-B").replace("投标底价", "") != ""
    assert "投标底价" not in kept_out.text
    assert "档案里没有 DOC-A 第 1 版" in kept_out.text
    assert "档案里没有 DOC-B 第 1 版" in never_there.text
    assert entries(desk, "DOC-A/1") == []


def test_whoever_put_a_document_in_can_read_it_whatever_its_label(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", label=Label.RESTRICTED, issued_by="engineer")
    engineer = enter(Role.ENGINEER)
    assert engineer.get("/archive/DOC-A/1").status_code == 200
    assert "DOC-A" in engineer.get("/archive").text


@pytest.mark.parametrize("path", ["/papers/archived/{}/1.pdf", "/records/{}/1.pdf"])
def test_the_older_addresses_of_issued_papers_obey_labels_too(
    desk: Desk, enter: Enter, path: str
) -> None:
    put(desk, "WRY-XJ-1", label=Label.RESTRICTED, kind="daily_record")
    assert enter(Role.ENGINEER).get(path.format("WRY-XJ-1")).status_code == 404


def test_what_people_wrote_is_shown_as_text(desk: Desk, enter: Enter) -> None:
    with desk.database.unit() as unit:
        row = an_upload(
            unit,
            desk.store,
            "DOC-A",
            title=EVIL,
            keywords=f"甲{EVIL}",
            note=f"乙{EVIL}",
            file_name=f'丙"{EVIL}.txt',
        )
        its_words(unit, row, f"丁{EVIL}")
    lead = enter(Role.LEAD)
    page = lead.get("/archive/DOC-A").text
    assert "<script>alert" not in page + lead.get("/archive").text
    for place in ("甲", "乙", "丁"):
        assert f"{place}{SAFE}" in page
    assert f"丙&#34;{SAFE}.txt" in page
    assert SAFE in lead.get("/archive").text


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("核心数据库宕机", "数据", "核心<mark>数据</mark>库宕机"),
        ("Oracle与oracle", "ORACLE", "<mark>Oracle</mark>与<mark>oracle</mark>"),
        ("<b>库</b>", "库", "&lt;b&gt;<mark>库</mark>&lt;/b&gt;"),
        ("db-11 db_1 1", "DB-1", "<mark>db-1</mark>1 <mark>db_1</mark> 1"),
        ("a<mark>b", "mark", "a&lt;<mark>mark</mark>&gt;b"),
        ("甲.乙", ". * (", "甲.乙"),
        ("主库Oracle满", "库oracle", "主<mark>库</mark><mark>Oracle</mark>满"),
        ("\x1b[31m红", "红", "␛[31m<mark>红</mark>"),
    ],
)
def test_found_words_are_marked_and_nothing_else_becomes_html(
    text: str, query: str, expected: str
) -> None:
    assert marked(text, query) == expected


def test_a_list_is_narrowed_by_what_its_address_says(desk: Desk, enter: Enter) -> None:
    put(desk, "DOC-RULE", category=Category.CONTRACT, day=date(2026, 10, 1))
    put(desk, "DOC-HAND", category=Category.TECHNICAL, label=Label.RESTRICTED)
    put(desk, "DOC-OLD", category=Category.OTHER)
    put(desk, "DOC-OLD", category=Category.OTHER)
    put(desk, "DOC-PLAN", kind="plan")
    lead = enter(Role.LEAD)

    def shown(query: str) -> set[str]:
        page = lead.get(f"/archive?{query}").text
        kinds = ("RULE/1", "HAND/1", "OLD/1", "OLD/2", "PLAN/1")
        return {one for one in kinds if f"/archive/DOC-{one}" in page}

    assert shown("") == {"RULE/1", "HAND/1", "OLD/2", "PLAN/1"}
    assert shown("category=contract") == {"RULE/1"}
    assert shown("label=restricted") == {"HAND/1"}
    assert shown("kind=plan") == {"PLAN/1"}
    assert shown("until=2026-10-31") == {"RULE/1"}
    assert shown("since=2026-11-01&category=other") == {"OLD/2", "PLAN/1"}
    assert shown("superseded=1&kind=upload&category=other") == {"OLD/1", "OLD/2"}
    assert shown("category=nonsense&since=yesterday") == shown("")


def test_pages_follow_one_another_without_gap_or_double_while_documents_come_in(
    desk: Desk, enter: Enter
) -> None:
    with desk.database.unit() as unit:
        for n in range(120):
            an_upload(unit, desk.store, f"DOC-{n:03d}")
    lead, address, seen = enter(Role.LEAD), "/archive?category=other", []
    for _turn in range(3):
        page = lead.get(address).text
        seen += [
            part[:7] for part in page.split('archive-number"><a href="/archive/')[1:]
        ]
        put(desk, f"DOC-NEW-{len(seen)}")
        before = page.partition('rel="next" href="')[2].partition('"')[0]
        address = before.replace("&amp;", "&")
        assert "category=other" in address or not address
    assert seen == [f"DOC-{n:03d}" for n in reversed(range(120))]
    assert address == ""


def test_every_look_and_every_taking_is_kept_and_shown_to_those_who_may_know(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", b"%PDF-1.7")
    engineer, lead = enter(Role.ENGINEER), enter(Role.LEAD)
    assert "此前没有人看过" in engineer.get("/archive/DOC-A/1").text
    engineer.get("/archive/DOC-A/1/view")
    engineer.get("/archive/DOC-A/1/file")
    assert entries(desk, "DOC-A/1") == [
        ("engineer", "document.shown"),
        ("engineer", "document.opened"),
        ("engineer", "document.taken"),
    ]
    page = lead.get("/archive/DOC-A").text
    assert "取走文件 1 次" in page
    assert "打开文件 1 次" in page
    assert "查看 1 次" in page
    again = engineer.get("/archive/DOC-A/1").text
    assert "2 人看过这一版" in again
    assert "取走文件" not in again


def test_who_was_shown_a_document_at_the_machines_shell_is_called_command_line(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", label=Label.RESTRICTED, issued_by="cli:root")
    with desk.database.unit() as unit:
        audit.write(
            unit,
            actor="cli:backup",
            action="document.shown",
            subject="DOC-A/1",
            at=clock.now(),
            detail={"kind": "list"},
        )
    page = enter(Role.LEAD).get("/archive/DOC-A/1").text
    assert "命令行（backup） · 查看 1 次" in page
    assert "命令行（root）" in page


def checked(desk: Desk, faults: int, ago: timedelta = timedelta()) -> None:
    """Let the archive have been read again, with some faults."""
    fault = Fault(
        number="DOC-A",
        version=1,
        part="content",
        path="/x",
        harm=Harm.CHANGED,
        words=Words("DOC-A 已损坏", "DOC-A is damaged"),
    )
    at = clock.now() - ago
    outcome = checks.Outcome(
        began_at=at, ended_at=at, versions=30, size=9, faults=[fault] * faults, strays=0
    )
    with desk.database.unit() as unit:
        checks.record(unit, outcome, by="opsdesk")


def test_the_page_says_when_all_was_last_verified_and_what_came_of_it(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A")
    lead, engineer = enter(Role.LEAD), enter(Role.ENGINEER)
    assert "还没有核验过" in lead.get("/archive").text
    checked(desk, 0, ago=timedelta(days=9))
    page = engineer.get("/archive").text
    assert "30 版逐字节读过，全部完好" in page
    assert "已超过八天没有核验" in page
    checked(desk, 2)
    assert "30 版中有 2 处与归档时不符" in engineer.get("/archive").text
    assert "DOC-A 已损坏" not in engineer.get("/archive").text
    assert "DOC-A 已损坏" in lead.get("/archive?q=x").text
    checked(desk, 0)
    assert "全部完好" in lead.get("/archive").text
    assert "已超过八天" not in lead.get("/archive").text


def test_a_superseded_version_says_so_and_leads_to_the_one_that_holds(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", b"one", title="旧题")
    put(desk, "DOC-A", b"two", title="新题", note="改了第二章")
    lead = enter(Role.LEAD)
    old, new = lead.get("/archive/DOC-A/1").text, lead.get("/archive/DOC-A").text
    assert "这一版已被取代" in old
    assert "这一版已被取代" not in new
    assert "新题" in new
    assert "改了第二章" in new
    assert 'href="/archive/DOC-A/1"' in new
    assert lead.get("/archive/DOC-A/1/file").data == b"one"
    assert lead.get("/archive/DOC-A/2/file").data == b"two"


def test_a_term_that_has_passed_is_told_and_the_file_stays(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", keep_until=date(2020, 1, 1))
    lead = enter(Role.LEAD)
    assert "保存期限 2020-01-01 已过" in lead.get("/archive/DOC-A").text
    assert lead.get("/archive/DOC-A/1/file").status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", OCTETS),
        (b"<!doctype html><script>alert(1)</script>", OCTETS),
        (b"PK\x03\x04 not a zip", OCTETS),
    ],
)
def test_only_pdf_and_pictures_by_their_content_are_shown_in_the_browser(
    desk: Desk, enter: Enter, content: bytes, kind: str
) -> None:
    put(desk, "DOC-A", content, file_name="报告.html")
    lead = enter(Role.LEAD)
    looked, taken = (lead.get(f"/archive/DOC-A/1/{way}") for way in ("view", "file"))
    assert taken.mimetype == OCTETS
    assert taken.headers["Content-Disposition"].startswith("attachment;")
    if kind == OCTETS:
        assert looked.status_code == 404
        assert "/archive/DOC-A/1/view" not in lead.get("/archive/DOC-A").text
    else:
        assert looked.mimetype == kind
        assert looked.data == content
        assert looked.headers["Content-Disposition"].startswith("inline;")


def policy(headers: object) -> dict[str, str]:
    text = str(headers["Content-Security-Policy"])  # type: ignore[index]
    parts = (part.partition(" ") for part in text.split("; "))
    return {name: value for name, _, value in parts}


def test_a_pdf_may_be_framed_by_this_desk_only_and_everything_else_is_in_a_sandbox(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-PDF", b"%PDF-1.7\n")
    put(desk, "DOC-PNG", b"\x89PNG\r\n\x1a\n")
    lead = enter(Role.LEAD)
    framed = lead.get("/archive/DOC-PDF/1/view").headers
    assert policy(framed)["frame-ancestors"] == "'self'"
    assert policy(framed)["default-src"] == "'none'"
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert policy(lead.get("/archive/DOC-PDF").headers)["frame-src"] == "'self'"
    assert "frame-src" not in policy(lead.get("/archive/DOC-PNG").headers)
    assert "frame-src" not in policy(lead.get("/archive").headers)
    for path in ("PNG/1/view", "PNG/1/file", "PDF/1/file"):
        headers = lead.get(f"/archive/DOC-{path}").headers
        assert "sandbox" in policy(headers)
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_s_name_cannot_break_out_of_its_header(desk: Desk, enter: Enter) -> None:
    put(desk, "DOC-A", file_name='合同";filename=evil.html\\..\\/x.pdf')
    told = enter(Role.LEAD).get("/archive/DOC-A/1/file").headers["Content-Disposition"]
    plain = told.partition('filename="')[2].partition('"')[0]
    assert plain == "___;filename=evil.html_..__x.pdf"
    assert "UTF-8''%E5%90%88%E5%90%8C%22" in told


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (None, "正文还没有读"),
        (Reading.WORDLESS, "可能是扫描件"),
        (Reading.LOCKED, "文件设了密码"),
        (Reading.BROKEN, "文件读不出来"),
        (Reading.TOO_LARGE, "正文没有读入"),
        (Reading.UNKNOWN, "这类文件不读正文"),
    ],
)
def test_a_document_without_words_says_why_and_what_to_do(
    desk: Desk, enter: Enter, reading: Reading | None, said: str
) -> None:
    with desk.database.unit() as unit:
        row = an_upload(unit, desk.store, "DOC-A")
        if reading is not None:
            its_words(unit, row, "", reading)
    assert said in enter(Role.LEAD).get("/archive/DOC-A").text


def test_of_long_words_the_beginning_is_shown_and_it_says_that_there_is_more(
    desk: Desk, enter: Enter
) -> None:
    with desk.database.unit() as unit:
        row = an_upload(unit, desk.store, "DOC-A")
        its_words(unit, row, "字" * 20_000 + "尾")
    page = enter(Role.LEAD).get("/archive/DOC-A").text
    assert "字" * 100 in page
    assert "尾" not in page
    assert "20,001" in page
    assert "这里只显示前 20,000 个字符" in page


@pytest.mark.parametrize(
    ("kind", "number", "frozen", "there"),
    [
        ("daily_record", "WRY-XJ-20261123", "", "/records/2026-11-23"),
        ("monthly_report", "WRY-YB-202610", "", "/reports/202610"),
        ("form:incident", "WRY-SJ-1", "INC-20261123-0001", "/t/INC-20261123-0001"),
        ("run:drill", "WRY-YL-1", "DRL-20261123-0001", "/runs/DRL-20261123-0001"),
        ("plan", "WRY-YA-01", "hacker-attack", "/plans/hacker-attack"),
    ],
)
def test_an_issued_paper_leads_back_to_what_it_was_made_from(
    desk: Desk, enter: Enter, kind: str, number: str, frozen: str, there: str
) -> None:
    content = json.dumps({"number": frozen}).encode()
    put(desk, number, content, kind=kind, pdf_sha256=desk.store.put(b"%PDF-1.7"))
    page = enter(Role.LEAD).get(f"/archive/{number}").text
    assert f'href="{there}"' in page
    assert "上传新版本" not in page


def test_every_file_of_an_issued_paper_is_handed_out_as_it_was_stored(
    desk: Desk, enter: Enter
) -> None:
    kept = {"pdf": b"%PDF-1.7 paper", "docx": b"PK paper", "json": b"{}"}
    hashes = {f"{kind}_sha256": desk.store.put(kept[kind]) for kind in ("pdf", "docx")}
    put(desk, "WRY-XJ-1", kept["json"], kind="daily_record", **hashes)
    lead = enter(Role.LEAD)
    for kind, content in kept.items():
        answer = lead.get(f"/archive/WRY-XJ-1/1/paper.{kind}")
        assert answer.data == content
        told = answer.headers["Content-Disposition"]
        assert told.startswith("attachment;")
    assert lead.get("/archive/WRY-XJ-1/1/paper.exe").status_code == 404
    assert lead.get("/archive/WRY-XJ-1/1/file").status_code == 404
    assert entries(desk, "WRY-XJ-1/1") == [("lead", "document.taken")] * 3


def test_an_empty_archive_and_an_empty_answer_say_what_to_do(
    desk: Desk, enter: Enter
) -> None:
    customer = enter(Role.CUSTOMER)
    assert "档案里还没有文件" in customer.get("/archive").text
    put(desk, "DOC-A")
    narrowed = customer.get("/archive?category=training").text
    assert "没有符合条件的文件" in narrowed
    assert 'href="/archive"' in narrowed


def test_a_damaged_file_is_told_and_its_card_still_opens(
    desk: Desk, enter: Enter
) -> None:
    put(desk, "DOC-A", b"%PDF-1.7 sound")
    with desk.database.reading() as unit:
        sha256 = queries.version(unit, "DOC-A", 1).content_sha256
    desk.store.path(sha256).write_bytes(b"%PDF-1.7 fl1pped")
    lead = enter(Role.LEAD)
    assert lead.get("/archive/DOC-A").status_code == 200
    assert lead.get("/archive/DOC-A/1/file").status_code == 503
    desk.store.path(sha256).unlink()
    assert lead.get("/archive/DOC-A").status_code == 200
    assert lead.get("/archive/DOC-A/1/file").status_code == 503
    assert ("lead", "document.taken") not in entries(desk, "DOC-A/1")
