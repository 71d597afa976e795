"""A desk's application, and browsers that are signed in as somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from opsdesk.app import create_app
from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.people.sign_in import Origin, sign_in
from opsdesk.web.gate import COOKIE
from tests.factories.people import PASSWORD, a_person
from tests.factories.settings import some_settings

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


class Browser:
    """A client that sends a page's form token back, as a browser's forms do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, buffered=True, **more)

    def post(self, path: str, page: str = "/sign-in", **fields: str) -> TestResponse:
        """Post a form as if it stood on `page`."""
        return self.client.post(path, data={"csrf_token": self.token(page), **fields})

    def token(self, page: str = "/sign-in") -> str:
        found = TOKEN.search(self.client.get(page, follow_redirects=True).text)
        assert found is not None
        return found[1]


SignedIn = Callable[[Role], Browser]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the settings of a desk with two servers."""
    return some_settings(tmp_path)


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> Flask:
    """Give the application of an empty desk."""
    return create_app(settings, sqlite_database)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """Give a browser nobody is signed in with."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in_as(app: Flask, sqlite_database: Database) -> SignedIn:
    """Return a function that gives a browser signed in with a role."""

    def enter(role: Role) -> Browser:
        at = clock.now()
        with sqlite_database.unit() as unit:
            a_person(unit, role.value, role, at=at)
            came = Origin("127.0.0.1", "a test's browser")
            attempt = sign_in(unit, role.value, PASSWORD, origin=came, at=at)
        assert attempt.token is not None
        client = app.test_client()
        client.set_cookie(COOKIE, attempt.token)
        return Browser(client)

    return enter
