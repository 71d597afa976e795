"""Declaring an emergency: from an incident or the board, one form, then the run."""

from __future__ import annotations

from http import HTTPStatus

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.flows import declare_emergency
from opsdesk.people.roster.queries import on_duty
from opsdesk.responses import parameters
from opsdesk.responses.operations import opening
from opsdesk.responses.parameters import WrongParameter
from opsdesk.responses.queries import lists
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations.holding import found
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.forms import local_moment
from opsdesk.web.gate import go
from opsdesk.web.responses.blueprint import screen, worded
from opsdesk.web.responses.leading import one_of, sent_parameters
from opsdesk.web.responses.library import plan_at, plans
from runbooks.plan import Level, Plan, Scenario

LIKELY: tuple[tuple[tuple[str, ...], Scenario], ...] = (
    (("勒索", "病毒", "木马", "挖矿", "蠕虫"), Scenario.VIRUS),
    (("DDoS", "拒绝服务", "刷接口", "恶意删"), Scenario.DESTRUCTIVE_ATTACK),
    (("入侵", "攻击", "篡改", "黑客", "爆破", "窃取"), Scenario.HACKER_ATTACK),
    (("数据库", "主备", "误删", "表空间", "备库"), Scenario.DATABASE_SECURITY),
    (("线路", "网络", "断网", "VPN", "DNS", "专网"), Scenario.WAN_OUTAGE),
    (("硬盘", "断电", "电源", "机房", "硬件", "设备"), Scenario.DEVICE_SAFETY),
    (("不在岗", "缺岗", "失联"), Scenario.STAFF_ABSENT),
)
"""What an incident's words suggest, the first that fits; anybody may choose another."""

SUGGESTED = {"P1": Level.TWO, "P2": Level.THREE, "P3": Level.FOUR, "P4": Level.FOUR}


@screen.get("/emergencies/new")
@may(*BUSINESS)
def declare() -> str:
    """Show the form: the plan proposed, the levels in words, who will play what."""
    ticket = _incident(request.args.get("incident", ""))
    known = plans()
    if not known:
        raise Refused(
            "没有可用的预案，不能宣布应急响应。请先用 opsdesk plans check 检查。"
        )
    level = SUGGESTED.get(ticket.priority or "", Level.THREE) if ticket else None
    return _form(ticket, _chosen(known, ticket), level)


def _form(
    ticket: Ticket | None,
    chosen: Plan,
    level: Level | None,
    wrong: WrongParameter | None = None,
) -> str:
    """Show the form; a value that was refused leaves all that was typed."""
    session = unit.session()
    return render_template(
        "responses/declare.html",
        plans=plans(),
        chosen=chosen,
        ticket=ticket,
        level=level,
        standing=on_duty(session, g.at),
        before=lists.of_incident(session, ticket.id) if ticket else (),
        wrong=wrong,
        held=sent_parameters()[0] if wrong else {},
        **worded(),
    )


def _incident(number: str) -> Ticket | None:
    if not number:
        return None
    ticket = found(unit.session(), number)
    return ticket if ticket.kind is Kind.INCIDENT else None


def _chosen(known: tuple[Plan, ...], ticket: Ticket | None) -> Plan:
    """Return the plan that was chosen, or that the incident's category suggests."""
    wanted = request.args.get("plan", "")
    by_id = {one.id: one for one in known}
    if wanted in by_id:
        return by_id[wanted]
    likely: str | None = request.args.get("scenario")
    if ticket is not None:
        likely = _likely(ticket)
    return next((one for one in known if one.scenario == likely), known[0])


def _likely(ticket: Ticket) -> Scenario | None:
    told = (ticket.sheet.get("category"), ticket.title, ticket.sheet.get("description"))
    text = " ".join(str(one or "") for one in told).lower()
    for words, scenario in LIKELY:
        if any(word.lower() in text for word in words):
            return scenario
    return None


@screen.post("/emergencies")
@may(*BUSINESS)
def declared() -> Response | tuple[str, int]:
    """Declare it: the clocks run, the ladder begins, roles are taken from the roster."""
    values, confirmed = sent_parameters()
    settings, plan = unit.desk().settings, plan_at(request.form.get("plan", ""))
    level = one_of(Level, "level")
    try:
        parameters.read(plan, values, confirmed, settings, complete=False)
    except WrongParameter as wrong:
        ticket = _incident(request.form.get("incident", "").strip())
        return _form(ticket, plan, level, wrong), HTTPStatus.CONFLICT
    emergency = opening.Emergency(
        plan=plan,
        level=level,
        title=request.form.get("title", "").strip()[:200],
        incident=request.form.get("incident", "").strip()[:24],
        fault_at=local_moment("fault_at"),
        parameters=values,
        confirmed=confirmed,
    )
    run = declare_emergency.declare(
        unit.session(), settings, emergency, by=somebody(), at=g.at
    )
    return go(url_for("responses.run", number=run.number))
