"""Every page answers on SQLite as on PostgreSQL."""

from __future__ import annotations

import pytest

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.web.conftest import Browser
from tests.web.test_permissions import requests

BUG = 500


@pytest.mark.parametrize("role", [Role.LEAD, Role.SYSTEM, Role.SECURITY, Role.AUDIT])
def test_no_page_of_an_empty_desk_is_a_bug(
    settings: Settings, database: Database, role: Role
) -> None:
    with database.unit() as unit:
        a_person(unit, "someone", role, at=clock.now())
    app = create_app(settings, database)
    browser = Browser(app.test_client())
    entered = browser.post("/sign-in", username="someone", password=PASSWORD)
    assert entered.status_code == 303
    broken = {
        path: status
        for _, method, path in requests(app)
        if method == "GET" and (status := browser.get(path).status_code) >= BUG
    }
    assert broken == {}


def test_an_account_is_granted_used_and_ended(
    settings: Settings, database: Database
) -> None:
    app = create_app(settings, database)
    browsers = {}
    for role in (Role.SYSTEM, Role.SECURITY):
        with database.unit() as unit:
            a_person(unit, role.value, role, at=clock.now())
        browsers[role] = Browser(app.test_client())
        browsers[role].post("/sign-in", username=role.value, password=PASSWORD)
    system, security = browsers[Role.SYSTEM], browsers[Role.SECURITY]
    system.post("/people", "/people", username="xin", name="新人", role="lead")
    page = security.post("/people/proposals/1/confirm", "/people").text
    once = page.split("<code>")[1].split("</code>")[0]
    stranger = Browser(app.test_client())
    assert stranger.post("/sign-in", username="xin", password=once).status_code == 303
    assert system.post("/people/xin/disable", "/people").status_code == 303
    assert stranger.get("/me/password").headers["Location"].startswith("/sign-in")
