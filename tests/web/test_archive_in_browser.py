"""The archive in a real browser: put in, read, found by two characters, looked at."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from flask import Flask
from playwright.sync_api import Browser, Frame, Page, expect

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.core.sheets import write_xlsx
from opsdesk.flows import read_documents
from opsdesk.people.models import Role
from reports import pdf
from tests.factories.people import a_person
from tests.web.run_hands import Room, gathered, submit
from tests.web.test_browser import address, chromium
from tests.web.test_browser import pytestmark as needs_chromium
from tests.web.test_tickets_in_browser import PICTURE

__all__ = ["address", "chromium"]

pytestmark = [needs_chromium, pytest.mark.pdf]

PEOPLE = {"zhiban": Role.ENGINEER, "fuzeren": Role.LEAD, "jiafang": Role.CUSTOMER}
HTML = "<!doctype html><html lang=zh><title>题</title><body><h1>{}</h1><p>{}</p>"


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> Flask:
    """Give the application of a desk with three people."""
    with sqlite_database.unit() as unit:
        for username, role in PEOPLE.items():
            a_person(unit, username, role, at=clock.now())
    return create_app(settings, sqlite_database)


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


def a_pdf(folder: Path, title: str, text: str) -> bytes:
    return pdf.render_apart(HTML.format(title, text), cache=folder / "fonts")


def a_docx(text: str) -> bytes:
    made, word = io.BytesIO(), docx.Document()
    word.add_paragraph(text)
    word.save(made)
    return made.getvalue()


def put_in(page: Page, name: str, content: bytes, **fields: str) -> str:
    """Upload a file through the form; returns the address of its page."""
    page.goto("/archive/new")
    page.set_input_files(
        "#file", {"name": name, "mimeType": "application/x", "buffer": content}
    )
    submit(page, "main form.item-form", **fields)
    assert "/archive/DOC-" in page.url
    return page.url


def read_all(desk: Desk) -> None:
    """Let the desk read what waits."""
    while read_documents.sweep(desk, at=clock.now()):
        pass


def found(page: Page, words: str) -> list[str]:
    """Search, and return the titles of what was found."""
    page.goto("/archive")
    page.fill("#q", words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/archive?q=*")
    return page.locator(".archive-rows .ticket-title > a").all_inner_texts()


def test_files_put_in_are_read_and_found_by_two_characters_of_their_words(
    room: Room, desk: Desk, tmp_path: Path
) -> None:
    page = room.enter("zhiban")
    a_paper = a_pdf(tmp_path, "应急预案", "发生火警时启动七氟丙烷灭火系统")
    a_sheet = write_xlsx(("名称", "数量"), [("企业级硬盘", 6)])
    put_in(page, "预案.pdf", a_paper, title="消防预案", category="plans")
    put_in(page, "制度.docx", a_docx("账号一人一号，离岗当日停用"), title="账号制度")
    put_in(page, "台账.xlsx", a_sheet, keywords="备件")
    assert found(page, "离岗") == []
    assert page.locator("text=没有找到「离岗」").count() == 1
    read_all(desk)
    assert found(page, "丙烷") == ["消防预案"]
    expect(page.locator("mark").first).to_have_text("丙烷")
    assert found(page, "离岗") == ["账号制度"]
    assert found(page, "硬盘") == ["台账"]
    page.locator(".archive-rows a").first.click()
    expect(page.locator(".archive-body")).to_contain_text("企业级硬盘")
    assert room.upset == []


def its_reader(page: Page) -> Frame:
    """Wait for the browser's own reader of PDFs, which lives in a frame of its own."""
    for _turn in range(150):
        for frame in page.frames:
            if frame.url.startswith("chrome-extension://"):
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def test_a_pdf_is_shown_in_its_page_and_its_words_stand_below(
    room: Room, desk: Desk, tmp_path: Path
) -> None:
    page = room.enter("zhiban")
    content = a_pdf(tmp_path, "应急预案", "七氟丙烷")
    there = put_in(page, "预案.pdf", content)
    read_all(desk)
    with page.expect_response("**/view") as framed:
        page.goto(there)
        page.locator("iframe.archive-pdf").scroll_into_view_if_needed()
    assert framed.value.status == 200
    reader = its_reader(page)
    expect(reader.locator("#pageSelector, viewer-page-selector").first).to_be_visible()
    page.locator(".archive-words-read > summary").click()
    expect(page.locator(".archive-body")).to_contain_text("七氟丙烷")
    assert room.upset == []


