"""Whatever is put into an address or a form, the answer is a page and not a bug."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.factories.rounds import finding, judged_round, verdict
from tests.web.conftest import Browser

BUG = 500
AWKWARD = [
    "\0",
    "%s %(x)s {0} {x}",
    "9" * 30,
    "-1",
    "9999-12-31",
    "0001-01-01",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "k" * 4000,
]
QUERIES = [
    *("server", "probe", "severity", "q", "all", "before", "since", "until"),
    *("status", "slot", "reading", "days", "actor", "action", "subject"),
    *("from", "to", "next"),
]
FIELDS = [
    *("item", "text", "version", "password", "part", "reason", "until", "begins"),
    *("ends", "server", "username", "name", "role", "language", "theme", "next"),
    *("present", "new", "again"),
]


def entered(app: Flask, database: Database, role: Role) -> Browser:
    with database.unit() as unit:
        a_person(unit, "someone", role, at=clock.now())
    browser = Browser(app.test_client())
    answer = browser.post("/sign-in", username="someone", password=PASSWORD)
    assert answer.status_code == 303
    return browser


def addresses(app: Flask, method: str) -> set[str]:
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint != "static"
    } - {"/sign-out", "/people/<username>/disable"}


def filled(rule: str, value: str) -> str:
    """Put a value into every place of an address."""
    parts = []
    for part in rule.split("/"):
        if "<int:" in part:
            whole = part.replace("<int:version>", value).replace("<kind>", "pdf")
            parts.append(value if whole.startswith("<int:") else whole)
        else:
            parts.append(value if part.startswith("<") else part)
    return "/".join(parts)


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """Give an application with one round, on each of the two databases."""
    with database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())})
    return create_app(settings, database)


@pytest.mark.parametrize("role", [Role.LEAD, Role.SECURITY, Role.AUDIT])
@pytest.mark.parametrize("value", AWKWARD, ids=lambda value: ascii(value)[:20])
def test_no_address_however_odd_is_a_bug(
    app: Flask, database: Database, role: Role, value: str | bytes
) -> None:
    browser = entered(app, database, role)
    odd = quote(value, safe="")
    asked = {filled(rule, odd) for rule in addresses(app, "GET")}
    query = "&".join(f"{name}={odd}" for name in QUERIES)
    asked |= {f"{rule}?{query}" for rule in addresses(app, "GET") if "<" not in rule}
    asked.add(f"/servers/db-1/trend.json?{query}")
    asked.add(f"/rounds/INS-20261122-0001?{query}")
    broken = {path: status for path in asked if (status := status_of(browser, path))}
    assert broken == {}


def status_of(browser: Browser, path: str) -> int:
    """Return the status where it says that the desk did not cope, else 0."""
    status = browser.client.get(path, buffered=True).status_code
    return status if status >= BUG else 0


@pytest.mark.parametrize("role", [Role.LEAD, Role.SYSTEM, Role.SECURITY])
@pytest.mark.parametrize("value", AWKWARD, ids=lambda value: ascii(value)[:20])
def test_no_form_however_odd_is_a_bug(
    app: Flask, database: Database, role: Role, value: str | bytes
) -> None:
    browser = entered(app, database, role)
    odd = quote(value, safe="")
    body = "&".join(f"{name}={odd}" for name in FIELDS)
    places = {filled(rule, odd) for rule in addresses(app, "POST")}
    places |= {
        "/rounds/INS-20261122-0001/explain",
        "/servers/db-1/maintenance",
        "/records/2026-11-22/countersign",
    }
    token = browser.token("/rounds" if role is Role.LEAD else "/people")
    broken = {}
    for path in places:
        answer = browser.client.post(
            path,
            data=f"csrf_token={quote(token)}&{body}",
            content_type="application/x-www-form-urlencoded",
        )
        if answer.status_code >= BUG:
            broken[path] = answer.status_code
    assert broken == {}
