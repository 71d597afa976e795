"""What every template may call: the frame of the page, and nothing of the database."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf

from opsdesk.core.desk import is_demo
from opsdesk.web import navigation, notices, on_duty
from opsdesk.web.access import current_person, opens
from opsdesk.web.forms import ROLE_WORDS
from opsdesk.web.language import theme
from opsdesk.web.unit import desk
from opsdesk.web.words import locale

MOST_KEPT = 500


def install(app: Flask) -> None:
    """Give templates the frame's values and functions."""
    app.context_processor(_frame)
    app.jinja_env.globals["sprite"] = sprite
    app.jinja_env.globals["url_for"] = _addresses()
    app.jinja_env.globals["asset"] = _assets()
    navigation.install(app)


def _frame() -> dict[str, Any]:
    return {
        "desk_name": desk().settings.desk.name,
        "zone": str(desk().settings.desk.timezone),
        "person": current_person(),
        "role_words": ROLE_WORDS,
        "unread": notices.unread,
        "on_duty_now": on_duty.now,
        "opens": opens,
        "lang": "en" if locale() == "en" else "zh-CN",
        "theme": theme(),
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "csrf": generate_csrf,
        "is_demo": is_demo(desk().settings),
    }


def _addresses() -> Callable[..., str]:
    """Return `url_for` that makes the address of a page without a subject only once."""

    @lru_cache(maxsize=MOST_KEPT)
    def made(_root: str, endpoint: str, path: str) -> str:
        return url_for(endpoint, path=path) if path else url_for(endpoint)

    def address(endpoint: str, **values: Any) -> str:
        path = values.get("path", "")
        if endpoint.startswith(".") or len(values) > bool(path):
            return url_for(endpoint, **values)
        return made(request.script_root, endpoint, path)

    return address


def _assets() -> Callable[[str], str]:
    """Return what names static files: their addresses change with the version."""

    @lru_cache(maxsize=MOST_KEPT)
    def made(_root: str, name: str) -> str:
        version = current_app.config["OPSDESK_VERSION"]
        return url_for("static", filename=name, v=version)

    return lambda name: made(request.script_root, name)


def sprite() -> str:
    """Return the address of the icons; a page has hundreds, so it is made once."""
    found: str | None = g.get("sprite")
    if found is None:
        found = g.sprite = url_for("static", filename="icons.svg")
    return found
