"""The side of every page: what there is, in the order people need it."""

from __future__ import annotations

from typing import NamedTuple

from flask import request

from opsdesk.web.access import opens
from opsdesk.web.words import LazyString, lazy_gettext


class Place(NamedTuple):
    """One entry. It shows to those whom its view lets in, once that view exists."""

    endpoint: str
    label: LazyString
    icon: str


PLACES = (
    Place("board.board", lazy_gettext("工作台"), "home"),
    Place("rounds.index", lazy_gettext("巡检"), "clipboard-check"),
    Place("servers.index", lazy_gettext("服务器"), "server"),
    Place("findings.index", lazy_gettext("发现"), "alert-triangle"),
    Place("assets.index", lazy_gettext("配置库"), "database"),
    Place("roster.index", lazy_gettext("值班"), "calendar"),
    Place("statistics.index", lazy_gettext("时限统计"), "clock"),
    Place("records.index", lazy_gettext("报表与档案"), "archive"),
    Place("settings.index", lazy_gettext("设置"), "settings"),
    Place("people.index", lazy_gettext("账号"), "users"),
    Place("audit_trail.index", lazy_gettext("审计"), "shield"),
)


def places() -> list[Place]:
    """Return the entries the present person may open."""
    return [place for place in PLACES if opens(place.endpoint)]


def is_here(place: Place) -> bool:
    """Tell whether the present page belongs to an entry."""
    blueprint = place.endpoint.partition(".")[0]
    return request.blueprint == blueprint
