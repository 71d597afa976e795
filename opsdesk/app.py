"""Makes the web application out of a desk's parts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.settings import Settings
from opsdesk.people.policy import DENGBAO3, Policy
from opsdesk.web import (
    BLUEPRINTS,
    errors,
    filters,
    gate,
    language,
    page,
    security,
    unit,
)
from opsdesk.web.access import anyone, require_declarations

MAX_BYTES = 20 * 1024 * 1024


def create_app(
    settings: Settings,
    database: Database,
    store: Store | None = None,
    *,
    policy: Policy = DENGBAO3,
) -> Flask:
    """Return the application; it refuses to start with a view open by oversight."""
    app = Flask("opsdesk")
    store = store or Store(settings.desk.data / "files")
    app.extensions["opsdesk"] = Desk(settings=settings, database=database, store=store)
    _configure(app, settings, policy)
    for install in (
        unit.install,
        gate.install,
        security.install,
        errors.install,
        filters.install,
        page.install,
    ):
        install(app)
    language.install(app, zone=str(settings.desk.timezone))
    CSRFProtect(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    anyone(app.view_functions["static"])
    require_declarations(app)
    return app


def _configure(app: Flask, settings: Settings, policy: Policy) -> None:
    desk = settings.desk
    hosts: Iterable[str] = getattr(desk, "hosts", ())
    https: bool = getattr(desk, "https", False)
    app.config.update(
        SECRET_KEY=_secret(desk.data / "keys" / "web.key"),
        SESSION_COOKIE_NAME="opsdesk_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        MAX_CONTENT_LENGTH=MAX_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a kept draft can be sent
        OPSDESK_POLICY=policy,
        OPSDESK_LANGUAGE=desk.language,
        OPSDESK_VERSION=version("opsdesk"),
        OPSDESK_HOSTS=gate.own_names(desk.listen_host) | {h.lower() for h in hosts},
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if https:  # behind a proxy that ends TLS and says who asked
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]


def _secret(path: Path) -> str:
    """Return the key that signs form tokens; make it where there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path.read_text(encoding="ascii").strip()
