"""Relations of an item begin and end on its page."""

from __future__ import annotations

from flask import flash, g, request, url_for
from werkzeug.wrappers import Response

from opsdesk.assets import operations
from opsdesk.assets.models import Kind
from opsdesk.assets.operations import Edge
from opsdesk.core.errors import Refused
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.assets.asked import cause
from opsdesk.web.assets.blueprint import screen
from opsdesk.web.gate import go
from opsdesk.web.words import gettext as _


@screen.post("/<code>/relations")
@may(*BUSINESS)
def relate(code: str) -> Response:
    """Let this item hang on another."""
    done = operations.relate(
        unit.session(),
        _edge(code),
        cause=cause(),
        by=somebody().username,
        at=g.at,
        note=request.form.get("note", "").strip(),
    )
    flash(_("关系已登记。") if done else _("这个关系已经存在，没有改动。"))
    return go(url_for("assets.page", code=code))


@screen.post("/<code>/relations/end")
@may(*BUSINESS)
def part(code: str) -> Response:
    """End one of this item's relations; it stays in the history."""
    edge = _edge(code)
    who = somebody().username
    done = operations.part(unit.session(), edge, cause=cause(), by=who, at=g.at)
    flash(_("关系已结束。") if done else _("这个关系已经结束，没有改动。"))
    return go(url_for("assets.page", code=code))


def _edge(code: str) -> Edge:
    try:
        kind = Kind(request.form.get("kind", ""))
    except ValueError as error:
        raise Refused("请选择关系的种类。没有保存。") from error
    other = request.form.get("other", "").strip().upper()
    return Edge(code, kind, other)
