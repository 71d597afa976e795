"""Accounts on the screen: two administrators together, one-time passwords once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.people.models import Person, Role
from tests.web.conftest import Browser, SignedIn


def apply_for(system: Browser) -> None:
    answer = system.post(
        "/people", "/people", username="xin", name="新人", role="engineer"
    )
    assert answer.status_code == 303


def person(database: Database) -> Person:
    with database.reading() as session:
        return session.scalars(select(Person).where(Person.username == "xin")).one()


def test_an_account_opens_only_when_both_administrators_agree(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    system, security = signed_in_as(Role.SYSTEM), signed_in_as(Role.SECURITY)
    apply_for(system)
    assert person(sqlite_database).disabled_at is not None
    alone = system.post("/people/proposals/1/confirm", "/people")
    assert alone.status_code == 409
    assert person(sqlite_database).disabled_at is not None
    together = security.post("/people/proposals/1/confirm", "/people")
    assert together.status_code == 200
    assert person(sqlite_database).disabled_at is None


def test_the_one_time_password_is_shown_once_and_opens_the_account(
    signed_in_as: SignedIn, stranger: Browser
) -> None:
    system, security = signed_in_as(Role.SYSTEM), signed_in_as(Role.SECURITY)
    apply_for(system)
    page = security.post("/people/proposals/1/confirm", "/people").text
    found = re.search(r"<code>(\w+)</code>", page)
    assert found is not None
    assert found[1] not in security.get("/people").text
    answer = stranger.post("/sign-in", username="xin", password=found[1])
    assert answer.status_code == 303
    assert stranger.get("/").headers["Location"] == "/me/password"


def test_a_proposal_is_decided_once(signed_in_as: SignedIn) -> None:
    system, security = signed_in_as(Role.SYSTEM), signed_in_as(Role.SECURITY)
    apply_for(system)
    security.post("/people/proposals/1/decline", "/people")
    late = security.post("/people/proposals/1/confirm", "/people")
    assert late.status_code == 409
    assert "已经处理过" in late.text


def test_a_changed_role_ends_the_old_sessions(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    system, security = signed_in_as(Role.SYSTEM), signed_in_as(Role.SECURITY)
    engineer = signed_in_as(Role.ENGINEER)
    system.post("/people/engineer/role", "/people", role="lead")
    assert engineer.get("/me/sessions").status_code == 200
    security.post("/people/proposals/1/confirm", "/people")
    assert engineer.get("/me/sessions").status_code == 303


def test_a_disabled_account_is_out_at_once(signed_in_as: SignedIn) -> None:
    system, engineer = signed_in_as(Role.SYSTEM), signed_in_as(Role.ENGINEER)
    system.post("/people/engineer/disable", "/people")
    assert engineer.get("/me/sessions").status_code == 303


def test_nobody_disables_himself(signed_in_as: SignedIn) -> None:
    system = signed_in_as(Role.SYSTEM)
    answer = system.post("/people/system/disable", "/people")
    assert answer.status_code == 409
    assert system.get("/people").status_code == 200


@pytest.mark.parametrize("username", ["X", "9lives", "a b", "engineer", "a" * 33])
def test_a_bad_user_name_is_refused_beside_the_form(
    signed_in_as: SignedIn, username: str
) -> None:
    signed_in_as(Role.ENGINEER)
    system = signed_in_as(Role.SYSTEM)
    answer = system.post(
        "/people", "/people", username=username, name="某人", role="engineer"
    )
    assert answer.status_code == 422
    assert 'value="某人"' in answer.text
