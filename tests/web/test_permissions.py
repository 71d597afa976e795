"""Who may enter where: the written matrix, the declarations, and real requests agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from flask import Flask
from werkzeug.routing import Rule

from opsdesk.app import create_app
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.web import BLUEPRINTS
from opsdesk.web.access import Undeclared, access_of, require_declarations
from tests.web.conftest import Browser, SignedIn

MATRIX = Path(__file__).with_name("permissions.yaml")
PLACE = re.compile(r"<(\w+:)?(\w+)>")
ONE_OF = re.compile(r"<any\((\w+)[^)]*\):\w+>")
VALUES = {"day": "2026-11-22", "kind": "pdf"}


def written() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(MATRIX.read_text(encoding="utf-8"))
    return found


def declared(app: Flask) -> dict[str, str]:
    rows = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            access = access_of(app, rule.endpoint)
            rows[f"{method} {rule.rule}"] = (
                "anyone"
                if access.public
                else " ".join(role.value for role in Role if role in access.roles)
            )
    return dict(sorted(rows.items()))


def address(rule: Rule) -> str:
    """Return a route's address with plausible values in its places."""
    chosen = ONE_OF.sub(lambda found: found[1], rule.rule)
    return PLACE.sub(
        lambda found: "1" if found[1] == "int:" else VALUES.get(found[2], "app-1"),
        chosen,
    )


def requests(app: Flask) -> list[tuple[str, str, str]]:
    return [
        (rule.endpoint, method, address(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if rule.endpoint != "static"
    ]


def ask(browser: Browser, method: str, path: str) -> int:
    """Ask without a form token, so that nothing is ever changed by asking."""
    return browser.client.open(path, method=method).status_code


def test_every_route_lets_in_whom_the_written_matrix_names(app: Flask) -> None:
    assert declared(app) == written()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_enters_its_own_pages_and_is_refused_at_all_others(
    app: Flask, signed_in_as: SignedIn, role: Role
) -> None:
    browser = signed_in_as(role)
    wrong = {}
    for endpoint, method, path in requests(app):
        status = ask(browser, method, path)
        let_in = status not in {403, 500, 502}
        if let_in != (role in access_of(app, endpoint).roles):
            wrong[f"{method} {path}"] = status
    assert wrong == {}


def test_a_stranger_is_sent_to_sign_in_from_all_but_the_public_pages(
    app: Flask, stranger: Browser
) -> None:
    wrong = {}
    for endpoint, method, path in requests(app):
        answer = stranger.client.open(path, method=method)
        sent_away = answer.headers.get("Location", "").startswith("/sign-in")
        if sent_away == access_of(app, endpoint).public:
            wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


def test_the_three_administrators_do_no_business_work(app: Flask) -> None:
    administrators = {Role.SYSTEM, Role.SECURITY, Role.AUDIT}
    everybody = frozenset(Role)
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if access.roles != everybody and access.roles & administrators:
            assert rule.endpoint.split(".")[0] in {
                "people",
                "audit_trail",
                "settings",
                "notices",  # channels are kept like settings; no words are shown
            }


def test_only_the_audit_administrator_reads_the_audit_trail(app: Flask) -> None:
    readers = {
        role
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("audit_trail.")
        for role in access_of(app, rule.endpoint).roles
    }
    assert readers == {Role.AUDIT}


def test_a_desk_with_a_view_that_declares_nothing_does_not_start(
    settings: Settings, sqlite_database: Database
) -> None:
    app = create_app(settings, sqlite_database)
    app.view_functions["forgotten"] = lambda: "open to the world"
    with pytest.raises(Undeclared, match="forgotten"):
        require_declarations(app)


def test_every_blueprint_in_the_package_is_listed() -> None:
    folder = Path(__file__).parents[2] / "opsdesk" / "web"
    written_in = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if "screen = Blueprint(" in path.read_text(encoding="utf-8")
    }
    listed = {one.import_name.removeprefix("opsdesk.web.") for one in BLUEPRINTS}
    assert listed == written_in
