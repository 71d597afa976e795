"""Leading a run: its state, parts, level, clocks, reports, notes, the ladder."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import g, request
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.responses.operations import (
    escalating,
    moving,
    noting,
    opening,
    roles,
    stepping,
)
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.forms import local_moment
from opsdesk.web.responses.blueprint import RUN, done, screen
from opsdesk.web.responses.doing import pressed_at, sent_token
from opsdesk.web.words import gettext as _
from runbooks.plan import Clock, Level, Part

E = TypeVar("E", bound=StrEnum)


@screen.post(f"{RUN}/moves/<name>")
@may(*READERS)
def move(number: str, name: str) -> Response:
    """Take the run one step on: start, pause, resume, review, abort."""
    going = moving.Going(
        name=name,
        reason=request.form.get("reason", "").strip(),
        version=request.form.get("version", type=int),
        token=sent_token(),
    )
    zone = unit.desk().settings.desk.timezone
    moving.move(unit.session(), number, going, zone=zone, by=somebody(), at=g.at)
    return done(number, _("已记下。"))


@screen.post(f"{RUN}/prechecks")
@may(*BUSINESS)
def prechecks(number: str) -> Response:
    """Have every precheck that is not done run, in one go."""
    begun = stepping.begin_prechecks(unit.session(), number, by=somebody(), at=g.at)
    return done(number, _("已开始 %(n)s 项前置检查。", n=begun))


@screen.post(f"{RUN}/acknowledge")
@may(*READERS)
def acknowledge(number: str) -> Response:
    """Say that one is on it; the rest of the ladder is spared."""
    token = sent_token()
    escalating.acknowledge(unit.session(), number, by=somebody(), at=g.at, token=token)
    return done(number, _("已响应：后面的升级通知不再发出。"))


@screen.post(f"{RUN}/notes")
@may(*READERS)
def note(number: str) -> Response:
    """Add the scribe's words to the timeline."""
    written = noting.Note(
        text=request.form.get("text", ""),
        step=request.form.get("step", "")[:40],
        claimed_at=local_moment("claimed_at") or pressed_at(),
        token=sent_token(),
    )
    noting.note(unit.session(), number, written, by=somebody(), at=g.at)
    return done(number, _("已写入时间线。"), "timeline")


@screen.post(f"{RUN}/roles")
@may(*BUSINESS)
def role(number: str) -> Response:
    """Take a part, or hand it over."""
    part = one_of(Part, "part")
    who = request.form.get("username", "").strip() or somebody().username
    roles.take(unit.session(), number, part, who, by=somebody(), at=g.at)
    return done(number, _("角色已登记。"))


@screen.post(f"{RUN}/clocks")
@may(*BUSINESS)
def clock(number: str) -> Response:
    """Mark one of T0–T7, or the moment up to which data was saved."""
    moment = local_moment("claimed_at")
    if request.form.get("clock") == "recovery-point":
        if moment is None:
            raise Refused("请填写数据保全到的时刻。没有保存。")
        noting.recovery_point(unit.session(), number, moment, by=somebody(), at=g.at)
    else:
        noting.mark(
            unit.session(),
            number,
            one_of(Clock, "clock"),
            claimed_at=moment,
            token=sent_token(),
            by=somebody(),
            at=g.at,
        )
    return done(number, _("时刻已登记。"))


@screen.post(f"{RUN}/level")
@may(*BUSINESS)
def level(number: str) -> Response:
    """Set the level anew, with a reason."""
    noting.change_level(
        unit.session(),
        number,
        one_of(Level, "level"),
        reason=request.form.get("reason", "").strip(),
        by=somebody(),
        at=g.at,
    )
    return done(number, _("级别已调整，报告时限重新起算。"))


@screen.post(f"{RUN}/reports")
@may(*BUSINESS)
def report(number: str) -> Response:
    """Note a report to the customer."""
    made = noting.Report(
        to=request.form.get("to", "").strip()[:200],
        way=request.form.get("way", "").strip()[:40],
        text=request.form.get("text", "").strip()[:4000],
        claimed_at=local_moment("claimed_at"),
        token=sent_token(),
    )
    noting.report(unit.session(), number, made, by=somebody(), at=g.at)
    return done(number, _("已登记向甲方的报告。"))


@screen.post(f"{RUN}/parameters")
@may(*BUSINESS)
def parameters(number: str) -> Response:
    """Give the run the parameters it lacks; what destroys is typed twice."""
    values, confirmed = sent_parameters()
    opening.fill_parameters(
        unit.session(),
        unit.desk().settings,
        number,
        values,
        confirmed,
        by=somebody(),
        at=g.at,
    )
    return done(number, _("参数已登记。"))


def sent_parameters() -> tuple[dict[str, str], dict[str, str]]:
    """Return the parameters a form holds, and those typed a second time."""
    form = request.form.items()
    sent = {name: text.strip()[:400] for name, text in form if text.strip()}
    return (
        {n.removeprefix("p."): v for n, v in sent.items() if n.startswith("p.")},
        {n.removeprefix("c."): v for n, v in sent.items() if n.startswith("c.")},
    )


def one_of(kind: type[E], field: str) -> E:
    """Return a form's choice; raises Refused for what is none of them."""
    try:
        return kind(request.form.get(field, ""))
    except ValueError:
        raise Refused("选择的内容不在列表里，没有保存。请重新选择。") from None
