"""The list of items, one item, and its graph."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.assets import operations, queries
from opsdesk.assets.item_types import BY_TYPE
from opsdesk.assets.queries import Direction, ItemFilter, RelationView
from opsdesk.assets.queries.items import PAGE, counts
from opsdesk.core.clock import local_day
from opsdesk.flows import reconcile_assets
from opsdesk.flows.registers import BY_KIND
from opsdesk.tickets.queries import lists
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.assets.asked import item_of, zone
from opsdesk.web.assets.blueprint import relation_word, screen, type_word
from opsdesk.web.gate import go
from opsdesk.web.words import gettext as _

DRAWN = 60
"""Items a graph shows at most, the nearest; the lists below it name more."""
LISTED = 200
TICKETS = 10


def wanted() -> ItemFilter:
    """Return the filter of the address."""
    return ItemFilter(
        text=request.args.get("q", "")[:100],
        type=request.args.get("type", ""),
        state=request.args.get("state", ""),
    )


@screen.get("")
@may(*READERS)
def index() -> str:
    """List items by code; the filters are the address."""
    session = unit.session()
    asked = wanted()
    after = request.args.get("after", "")[:24]
    rows = queries.items(session, asked, after=after)
    return render_template(
        "assets/index.html",
        rows=rows,
        wanted=asked,
        counts=counts(session),
        due=queries.due_dates(session, local_day(g.at, zone())),
        waiting=reconcile_assets.not_enrolled(session, unit.desk().settings.servers),
        older=rows[-1].code if len(rows) == PAGE else None,
    )


@screen.post("/enrol")
@may(*BUSINESS)
def enrol() -> Response:
    """Record the configured servers as devices."""
    codes = operations.enrol(
        unit.session(),
        unit.desk().settings.servers,
        by=somebody().username,
        at=g.at,
    )
    if codes:
        flash(_("已登记 %(n)s 台服务器。", n=len(codes)))
    else:
        flash(_("config.yaml 里的服务器都已在配置库中，没有新增。"))
    return go(url_for("assets.index"))


@screen.get("/<code>")
@may(*READERS)
def page(code: str) -> str:
    """Show one item: what it is, what hangs on it, what it has been."""
    session = unit.session()
    item = item_of(code)
    return render_template(
        "assets/item.html",
        item=item,
        kind=BY_TYPE[item.type],
        relations=queries.relations_of(session, code, ended=True),
        down=queries.impact(session, [code], Direction.DOWN),
        up=queries.impact(session, [code], Direction.UP),
        revisions=queries.revisions_of(
            session, code, before=request.args.get("before", type=int)
        ),
        page_size=queries.history.PAGE,
        listed=LISTED,
        drawn=DRAWN,
        drifts=queries.drifts.of_item(session, item.id),
        tickets=lists.about(session, code, most=TICKETS),
        registers=BY_KIND,
    )


@screen.get("/<code>/graph.json")
@may(*READERS, quiet=True)
def graph(code: str) -> Response:
    """Return an item's surroundings: the nearest nodes both ways, and their edges."""
    session = unit.session()
    item = item_of(code)
    reach = [one for way in Direction for one in queries.impact(session, [code], way)]
    nearest = sorted(reach, key=lambda one: one.depth)[:DRAWN]
    shown = {one.code for one in nearest} | {code}
    edges = [
        edge
        for edge in queries.relations.open_relations(session)
        if {edge.from_code, edge.to_code} <= shown
        or (len(reach) <= DRAWN and code in {edge.from_code, edge.to_code})
    ]
    names = _names(edges) | {item.code: item.name}
    types = {
        code: one.type for code, one in queries.by_codes(session, [*names]).items()
    }
    return jsonify(
        here=code,
        nodes=[_node(end, name, types.get(end)) for end, name in names.items()],
        edges=[
            {"from": e.from_code, "to": e.to_code, "label": relation_word(e.kind)}
            for e in edges
        ],
        left_out=len(reach) - len(nearest),
    )


def _names(edges: list[RelationView]) -> dict[str, str]:
    return {
        code: name
        for edge in edges
        for code, name in (
            (edge.from_code, edge.from_name),
            (edge.to_code, edge.to_name),
        )
    }


def _node(code: str, name: str, kind: Any) -> dict[str, str]:
    return {
        "code": code,
        "name": name,
        "type": kind.value if kind else "",
        "type_word": type_word(kind) if kind else "",
        "url": url_for("assets.page", code=code),
    }
