"""Signing in, out, and what a wrong password costs."""

from __future__ import annotations

import pytest
from flask import Flask

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.web.conftest import Browser, SignedIn

NEW = "Xin-De-Mi-Ma-2027"


@pytest.fixture
def engineer(sqlite_database: Database) -> None:
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=clock.now())


def enter(browser: Browser, password: str = PASSWORD, target: str = "") -> str:
    answer = browser.post("/sign-in", username="zhiban", password=password, next=target)
    return f"{answer.status_code} {answer.headers.get('Location', '')}".strip()


@pytest.mark.usefixtures("engineer")
def test_the_right_password_opens_the_page_one_came_for(stranger: Browser) -> None:
    came = stranger.get("/me/sessions")
    assert came.headers["Location"] == "/sign-in?next=/me/sessions"
    assert enter(stranger, target="/me/sessions") == "303 /me/sessions"
    assert stranger.get("/me/sessions").status_code == 200


@pytest.mark.usefixtures("engineer")
@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example"],
)
def test_signing_in_never_leads_to_another_site(
    stranger: Browser, elsewhere: str
) -> None:
    assert enter(stranger, target=elsewhere) == "303 /"


@pytest.mark.usefixtures("engineer")
def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(
    stranger: Browser,
) -> None:
    assert [enter(stranger, "wrong") for _ in range(5)] == ["403"] * 5
    assert enter(stranger) == "403"
    answer = stranger.post("/sign-in", username="zhiban", password=PASSWORD)
    assert "15 分钟后再试" in answer.text


@pytest.mark.usefixtures("engineer")
def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(
    stranger: Browser,
) -> None:
    answer = stranger.post("/sign-in", username="zhiban", password=PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.usefixtures("engineer")
def test_over_https_the_cookie_is_never_sent_in_clear(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post(
        "/sign-in",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        data={"csrf_token": token, "username": "zhiban", "password": PASSWORD},
    )
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_after_signing_out_the_old_cookie_opens_nothing(
    app: Flask, signed_in_as: SignedIn
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    cookie = browser.client.get_cookie("opsdesk")
    assert cookie is not None
    assert browser.post("/sign-out", "/me/sessions").status_code == 303
    again = app.test_client()
    again.set_cookie("opsdesk", cookie.value)
    assert again.get("/me/sessions").status_code == 303


def test_a_one_time_password_opens_nothing_but_its_own_change(
    stranger: Browser, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as unit:
        a_person(unit, "zhiban", Role.ENGINEER, at=clock.now(), must_change=True)
    enter(stranger)
    assert stranger.get("/me/sessions").headers["Location"] == "/me/password"
    answer = stranger.post(
        "/me/password", "/me/password", present=PASSWORD, new=NEW, again=NEW
    )
    assert answer.headers["Location"] == "/sign-in"
    assert enter(stranger, NEW) == "303 /"
    assert stranger.get("/me/sessions").status_code == 200


def test_a_form_without_its_token_changes_nothing(signed_in_as: SignedIn) -> None:
    browser = signed_in_as(Role.ENGINEER)
    answer = browser.client.post("/sign-out")
    assert answer.status_code == 400
    assert "没有任何改动" in answer.text
    assert browser.get("/me/sessions").status_code == 200


def test_one_can_end_ones_other_sessions_but_nobody_elses(
    signed_in_as: SignedIn,
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    lead.post("/me/sessions/1/end", "/me/sessions")
    assert engineer.get("/me/sessions").status_code == 200
    engineer.post("/me/sessions/1/end", "/me/sessions")
    assert engineer.get("/me/sessions").status_code == 303
