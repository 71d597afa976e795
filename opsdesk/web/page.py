"""What every template may call: the frame of the page, and nothing of the database."""

from __future__ import annotations

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


def install(app: Flask) -> None:
    """Give templates the frame's values and functions."""
    app.context_processor(_frame)
    app.jinja_env.globals["sprite"] = sprite


def _frame() -> dict[str, Any]:
    return {
        "desk_name": desk().settings.desk.name,
        "zone": str(desk().settings.desk.timezone),
        "person": current_person(),
        "role_words": ROLE_WORDS,
        "unread": notices.unread,
        "on_duty_now": on_duty.now,
        "places": navigation.places,
        "is_here": navigation.is_here,
        "address": navigation.address,
        "opens": opens,
        "lang": "en" if locale() == "en" else "zh-CN",
        "theme": theme(),
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "csrf": generate_csrf,
        "is_demo": is_demo(desk().settings),
        "asset": _asset,
        "icon_file": _asset("icons.svg"),
    }


def sprite() -> str:
    """Return the address of the icons; a page has hundreds, so it is made once."""
    found: str | None = g.get("sprite")
    if found is None:
        found = g.sprite = url_for("static", filename="icons.svg")
    return found


def _asset(name: str) -> str:
    """Return a static file's address; it changes with the version, so it may be kept."""
    version = current_app.config["OPSDESK_VERSION"]
    return url_for("static", filename=name, v=version)
