"""What the browser is told, and which hosts and sizes are let through."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

import opsdesk
from opsdesk.app import create_app
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from tests.web.conftest import Browser, SignedIn

FOLDER = Path(opsdesk.__file__).parent / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def name_of(template: Path) -> str:
    return template.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nowhere", "/healthz", "/static/opsdesk.css"]
)
def test_every_answer_forbids_what_is_not_our_own(stranger: Browser, path: str) -> None:
    headers = stranger.get(path).headers
    policy = dict(
        part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert {name: headers[name] for name in EXPECTED} == EXPECTED


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_no_template_has_inline_script_or_style_or_unescaped_text(
    template: Path,
) -> None:
    text = template.read_text(encoding="utf-8")
    forbidden = {
        "style attribute": r"\sstyle\s*=",
        "style element": r"<style",
        "event attribute": r"\son[a-z]+\s*=\s*[\"']",
        "inline script": r"<script(?![^>]*\ssrc=)",
        "javascript address": r"javascript:",
        "unescaped text": r"\|\s*safe\b|autoescape\s+false",
    }
    assert [name for name, rule in forbidden.items() if re.search(rule, text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_every_template_fits_on_a_screen(template: Path) -> None:
    assert len(template.read_text(encoding="utf-8").splitlines()) <= 80


def test_pages_are_not_kept_by_the_browser_but_files_are(stranger: Browser) -> None:
    assert stranger.get("/sign-in").headers["Cache-Control"] == "no-store"
    kept = stranger.get("/static/opsdesk.css").headers["Cache-Control"]
    assert kept != "no-store"


def test_a_plain_http_answer_promises_no_https(stranger: Browser) -> None:
    assert "Strict-Transport-Security" not in stranger.get("/sign-in").headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8600", 200),
        ("127.0.0.1:8600", 200),
        ("10.1.0.11", 200),
        ("[::1]:8600", 200),
        ("evil.example", 400),
        ("localhost.evil.example:8600", 400),
    ],
)
def test_a_host_name_that_is_not_ours_is_refused(
    stranger: Browser, host: str, status: int
) -> None:
    assert stranger.get("/sign-in", headers={"Host": host}).status_code == status


def test_a_body_too_large_is_refused_with_a_page(app: Flask, stranger: Browser) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = stranger.post("/sign-in", username="x" * 20_000, password="y")
    assert answer.status_code == 413
    assert "没有保存" in answer.text


def test_what_a_person_wrote_is_shown_as_text(
    app: Flask, signed_in_as: SignedIn
) -> None:
    system = signed_in_as(Role.SYSTEM)
    name = "<script>alert(1)</script>"
    system.post("/people", "/people", username="mallory", name=name, role="engineer")
    page = system.get("/people").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_behind_a_proxy_the_caller_s_own_address_counts_and_cookies_are_secure(
    settings: Settings, sqlite_database: Database
) -> None:
    desk = replace(settings.desk, https=True, hosts=("Desk.Example",))
    app = create_app(replace(settings, desk=desk), sqlite_database)
    forwarded = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.9.8.7",
        "Host": "desk.example",
    }
    client = app.test_client()
    answer = client.get("/sign-in", headers=forwarded)
    assert answer.status_code == 200
    assert "Strict-Transport-Security" in answer.headers
    assert "Secure" in answer.headers["Set-Cookie"]


def test_forms_are_signed_with_a_key_of_the_desk_s_own_kept_private(
    app: Flask, settings: Settings, sqlite_database: Database
) -> None:
    path = settings.desk.data / "keys" / "web.key"
    assert path.stat().st_mode & 0o777 == 0o600
    again = create_app(settings, sqlite_database)
    assert again.config["SECRET_KEY"] == app.config["SECRET_KEY"]
    assert len(app.config["SECRET_KEY"]) == 64
