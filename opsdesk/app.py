"""Makes the web application out of a desk's parts."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.settings import Settings
from opsdesk.people.policy import Policy, policy_of
from opsdesk.web import (
    BLUEPRINTS,
    errors,
    fact_values,
    filters,
    gate,
    language,
    on_duty,
    page,
    probe_words,
    security,
    unit,
)
from opsdesk.web.access import anyone, require_declarations
from opsdesk.web.tickets import rows
from opsdesk.web.tickets import values as field_values

MAX_BYTES = 40 * 1024 * 1024


def create_app(
    settings: Settings,
    database: Database,
    store: Store | None = None,
    *,
    policy: Policy | None = None,
) -> Flask:
    """Return the application; it refuses to start with a view open by oversight."""
    app = Flask("opsdesk")
    store = store or Store(settings.desk.data / "files")
    app.extensions["opsdesk"] = Desk(settings=settings, database=database, store=store)
    _configure(app, settings, policy or policy_of(settings.security))
    for install in (
        unit.install,
        gate.install,
        security.install,
        errors.install,
        filters.install,
        probe_words.install,
        fact_values.install,
        on_duty.install,
        field_values.install,
        rows.install,
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
    app.config.update(
        SECRET_KEY=_secret(desk.data / "keys" / "web.key"),
        SESSION_COOKIE_NAME="opsdesk_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.https,
        MAX_CONTENT_LENGTH=MAX_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=3600,  # a new version has new addresses
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a kept draft can be sent
        OPSDESK_POLICY=replace(policy, idle=desk.idle),
        OPSDESK_LANGUAGE=desk.language,
        OPSDESK_VERSION=version("opsdesk"),
        OPSDESK_HOSTS=gate.own_names(desk.listen_host)
        | {host.lower() for host in desk.hosts},
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if desk.https:  # behind a proxy that ends TLS and says who asked
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]


def _secret(path: Path) -> str:
    """Return the key that signs form tokens; make it where there is none.

    It is linked into place whole, so that of two processes that start at once the
    second reads what the first wrote.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text(encoding="ascii").strip()
