"""Rounds: the list, one round as a matrix, one server in it, and what people do there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.clock import local_day
from opsdesk.core.desk import is_demo
from opsdesk.core.errors import NotFound, Refused
from opsdesk.flows import inspect_estate
from opsdesk.inspections.models import Round, Slot
from opsdesk.inspections.operations import review as operations
from opsdesk.inspections.operations.rounds import Plan
from opsdesk.inspections.queries import history, review, rounds
from opsdesk.inspections.sections import SECTIONS, columns
from opsdesk.web import signing, unit, visit_page
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.forms import EmptyForm
from opsdesk.web.gate import go
from opsdesk.web.language import said
from probes.server import Server

REFUSED = 409

screen = Blueprint("rounds", __name__, url_prefix="/rounds")


@screen.get("")
@may(*READERS)
def index() -> str:
    """List rounds, newest first; the filters are the address."""
    wanted = history.RoundFilter(
        since=_day("since"),
        until=_day("until"),
        status=request.args.get("status", ""),
        slot=request.args.get("slot", ""),
    )
    rows = history.rounds(
        unit.session(), wanted, before_id=request.args.get("before", type=int)
    )
    return render_template(
        "rounds/index.html",
        rows=rows,
        wanted=wanted,
        older=rows[-1].id if len(rows) == history.PAGE else None,
        servers=unit.desk().settings.servers,
        form=EmptyForm(),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


@screen.post("")
@may(*BUSINESS)
def ask() -> Response:
    """Write an ad-hoc round down as due; the scheduler runs it within seconds."""
    desk = unit.desk()
    if is_demo(desk.settings):
        raise Refused("这是演示台，设备都是虚构的，不会去连接。没有发起巡检。")
    servers = _chosen(desk.settings.servers)
    if not servers:
        raise Refused("没有选中任何已配置的服务器。没有发起巡检。")
    plan = Plan(
        day=local_day(g.at, desk.settings.desk.timezone),
        slot=Slot.ADHOC,
        servers=servers,
        by=somebody().username,
    )
    requested = inspect_estate.request_in(unit.session(), plan, at=g.at)
    flash(_("已发起巡检，几秒内开始。"))
    return go(url_for("rounds.page", number=requested))


def _chosen(servers: Sequence[Server]) -> list[Server]:
    """Return what the form names: servers, `zone:…` or `kind:…`; nothing is all."""
    names = {name for name in request.form.getlist("server") if name}
    return [
        server
        for server in servers
        if not names
        or names & {server.name, f"zone:{server.zone}", f"kind:{server.kind.value}"}
    ]


@screen.get("/<number>")
@may(*READERS)
def page(number: str) -> str:
    """Show one round as a matrix of servers and sections."""
    return render_template("rounds/round.html", form=EmptyForm(), **_round(number))


@screen.get("/<number>/matrix")
@may(*READERS, quiet=True)
def matrix(number: str) -> str:
    """Return the matrix alone, for a page that watches a running round."""
    return render_template("rounds/_matrix.html", form=EmptyForm(), **_round(number))


def _round(number: str) -> dict[str, Any]:
    session = unit.session()
    row = rounds.by_number(session, number)
    items = review.abnormal_items(session, row.id)
    explained = review.explanations_of(session, row.id)
    known = review.acknowledged(session, at=g.at)
    left = [i for i in items if i.key not in explained and i.key not in known]
    return {
        "round": row,
        "sections": SECTIONS,
        "cells": {visit.server: columns(visit.cells) for visit in row.visits},
        "items": items,
        "explained": explained,
        "acknowledged": known,
        "left": left,
        "live": row.status in ("due", "running"),
        "asked": sum(visit.outcome is not None for visit in row.visits),
        "signature": next(
            (s for s in review.signatures_of(session, row.day) if s.round_id == row.id),
            None,
        ),
    }


@screen.get("/<number>/servers/<server>")
@may(*READERS)
def visit(number: str, server: str) -> str:
    """Show one server in one round: findings, facts against limits, transcript."""
    return render_template("rounds/visit.html", **_visit(number, server))


@screen.get("/<number>/servers/<server>/summary")
@may(*READERS, quiet=True)
def summary(number: str, server: str) -> str:
    """Return what opens under a row of the matrix."""
    return render_template("rounds/_summary.html", **_visit(number, server))


def _visit(number: str, server: str) -> dict[str, Any]:
    session = unit.session()
    row = rounds.by_number(session, number)
    found = next((v for v in row.visits if v.server == server), None)
    if found is None:
        raise NotFound("%(server)s 不在这次巡检里。", server=server)
    return {
        "round": row,
        "visit": found,
        "facts": rounds.facts_of(session, found.id),
        "explained": review.explanations_of(session, row.id),
        "visit_key": review.visit_key(server),
        "pasts": visit_page.pasts(found),
        "said": visit_page.sections(found, {f.probe for f in found.findings}),
        "form": EmptyForm(),
    }


@screen.post("/<number>/explain")
@may(*BUSINESS)
def explain(number: str) -> Response | tuple[str, int]:
    """Write what was done about the chosen items; what is refused stays in the form."""
    items, text = request.form.getlist("item"), request.form.get("text", "")
    if not items:
        sentence = _("没有勾选任何异常项，没有保存。文字还在下面：请勾选后再提交。")
        return _explain_again(number, sentence, items, text)
    try:
        operations.explain(
            unit.session(),
            _row(number),
            items,
            text,
            by=somebody().username,
            at=g.at,
            seen={i: request.form.get(f"seen:{i}", 0, type=int) for i in items},
        )
    except NotFound:
        raise
    except Refused as refusal:
        unit.roll_back()
        return _explain_again(number, said(refusal), items, text)
    flash(_("说明已保存。"))
    return go(url_for("rounds.page", number=number) + "#items")


def _explain_again(
    number: str, refusal: str, ticked: Sequence[str], typed: str
) -> tuple[str, int]:
    """Show the round with why next to the form, which is as it was sent."""
    again = {"refusal": refusal, "ticked": ticked, "typed": typed}
    page = render_template(
        "rounds/round.html", form=EmptyForm(), **again, **_round(number)
    )
    return page, REFUSED


@screen.post("/<number>/sign")
@may(*BUSINESS)
def sign(number: str) -> Response:
    """Sign a round; the password is asked again and a wrong one is counted."""
    session = unit.session()
    seat = signing.reauthenticate(session)
    version = request.form.get("version", type=int) or 0
    signer = operations.Signer(username=seat.username, name=seat.name)
    operations.sign(session, _row(number), signer, version=version, at=g.at)
    flash(_("已签名。"))
    return go(url_for("rounds.page", number=number))


def _row(number: str) -> Round:
    from sqlalchemy import select  # noqa: PLC0415

    row = unit.session().scalar(
        select(Round).where(Round.number == number).with_for_update()
    )
    if row is None:
        raise NotFound("没有编号为 %(number)s 的巡检。", number=number)
    return row
