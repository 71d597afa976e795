"""Findings: what stands, what is over, and who said it may stand until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.errors import NotFound, Refused
from opsdesk.inspections.models import Condition
from opsdesk.inspections.operations import review as operations
from opsdesk.inspections.queries import history, review
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.forms import EmptyForm, local_moment
from opsdesk.web.gate import go
from probes import catalogue

screen = Blueprint("findings", __name__, url_prefix="/findings")

CONNECTION = "connection"


@screen.get("")
@may(*READERS)
def index() -> str:
    """List abnormalities; the filters are the address."""
    text = request.args.get
    wanted = history.ConditionFilter(
        server=text("server", ""),
        probe=text("probe", ""),
        severity=text("severity", ""),
        text=text("q", "").strip(),
        open_only=text("all", "") != "1",
    )
    rows = history.conditions(
        unit.session(), wanted, before_id=text("before", type=int)
    )
    kept = {name: value for name, value in request.args.items() if value}
    kept.pop("before", None)
    more = len(rows) == history.PAGE
    return render_template(
        "findings/index.html",
        rows=rows,
        wanted=wanted,
        filtered=bool(kept),
        names=[server.name for server in unit.desk().settings.servers],
        probes=[*(probe.name for probe in catalogue.PROBES), CONNECTION],
        known=review.acknowledged(unit.session(), at=g.at),
        older=_older(rows[-1].id, kept) if more else None,
    )


def _older(before: int, kept: dict[str, str]) -> str:
    values: dict[str, Any] = {"before": before, **kept}
    return url_for("findings.index", **values)


@screen.get("/<fingerprint>")
@may(*READERS)
def page(fingerprint: str) -> str:
    """Show one abnormality: every round that saw it, and whether it is acknowledged."""
    return render_template(
        "findings/page.html",
        row=_condition(fingerprint),
        sightings=history.sightings(unit.session(), fingerprint),
        known=review.acknowledged(unit.session(), at=g.at).get(fingerprint),
        form=EmptyForm(),
    )


@screen.post("/<fingerprint>/acknowledge")
@may(*BUSINESS)
def acknowledge(fingerprint: str) -> Response:
    """Let it stand until a moment, with the reason."""
    row = _condition(fingerprint)
    operations.acknowledge(
        unit.session(),
        fingerprint=fingerprint,
        server=row.server,
        reason=request.form.get("reason", ""),
        until=_until(),
        by=somebody().username,
        at=g.at,
    )
    flash(_("已确认，到时再告警。"))
    return go(url_for("findings.page", fingerprint=fingerprint))


@screen.post("/<fingerprint>/unacknowledge")
@may(*BUSINESS)
def unacknowledge(fingerprint: str) -> Response:
    """Let it alarm again."""
    known = review.acknowledged(unit.session(), at=g.at).get(fingerprint)
    if known is None:
        raise Refused("这一项没有有效的确认，可能已经到期或被撤销。")
    operations.end_acknowledgement(
        unit.session(), known, by=somebody().username, at=g.at
    )
    flash(_("确认已撤销，恢复告警。"))
    return go(url_for("findings.page", fingerprint=fingerprint))


def _condition(fingerprint: str) -> Condition:
    row = history.newest_condition(unit.session(), fingerprint)
    if row is None:
        raise NotFound("没有这一项发现。")
    return row


def _until() -> datetime:
    moment = local_moment("until")
    if moment is None:
        raise Refused("请填写确认的截止时间，例如 2026-11-22 14:05。未保存。")
    return moment