def test_a_picture_is_shown_and_what_only_says_it_is_one_is_not(room: Room) -> None:
    page = room.enter("zhiban")
    page.goto(put_in(page, "机柜.dat", base64.b64decode(PICTURE)))
    shown = page.locator("img.archive-image")
    assert shown.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    evil = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    page.goto(put_in(page, "机柜.png", evil))
    assert page.locator("img.archive-image, iframe").count() == 0
    assert room.upset == []


def test_a_new_version_supersedes_on_screen_and_the_former_one_stays(
    room: Room, desk: Desk
) -> None:
    page, lead = room.enter("zhiban"), room.enter("fuzeren")
    there = put_in(page, "须知.txt", "进入机房须登记".encode(), title="机房须知")
    page.click("text=上传新版本")
    assert page.input_value("#title") == "机房须知"
    page.set_input_files(
        "#file", {"name": "须知.txt", "mimeType": "text/plain", "buffer": b"new"}
    )
    submit(page, "main form.item-form", note="改了第一条")
    assert page.url.endswith("/2")
    read_all(desk)
    lead.goto(there)
    expect(lead.locator("main .alert")).to_contain_text("这一版已被取代")
    expect(lead.locator(".archive-body")).to_contain_text("进入机房须登记")
    lead.click("text=看现行版本")
    expect(lead.locator(".archive-chain")).to_contain_text("改了第一条")
    expect(lead.locator(".archive-readers")).to_contain_text("查看")
    with lead.expect_download() as saved:
        lead.click("text=下载原文件")
    assert saved.value.suggested_filename == "须知.txt"
    assert saved.value.path().read_bytes() == b"new"
    assert room.upset == []


def test_a_file_that_is_too_large_is_refused_before_it_is_sent_and_nothing_is_lost(
    room: Room, tmp_path: Path
) -> None:
    page = room.enter("zhiban")
    page.goto("/archive/new")
    page.fill("#title", "监控录像")
    large = tmp_path / "录像.bin"
    with large.open("wb") as file:
        file.truncate((32 << 20) + 1)
    page.set_input_files("#file", str(large))
    why = page.evaluate("document.querySelector('#file').validationMessage")
    assert "32 MiB" in why
    page.locator("main form.item-form .btn-primary").click()
    assert page.url.endswith("/archive/new")
    assert page.input_value("#title") == "监控录像"
    small = tmp_path / "a.txt"
    small.write_bytes(b"a")
    page.set_input_files("#file", str(small))
    submit(page, "main form.item-form")
    assert "/archive/DOC-" in page.url
    assert room.upset == []


def test_a_file_is_put_in_without_script(room: Room) -> None:
    page = room.enter("zhiban", script=False)
    page.goto("/archive/new")
    page.set_input_files(
        "#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"words"}
    )
    page.fill("#keep_until", "2030-12-31")
    page.click("main form.item-form button.btn-primary")
    page.wait_for_url("**/archive/DOC-*/1")
    assert page.locator("h1").inner_text().endswith("a")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone_in_both_languages_and_themes(
    room: Room, desk: Desk, language: str, scheme: str
) -> None:
    wide = "很长的题名" * 30
    page = room.enter("fuzeren", phone=True)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    put_in(page, f"{'n' * 150}.txt", b"x" * 4000, title=wide, keywords="k" * 300)
    there = page.url
    read_all(desk)
    page.context.add_cookies(
        [{"name": "opsdesk_language", "value": language, "url": room.address}]
    )
    for path in ("/archive", "/archive?q=xxxx", "/archive/new", there):
        page.goto(path)
        if language == "en":
            assert "档案" not in page.locator("h1").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert room.upset == []
