"""The second factor on the screen: enrolling, the second step, signing, a lost device."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.people.policy import ASVS, DENGBAO3, Policy, policy_of
from tests.factories.people import PASSWORD
from tests.web.conftest import Browser, SignedIn

PAGE = "/me/second-factor"


def code(secret: str, steps: int = 0) -> str:
    at = clock.now() + steps * timedelta(seconds=30)
    return pyotp.TOTP(secret).at(int(at.timestamp()))


def enrol(browser: Browser) -> tuple[str, list[str]]:
    """Enrol a device; return its secret and the recovery codes."""
    browser.post(f"{PAGE}/begin", PAGE, password=PASSWORD)
    found = re.search(r'<code class="secret">(\w+)</code>', browser.get(PAGE).text)
    assert found is not None
    shown = browser.post(f"{PAGE}/confirm", PAGE, code=code(found[1], -1))
    assert shown.status_code == 200
    return found[1], re.findall(r"<li><code>([\w-]+)</code></li>", shown.text)


def test_enrolling_shows_a_picture_of_our_own_and_the_codes_once(
    signed_in_as: SignedIn,
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    browser.post(f"{PAGE}/begin", PAGE, password=PASSWORD)
    picture = browser.get(f"{PAGE}/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    _secret, codes = enrol(browser)
    assert len(set(codes)) == 10
    page = browser.get(PAGE).text
    assert "恢复码还剩 10 个" in page
    assert not any(one in page for one in codes)
    assert browser.get(f"{PAGE}/qr.svg").status_code == 404


def test_a_session_alone_enrols_nothing_without_the_password(
    signed_in_as: SignedIn,
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    answer = browser.post(f"{PAGE}/begin", PAGE, password="wrong")
    assert answer.status_code == 409
    assert browser.get(f"{PAGE}/qr.svg").status_code == 404


def test_the_password_alone_lets_nobody_in_who_enrolled(
    signed_in_as: SignedIn, stranger: Browser
) -> None:
    secret, _codes = enrol(signed_in_as(Role.ENGINEER))
    answer = stranger.post(
        "/sign-in", username="engineer", password=PASSWORD, next="/roster"
    )
    assert answer.headers["Location"] == "/sign-in/code"
    assert stranger.get("/roster").status_code == 303
    wrong = stranger.post("/sign-in/code", "/sign-in/code", code="000000")
    assert wrong.status_code == 403
    right = stranger.post("/sign-in/code", "/sign-in/code", code=code(secret))
    assert right.headers["Location"] == "/roster"
    assert stranger.get("/roster").status_code == 200


def test_a_code_without_a_password_before_it_opens_nothing(
    signed_in_as: SignedIn, stranger: Browser
) -> None:
    secret, _codes = enrol(signed_in_as(Role.ENGINEER))
    page = stranger.post("/sign-in/code", "/sign-in/code", code=code(secret))
    assert "重新登录" in page.text
    assert stranger.get("/roster").status_code == 303


def test_removing_a_device_takes_its_code_and_a_wrong_one_is_counted(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    secret, _codes = enrol(browser)
    refused = browser.post(f"{PAGE}/remove", PAGE, password=PASSWORD, code="000000")
    assert refused.status_code == 409
    assert "没有签字" in refused.text
    with sqlite_database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert "sign-in.failed" in actions
    done = browser.post(f"{PAGE}/remove", PAGE, password=PASSWORD, code=code(secret))
    assert done.status_code == 303
    assert "还没有绑定" in browser.get(PAGE).text


def test_a_lost_device_takes_both_administrators_on_the_screen(
    signed_in_as: SignedIn, stranger: Browser
) -> None:
    enrol(signed_in_as(Role.ENGINEER))
    system, security = signed_in_as(Role.SYSTEM), signed_in_as(Role.SECURITY)
    security.post("/people/engineer/second-factor/reset", "/people")
    assert security.post("/people/resets/1/confirm", "/people").status_code == 409
    assert system.post("/people/resets/1/confirm", "/people").status_code == 303
    answer = stranger.post("/sign-in", username="engineer", password=PASSWORD)
    assert answer.headers["Location"] == "/"


@pytest.fixture
def strict(settings: Settings, sqlite_database: Database) -> Flask:
    """Give a desk whose leads may not do without."""
    needed = Policy(second_factor=frozenset({Role.LEAD}))
    return create_app(settings, sqlite_database, policy=needed)


def test_a_role_that_may_not_do_without_enrols_before_anything_else(
    strict: Flask, signed_in_as: SignedIn
) -> None:
    cookie = signed_in_as(Role.LEAD).client.get_cookie("opsdesk")
    assert cookie is not None
    browser = Browser(strict.test_client())
    browser.client.set_cookie("opsdesk", cookie.value)
    assert browser.get("/roster").headers["Location"] == PAGE
    enrol(browser)
    assert browser.get("/roster").status_code == 200


@pytest.mark.parametrize(("name", "policy"), [("dengbao3", DENGBAO3), ("asvs", ASVS)])
def test_the_file_chooses_the_password_policy(
    settings: Settings, sqlite_database: Database, name: str, policy: Policy
) -> None:
    from dataclasses import replace  # noqa: PLC0415

    chosen = replace(settings.security, password_policy=name)
    app = create_app(replace(settings, security=chosen), sqlite_database)
    assert policy_of(chosen) == policy
    kept: Policy = app.config["OPSDESK_POLICY"]
    assert (kept.min_classes, kept.max_age) == (policy.min_classes, policy.max_age)


@pytest.mark.parametrize("action", ["disable", "enable", "reset"])
@pytest.mark.parametrize("role", [Role.SYSTEM, Role.SECURITY, Role.AUDIT])
def test_one_administrator_alone_does_not_touch_another_s_account(
    signed_in_as: SignedIn, stranger: Browser, action: str, role: Role
) -> None:
    keeper = Role.SECURITY if action == "reset" else Role.SYSTEM
    browser = signed_in_as(keeper)
    if role is not keeper:
        signed_in_as(role)
    answer = browser.post(f"/people/{role.value}/{action}", "/people")
    assert answer.status_code == 409
    answer = stranger.post("/sign-in", username=role.value, password=PASSWORD)
    assert answer.headers["Location"] == "/"


def test_nobody_proposes_or_confirms_a_role_of_his_own(signed_in_as: SignedIn) -> None:
    system, security = signed_in_as(Role.SYSTEM), signed_in_as(Role.SECURITY)
    own = system.post("/people/system/role", "/people", role="lead")
    assert own.status_code == 409
    system.post("/people/security/role", "/people", role="lead")
    assert security.post("/people/proposals/1/confirm", "/people").status_code == 409
