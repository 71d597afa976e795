"""Servers: how each is now, how it has been, and what its transcripts say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.assets.queries import of_server
from opsdesk.core.errors import NotFound, Refused
from opsdesk.inspections.operations import review as operations
from opsdesk.inspections.queries import history, measures, review, rounds
from opsdesk.inspections.sections import SECTIONS, columns
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.forms import EmptyForm, local_moment
from opsdesk.web.gate import go
from probes import catalogue
from probes.server import Server

screen = Blueprint("servers", __name__, url_prefix="/servers")

LONGEST = 366
SHOWN_FIRST = ("filesystem_used_percent", "memory_used_percent", "load_five")


@screen.get("")
@may(*READERS)
def index() -> str:
    """List every configured server with its newest state."""
    session = unit.session()
    servers = unit.desk().settings.servers
    rows = {
        row.server: row for row in history.newest(session, [s.name for s in servers])
    }
    return render_template(
        "servers/index.html",
        servers=servers,
        rows=rows,
        sections=SECTIONS,
        cells={name: columns(row.cells) for name, row in rows.items()},
        resting=review.in_maintenance(session, at=g.at),
    )


@screen.get("/<name>")
@may(*READERS)
def page(name: str) -> str:
    """Show one server."""
    session = unit.session()
    server = _configured(name)
    past = history.visits_of(session, name)
    if server is None and not past:
        raise NotFound("没有名为 %(name)s 的服务器。", name=name)
    latest = past[0] if past else None
    newest = measures.newest_visits(session, [name])
    return render_template(
        "servers/server.html",
        name=name,
        server=server,
        visits=past,
        latest=latest,
        facts=rounds.facts_of(session, latest.id) if latest else {},
        conditions=history.conditions_of(session, name),
        readings=sorted(newest[0].readings) if newest else [],
        first=_first(newest),
        limits=_limits(server),
        windows=history.windows_of(session, name, at=g.at),
        item=of_server(session, name),
        form=EmptyForm(),
    )


def _first(newest: list[measures.Newest]) -> str:
    """Return the reading whose trend is shown first."""
    keys = sorted(newest[0].readings) if newest else []
    for wanted in SHOWN_FIRST:
        for key in keys:
            if key.startswith(wanted):
                return key
    return keys[0] if keys else ""


def _limits(server: Server | None) -> dict[str, Any]:
    if server is None:
        return {}
    return {
        limit.name: limit
        for probe in catalogue.PROBES
        for limit in catalogue.limits_for(probe, server).values()
    }


def _configured(name: str) -> Server | None:
    servers = unit.desk().settings.servers
    return next((server for server in servers if server.name == name), None)


@screen.get("/<name>/trend.json")
@may(*READERS, quiet=True)
def trend(name: str) -> Response:
    """Return one reading over time: [[ISO moment, number], …] and its limits."""
    key = request.args.get("reading", "")
    days = min(max(request.args.get("days", 30, type=int), 1), LONGEST)
    series = history.trend(
        unit.session(), name, since=g.at - timedelta(days=days), before=g.at
    )
    limit = _limits(_configured(name)).get(key.partition("{")[0])
    return jsonify(
        reading=key,
        points=[[s.at.isoformat(), s.value] for s in series.get(key, [])],
        warning=limit.warning if limit else None,
        critical=limit.critical if limit else None,
    )


@screen.post("/<name>/maintenance")
@may(*BUSINESS)
def maintain(name: str) -> Response:
    """Announce a maintenance window."""
    operations.maintain(
        unit.session(),
        server=name,
        begins=_moment("begins"),
        ends=_moment("ends"),
        reason=request.form.get("reason", ""),
        by=somebody().username,
        at=g.at,
    )
    flash(_("维护窗口已登记，窗口内的发现不告警。"))
    return go(url_for("servers.page", name=name))


@screen.post("/<name>/maintenance/<int:window_id>/end")
@may(*BUSINESS)
def end_maintenance(name: str, window_id: int) -> Response:
    """End a maintenance window before its time: findings alarm again."""
    windows = history.windows_of(unit.session(), name, at=g.at)
    row = next((window for window in windows if window.id == window_id), None)
    if row is None:
        raise Refused("这个维护窗口已经结束或已被取消。")
    operations.end_maintenance(unit.session(), row, by=somebody().username, at=g.at)
    flash(_("维护窗口已结束，恢复告警。"))
    return go(url_for("servers.page", name=name))


def _moment(field: str) -> datetime:
    """Read a local date and time from a form."""
    moment = local_moment(field)
    if moment is None:
        raise Refused("时间填写有误，请按 2026-11-22 14:05 的格式填写。未保存。")
    return moment
