"""The bar above every page, drawn once for all pages on which it says the same."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, request
from markupsafe import Markup, escape

from opsdesk.people.models import Role
from opsdesk.people.roster.queries import OnDuty
from opsdesk.web.access import current_person
from opsdesk.web.words import locale

MOST_KEPT = 500
_TOKEN, _HERE = (f"[{secrets.token_hex(12)}]" for _ in range(2))
"""Stand where an answer has its own: the field of its forms' token, its address."""

Frame = Callable[[], dict[str, Any]]
Unread = Callable[[], int | None] | None
Duty = Callable[[], tuple[OnDuty, ...] | None] | None


class Seen(NamedTuple):
    """What a bar depends on; nothing else may enter its template."""

    locale: str
    theme: str
    root: str
    who: tuple[str, str, Role] | None
    unread: int | None  # None: not asked, as on the page of an error
    duty: tuple[OnDuty, ...] | None


def install(app: Flask, frame: Frame, token: Callable[[], Markup]) -> None:
    """Let pages show the bar; `frame` gives what every template is given."""

    @lru_cache(maxsize=MOST_KEPT)
    def drawn(seen: Seen) -> str:
        own = {
            "form_token": Markup(_TOKEN),  # noqa: S704 - ours
            "here": _HERE,
            "theme": seen.theme,
            "unread": _always(seen.unread),
            "on_duty_now": _always(seen.duty),
        }
        template = app.jinja_env.get_template("frame/top.html")
        return template.render({**frame(), **own})

    def top_bar(unread: Unread, duty: Duty, theme: str, here: str) -> Markup:
        whole = drawn(_seen(unread, duty, theme)).replace(_TOKEN, token())
        return Markup(whole.replace(_HERE, escape(here)))  # noqa: S704 - escaped

    app.jinja_env.globals["top_bar"] = top_bar


def _always(found: object) -> Callable[[], Any] | None:
    return None if found is None else lambda: found


def _seen(unread: Unread, duty: Duty, theme: str) -> Seen:
    seat = current_person()
    return Seen(
        locale=locale(),
        theme=theme,
        root=request.script_root,
        who=(seat.username, seat.name, seat.role) if seat else None,
        unread=unread() if unread and seat else None,
        duty=duty() if duty else None,
    )
