"""The side of every page: what there is, in the order people need it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from flask import Flask, request, url_for
from markupsafe import Markup

from opsdesk.people.models import Role
from opsdesk.web.access import opens, somebody
from opsdesk.web.words import LazyString, lazy_gettext, locale

MOST_KEPT = 500
"""Sides a process keeps drawn: a few roles, two languages, each place."""


class Place(NamedTuple):
    """One entry. It shows to those whom its view lets in, once that view exists."""

    endpoint: str
    label: LazyString
    icon: str
    path: str = ""  # of the register, where one view shows several


PLACES = (
    Place("board.board", lazy_gettext("工作台"), "home"),
    Place("boards.customer", lazy_gettext("本月服务"), "eye"),
    Place("rounds.index", lazy_gettext("巡检"), "clipboard-check"),
    Place("servers.index", lazy_gettext("服务器"), "server"),
    Place("findings.index", lazy_gettext("发现"), "alert-triangle"),
    Place("tickets.index", lazy_gettext("事件"), "alert-circle", "incidents"),
    Place("tickets.index", lazy_gettext("问题"), "question-mark", "problems"),
    Place("tickets.index", lazy_gettext("服务请求"), "help", "requests"),
    Place("tickets.index", lazy_gettext("变更"), "refresh", "changes"),
    Place("tickets.index", lazy_gettext("发布"), "upload", "releases"),
    Place("tickets.index", lazy_gettext("硬件维修"), "tool", "repairs"),
    Place("responses.plans", lazy_gettext("预案与演练"), "list-check"),
    Place("articles.index", lazy_gettext("知识库"), "file-text"),
    Place("tickets.inbox", lazy_gettext("待我签署"), "signature"),
    Place("assets.index", lazy_gettext("配置库"), "database"),
    Place("roster.index", lazy_gettext("值班"), "calendar"),
    Place("statistics.index", lazy_gettext("时限统计"), "clock"),
    Place("records.index", lazy_gettext("巡检日报"), "file-text"),
    Place("reports.index", lazy_gettext("运维报告"), "chart-line"),
    Place("archive.index", lazy_gettext("档案库"), "archive"),
    Place("settings.index", lazy_gettext("设置"), "settings"),
    Place("people.index", lazy_gettext("账号"), "users"),
    Place("audit_trail.index", lazy_gettext("审计"), "shield"),
)


def install(app: Flask) -> None:
    """Let pages show the side, which is drawn once for all who see the same."""

    @lru_cache(maxsize=MOST_KEPT)
    def drawn(_role: Role, _locale: str, _root: str, here: tuple[bool, ...]) -> Markup:
        # What the side depends on is named above; nothing else may enter here.
        rows = [
            (place, address(place), is_it)
            for place, is_it in zip(PLACES, here, strict=True)
            if opens(place.endpoint)
        ]
        template = app.jinja_env.get_template("frame/side.html")
        return Markup(template.render(rows=rows))  # noqa: S704 - a template's own

    def side() -> Markup:
        here = is_here()
        return drawn(somebody().role, locale(), request.script_root, here)

    app.jinja_env.globals["side"] = side


def places() -> list[Place]:
    """Return the entries the present person may open."""
    return [place for place in PLACES if opens(place.endpoint)]


def address(place: Place) -> str:
    """Return where an entry leads."""
    if place.path:
        return url_for(place.endpoint, path=place.path)
    return url_for(place.endpoint)


def is_here() -> tuple[bool, ...]:
    """Tell of each entry whether the present page belongs to it."""
    path = (request.view_args or {}).get("path", "")
    return _here(request.blueprint or "", str(path))


@lru_cache(maxsize=MOST_KEPT)
def _here(blueprint: str, path: str) -> tuple[bool, ...]:
    found = (blueprint, path)
    return tuple(
        (place.endpoint.partition(".")[0], place.path) == found for place in PLACES
    )
