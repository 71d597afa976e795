"""Signing what waits for me; the password is asked again each time."""

from __future__ import annotations

from flask import flash, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.flows import work_tickets
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.telling_of_approvals import waiting_for
from opsdesk.people.queries import accounts
from opsdesk.tickets.operations import scanning, substituting
from opsdesk.tickets.operations.approving import Decision
from opsdesk.web import signing, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.forms import local_moment
from opsdesk.web.gate import go
from opsdesk.web.tickets.blueprint import ONE, deed, register_at, screen, ticket_at


@screen.post(f"{ONE}/decide")
@may(*READERS)
def decide(path: str, number: str) -> Response:
    """Give or refuse a signature under the frozen snapshot."""
    ticket_at(path, number)
    answer = request.form.get("answer", "")
    if answer not in ("agree", "refuse"):
        raise Refused("请选择同意或不同意。没有签署。")
    session = unit.session()
    signing.reauthenticate(session)
    decision = Decision(
        round_id=request.form.get("round", type=int) or 0,
        agrees=answer == "agree",
        opinion=request.form.get("opinion", ""),
    )
    work_tickets.decide(session, unit.desk().settings, number, decision, deed())
    flash(_("已签署。") if decision.agrees else _("已驳回。"))
    return go(f"{register_at(path).path}/{number}")


@screen.post(f"{ONE}/scan")
@may(*BUSINESS)
def scan(path: str, number: str) -> Response:
    """Bind a scan of the signed paper to the snapshot it signs."""
    ticket_at(path, number)
    scanning.bind(
        unit.session(),
        number,
        request.form.get("round", type=int) or 0,
        request.form.get("file", type=int) or 0,
        by=somebody(),
        at=g.at,
    )
    flash(_("签字扫描件已与签署的内容绑定。"))
    return go(f"{register_at(path).path}/{number}")


@screen.get("/approvals")
@may(*READERS)
def inbox() -> str:
    """Show what waits for my signature, and who signs for me while I am away."""
    session, me = unit.session(), somebody()
    return render_template(
        "tickets/approvals.html",
        waiting=waiting_for(session, me.username, at=g.at),
        registers=BY_KIND,
        standing=substituting.standing(session, me.username, at=g.at),
        others=[
            one
            for one in accounts(session)
            if one.role is me.role and one.username != me.username
        ],
    )


@screen.post("/approvals/substitutes")
@may(*READERS)
def appoint() -> Response:
    """Let a colleague sign for me between two moments."""
    since, until = local_moment("since"), local_moment("until")
    if since is None or until is None:
        raise Refused("请填写代签的起止时间。没有保存。")
    term = substituting.Term(
        substitute=request.form.get("substitute", ""),
        since=since,
        until=until,
        reason=request.form.get("reason", ""),
    )
    substituting.appoint(unit.session(), term, by=somebody(), at=g.at)
    flash(_("代签授权已登记，期间的签署会印「代」字。"))
    return go("/approvals")


@screen.post("/approvals/substitutes/<int:row_id>/end")
@may(*READERS)
def end(row_id: int) -> Response:
    """Take a substitution back."""
    substituting.end(unit.session(), row_id, by=somebody(), at=g.at)
    flash(_("代签授权已收回。"))
    return go("/approvals")
