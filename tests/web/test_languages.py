"""Chinese first, English complete, and a switch that does not lose the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import opsdesk
from opsdesk.core.database import Database
from opsdesk.people.models import Person, Role
from tests.web.conftest import Browser, SignedIn

PACKAGE = Path(opsdesk.__file__).parent
ENGLISH = PACKAGE / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | dict.fromkeys(
    ("_l", "lazy_gettext", "Refused", "NotFound", "Stale", "Forbidden")
)
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
PLACES = re.compile(r"%\(\w+\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts(message: Message) -> tuple[str, ...]:
    found = message.id
    return (found,) if isinstance(found, str) else tuple(found)


@pytest.fixture(scope="module")
def written() -> Catalog:
    """Every sentence in the code and the templates."""
    catalog = Catalog()
    for _, _, text, _, _ in extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS):
        catalog.add(text)
    return catalog


@pytest.fixture(scope="module")
def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def test_every_sentence_has_its_english(written: Catalog, english: Catalog) -> None:
    missing = [
        texts(message)[0]
        for message in messages(written)
        if (found := english.get(message.id)) is None
        or found.fuzzy
        or not all(found.string if isinstance(found.string, tuple) else [found.string])
    ]
    assert missing == []


def test_no_english_is_left_without_its_sentence(
    written: Catalog, english: Catalog
) -> None:
    assert [m.id for m in messages(english) if written.get(m.id) is None] == []


def test_english_keeps_the_places_and_has_no_chinese_left(english: Catalog) -> None:
    wrong = []
    for message in messages(english):
        strings = message.string
        for said in (strings,) if isinstance(strings, str) else strings or ():
            places = sorted(PLACES.findall(texts(message)[0]))
            if sorted(PLACES.findall(said)) != places or CHINESE.search(said):
                wrong.append((message.id, said))
    assert wrong == []


def test_what_is_written_in_templates_is_chinese_to_begin_with(
    written: Catalog,
) -> None:
    marks = {"、", "，", "；", "："}
    assert [
        texts(message)[0]
        for message in messages(written)
        if not CHINESE.search(texts(message)[0]) and texts(message)[0] not in marks
    ] == []


def test_switching_the_language_stays_on_the_page_with_its_filters(
    signed_in_as: SignedIn,
) -> None:
    auditor = signed_in_as(Role.AUDIT)
    here = "/audit?actor=audit"
    assert 'value="/audit?actor=audit"' in auditor.get(here).text
    answer = auditor.post("/language", here, language="en", next=here)
    assert answer.headers["Location"] == here
    page = auditor.get(here).text
    assert '<html lang="en"' in page
    assert "Verify the whole chain" in page


def test_the_language_is_remembered_for_the_account(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    engineer.post("/language", "/me/sessions", language="en", next="/me/sessions")
    with sqlite_database.reading() as session:
        assert session.get_one(Person, 1).language == "en"


def test_a_stranger_s_choice_is_remembered_by_the_browser(stranger: Browser) -> None:
    assert '<html lang="zh-CN"' in stranger.get("/sign-in").text
    stranger.post("/language", language="en", next="/sign-in")
    assert '<html lang="en"' in stranger.get("/sign-in").text
    assert "Sign in" in stranger.get("/sign-in").text


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [("/language", "language", "xx"), ("/theme", "theme", "purple")],
)
def test_an_unknown_choice_changes_nothing(
    stranger: Browser, path: str, field: str, value: str
) -> None:
    answer = stranger.post(path, **{field: value, "next": "//evil.example"})
    assert answer.headers["Location"] == "/"
    assert "Set-Cookie" not in answer.headers


def test_the_theme_is_on_the_page_before_it_is_painted(stranger: Browser) -> None:
    stranger.post("/theme", theme="dark", next="/sign-in")
    page = stranger.get("/sign-in").text
    assert 'data-theme="dark" data-bs-theme="dark"' in page
    head = page.split("</head>")[0]
    assert re.search(r'<script src="/static/theme\.js\?v=[^"]+"></script>', head)


def test_a_refusal_is_said_in_the_language_of_the_page(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    assert "你的角色不能打开" in engineer.get("/audit").text
    engineer.post("/language", "/me/sessions", language="en", next="/me/sessions")
    assert "Your role does not open this page" in engineer.get("/audit").text


def test_the_forms_own_complaints_are_translated_too(stranger: Browser) -> None:
    assert "该字段是必填字段" in stranger.post("/sign-in", username="x").text
