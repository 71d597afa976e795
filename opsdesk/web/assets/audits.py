"""Baselines, and configuration audits against what is really there."""

from __future__ import annotations

from datetime import date

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.assets.models import AuditOutcome
from opsdesk.assets.operations import auditing
from opsdesk.assets.operations import baselines as drawing
from opsdesk.assets.queries import audits as questions
from opsdesk.assets.queries.history import differences, view_at, view_of
from opsdesk.core.clock import local_day
from opsdesk.core.errors import NotFound, Refused
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.assets.asked import zone
from opsdesk.web.assets.blueprint import screen
from opsdesk.web.assets.past import grouped
from opsdesk.web.gate import go
from opsdesk.web.words import gettext as _


@screen.get("/baselines")
@may(*READERS)
def baselines() -> str:
    """List baselines."""
    return render_template(
        "assets/baselines.html",
        rows=questions.baselines(unit.session()),
        kinds=drawing.KINDS,
        today=local_day(g.at, zone()),
    )


@screen.post("/baselines")
@may(*BUSINESS)
def draw() -> Response:
    """Name the library as it is now."""
    naming = drawing.Naming(
        name=request.form.get("name", ""),
        kind=request.form.get("kind", ""),
        reference=request.form.get("reference", ""),
    )
    row = drawing.draw(unit.session(), naming, by=somebody().username, at=g.at)
    flash(_("已建立基线“%(name)s”，共 %(n)s 项。", name=row.name, n=row.items))
    return go(url_for("assets.baseline", baseline_id=row.id))


@screen.get("/baselines/<int:baseline_id>")
@may(*READERS)
def baseline(baseline_id: int) -> str:
    """Show what has changed since a baseline, and whether it is intact."""
    session = unit.session()
    row = questions.baseline(session, baseline_id)
    if row is None:
        raise NotFound("没有这条基线。")
    since = differences(view_of(session, row.revision_id), view_at(session, g.at))
    return render_template(
        "assets/baseline.html",
        row=row,
        intact=questions.is_intact(session, row),
        groups=grouped(since),
        count=len(since),
    )


@screen.get("/audits")
@may(*READERS)
def audits() -> str:
    """List configuration audits."""
    session = unit.session()
    return render_template(
        "assets/audits.html",
        rows=questions.audits(session),
        baselines=questions.baselines(session),
        today=local_day(g.at, zone()),
    )


@screen.post("/audits")
@may(*BUSINESS)
def begin() -> Response:
    """Draw the sample of an audit."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError as error:
        raise Refused("日期填写有误，请按 2026-11-22 的格式填写。没有保存。") from error
    plan = auditing.Plan(
        name=request.form.get("name", ""),
        day=day,
        scope=request.form.get("scope", ""),
        baseline_id=request.form.get("baseline", type=int),
    )
    row = auditing.begin(unit.session(), plan, by=somebody().username, at=g.at)
    return go(url_for("assets.audit", audit_id=row.id))


@screen.get("/audits/<int:audit_id>")
@may(*READERS)
def audit(audit_id: int) -> str:
    """Show one audit: its figures, and what is left to look at."""
    session = unit.session()
    found = questions.audits(session, only=audit_id)
    if not found:
        raise NotFound("没有这次配置审计。")
    rows = questions.rows_of(session, audit_id)
    return render_template("assets/audit.html", audit=found[0], rows=rows)


@screen.post("/audits/<int:audit_id>/rows/<int:row_id>")
@may(*BUSINESS)
def judge(audit_id: int, row_id: int) -> Response:
    """Say what one look found."""
    try:
        outcome = AuditOutcome(request.form.get("outcome", ""))
    except ValueError as error:
        raise Refused("请选择核对结果。没有保存。") from error
    note = request.form.get("note", "")
    who = somebody().username
    auditing.judge(unit.session(), row_id, outcome, note, by=who, at=g.at)
    return go(url_for("assets.audit", audit_id=audit_id))


@screen.post("/audits/<int:audit_id>/found")
@may(*BUSINESS)
def found(audit_id: int) -> Response:
    """Write down a thing no item stands for."""
    name, note = request.form.get("name", ""), request.form.get("note", "")
    who = somebody().username
    auditing.found_unrecorded(unit.session(), audit_id, name, note, by=who, at=g.at)
    return go(url_for("assets.audit", audit_id=audit_id))


@screen.post("/audits/<int:audit_id>/close")
@may(*BUSINESS)
def conclude(audit_id: int) -> Response:
    """Close an audit with its conclusion."""
    said = request.form.get("conclusion", "")
    who = somebody().username
    auditing.conclude(unit.session(), audit_id, said, by=who, at=g.at)
    flash(_("审计已结束。"))
    return go(url_for("assets.audit", audit_id=audit_id))
