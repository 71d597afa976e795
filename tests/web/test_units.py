"""One unit of work a request: what is kept, and what is undone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import structlog
from flask import Flask, g
from sqlalchemy import func, select

from opsdesk.app import create_app
from opsdesk.core import audit
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.core.settings import Settings
from opsdesk.people.models import Person, Role
from opsdesk.web import unit
from opsdesk.web.access import anyone
from tests.factories.people import a_person
from tests.web.conftest import Browser


def add_person() -> None:
    a_person(unit.session(), "xin", Role.ENGINEER, at=g.at)


@anyone
def keeps() -> str:
    add_person()
    return "kept"


@anyone
def refuses() -> str:
    add_person()
    raise Refused("规则不允许。")


@anyone
def breaks() -> str:
    add_person()
    raise RuntimeError("a bug with a secret in it: hunter2")


@anyone
def breaks_with_a_password() -> str:
    password = "hunter2"
    raise RuntimeError(f"of {len(password)} letters")


@anyone
def answers_with_an_error() -> tuple[str, int]:
    add_person()
    return "the form has mistakes", 422


@anyone
def fails_to_commit() -> str:
    add_person()
    unit.session().flush()
    unit.session().execute(select(1))
    person = Person(username="xin")  # lacks what the table demands
    unit.session().add(person)
    return "this must never be seen"


@anyone
def records_its_reading() -> str:
    audit.write(unit.writing(), actor="x", action="seen", subject="y", at=g.at)
    return "read"


VIEWS: dict[str, Callable[[], str | tuple[str, int]]] = {
    "keeps": keeps,
    "refuses": refuses,
    "breaks": breaks,
    "breaks-with-a-password": breaks_with_a_password,
    "answers-with-an-error": answers_with_an_error,
    "fails-to-commit": fails_to_commit,
    "records": records_its_reading,
}


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> Flask:
    app = create_app(settings, sqlite_database)
    for name, view in VIEWS.items():
        app.add_url_rule(f"/try/{name}", name, view, methods=["GET", "POST"])
    return app


def people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def entries(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(AuditEntry.action, AuditEntry.subject))
        return [(row.action, row.subject) for row in rows]


def test_what_a_post_changed_is_there_when_its_answer_is(
    stranger: Browser, sqlite_database: Database
) -> None:
    assert stranger.post("/try/keeps").text == "kept"
    assert people(sqlite_database) == 1


def test_a_refusal_undoes_the_request_and_leaves_an_entry(
    stranger: Browser, sqlite_database: Database
) -> None:
    answer = stranger.post("/try/refuses")
    assert answer.status_code == 409
    assert "规则不允许。" in answer.text
    assert people(sqlite_database) == 0
    assert entries(sqlite_database) == [("refused", "POST /try/refuses")]


def test_a_bug_undoes_the_request_and_shows_its_number_but_no_trace(
    stranger: Browser, sqlite_database: Database
) -> None:
    answer = stranger.post("/try/breaks")
    assert answer.status_code == 500
    assert "这次操作没有保存" in answer.text
    assert "hunter2" not in answer.text
    assert people(sqlite_database) == 0


def test_a_bug_is_logged_once_with_the_page_s_number_and_no_variable(
    stranger: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.reset_defaults()  # whatever an earlier test has set
    page = stranger.post("/try/breaks-with-a-password").text
    found = re.search(r"编号 ([0-9a-f]{12})", page)
    assert found is not None
    log = capsys.readouterr().out
    assert log.count("request-failed") == 1
    assert found[1] in log
    assert "RuntimeError: of 7 letters" in log
    assert "hunter2" not in log.replace('password = "hunter2"', "")


def test_an_answer_with_an_error_keeps_nothing(
    stranger: Browser, sqlite_database: Database
) -> None:
    assert stranger.post("/try/answers-with-an-error").status_code == 422
    assert people(sqlite_database) == 0


def test_a_commit_that_fails_never_says_saved(
    stranger: Browser, sqlite_database: Database
) -> None:
    answer = stranger.post("/try/fails-to-commit")
    assert answer.status_code == 500
    assert "never be seen" not in answer.text
    assert people(sqlite_database) == 0


def test_a_get_that_writes_is_a_bug(
    stranger: Browser, sqlite_database: Database
) -> None:
    assert stranger.get("/try/keeps").status_code == 500
    assert people(sqlite_database) == 0


def test_a_get_that_must_be_recorded_may_say_so(
    stranger: Browser, sqlite_database: Database
) -> None:
    assert stranger.get("/try/records").text == "read"
    assert entries(sqlite_database) == [("seen", "y")]
