"""What every template may call: the frame of the page, and nothing of the database."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from opsdesk.core.desk import is_demo
from opsdesk.web import navigation, notices, on_duty, top_bar
from opsdesk.web.access import current_person, opens
from opsdesk.web.filters import moment
from opsdesk.web.forms import ROLE_WORDS
from opsdesk.web.language import theme
from opsdesk.web.unit import desk
from opsdesk.web.words import locale

MOST_KEPT = 500


def install(app: Flask) -> None:
    """Give templates the frame's values and functions."""
    app.jinja_env.template_class = _template(app.jinja_env.template_class)
    app.context_processor(_frame)
    app.jinja_env.globals["csrf"] = csrf
    app.jinja_env.globals["form_token"] = form_token
    app.jinja_env.globals["drawn_icon"] = _icons()
    app.jinja_env.globals["drawn_moment"] = moment
    app.jinja_env.globals["url_for"] = _addresses()
    app.jinja_env.globals["asset"] = _assets()
    navigation.install(app)
    top_bar.install(app, _frame, form_token)


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
        "is_demo": is_demo(desk().settings),
    }


def _template(base: Any) -> Any:
    """Return a class of templates whose macros are made once.

    Jinja compares at each import what globals the importing template has beyond its
    environment's; here none has any.
    """

    def module(self: Any, _ctx: Any = None) -> Any:
        return base._get_default_module(self)  # noqa: SLF001 - what an import calls

    return type("Page", (base,), {"_get_default_module": module})


def csrf() -> str:
    """Return the token of this answer's forms; a page has twenty of them."""
    found: str | None = g.get("form_value")
    if found is None:
        found = g.form_value = generate_csrf()
    return found


def form_token() -> Markup:
    """Return the hidden field that every form carries which changes something."""
    found: Markup | None = g.get("form_token")
    if found is None:
        field = Markup('<input type="hidden" name="csrf_token" value="{}">')
        found = g.form_token = field.format(csrf())
    return found


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


def _icons() -> Callable[[str], Markup]:
    """Return what draws an icon of the sprite; a page has hundreds, of few kinds."""

    @lru_cache(maxsize=MOST_KEPT)
    def made(_root: str, name: str) -> Markup:
        drawn = Markup(
            '<svg class="icon " aria-hidden="true" focusable="false">'
            '<use href="{}#{}"></use></svg>'
        )
        return drawn.format(url_for("static", filename="icons.svg"), name)

    return lambda name: made(request.script_root, name)
