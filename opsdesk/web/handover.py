"""The hand-over log: what is due, one record, and both signatures."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.language import RefusedInWords
from opsdesk.flows.hand_over import circumstances
from opsdesk.people import operations as accounts
from opsdesk.people.handover import operations, queries
from opsdesk.people.handover.models import Handover, HandoverState
from opsdesk.people.handover.queries import HandoverView
from opsdesk.people.models import Person
from opsdesk.people.roster.queries import duties
from opsdesk.people.roster.shifts import Turn
from opsdesk.web import on_duty, signing, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.roster.blueprint import POST_WORDS, today, turns_between
from opsdesk.web.words import gettext as _
from opsdesk.web.words import lazy_gettext as _l
from probes.finding import Words

screen = Blueprint("handover", __name__, url_prefix="/handovers")

STATE_WORDS = {
    HandoverState.DRAFT: _l("待交班人签字"),
    HandoverState.GIVEN: _l("待接班人签字"),
    HandoverState.TAKEN: _l("已交接"),
}
PAGE = 31


@screen.get("")
@may(*READERS)
def index() -> str:
    """List the hand-overs, the missing ones first."""
    session = unit.session()
    before = request.args.get("before", "")
    rows = queries.log(session, before=_moment_of(before), most=PAGE + 1)
    return render_template(
        "handover/index.html",
        due=() if before else queries.due(session, _near(), g.at),
        rows=rows[:PAGE],
        older=rows[PAGE - 1].number if len(rows) > PAGE else "",
        state_words=STATE_WORDS,
        post_words=POST_WORDS,
        now_at=g.at,
    )


@screen.post("")
@may(*BUSINESS)
def start() -> Response:
    """Begin the hand-over at the end of a shift."""
    session = unit.session()
    wanted = request.form.get("ends", "")
    near = _near()
    turn = next((one for one in near if one.ends_at.isoformat() == wanted), None)
    if turn is None:
        raise RefusedInWords(_NO_SHIFT)
    following = next((one for one in near if one.starts_at >= turn.ends_at), None)
    ending = operations.Ending(
        turn, following.shift if following else "", unit.desk().settings.desk.timezone
    )
    row = operations.start(
        session,
        ending,
        circumstances(session, unit.desk(), at=g.at),
        by=_myself(),
        at=g.at,
    )
    return go(url_for("handover.page", number=row.number))


@screen.get("/<number>")
@may(*READERS)
def page(number: str) -> str:
    """Show one hand-over; while it is a draft, with how things stand by now."""
    return _page(queries.by_number(unit.session(), number))


@screen.post("/<number>")
@may(*BUSINESS)
def write(number: str) -> Response:
    """Save what is written."""
    _write(number)
    flash(_("已保存。"))
    return go(url_for("handover.page", number=number))


@screen.post("/<number>/give")
@may(*BUSINESS)
def give(number: str) -> Response:
    """Save what is written, and sign as the one who hands over."""
    session = unit.session()
    signing.reauthenticate(session)
    row = _write(number)
    standing = circumstances(session, unit.desk(), at=g.at)
    operations.give(
        session, number, standing, version=row.version, by=_myself(), at=g.at
    )
    flash(_("已签字，请接班人登录后签字。接班人未到岗，交班人不得离岗。"))
    return go(url_for("handover.page", number=number))


@screen.post("/<number>/take")
@may(*BUSINESS)
def take(number: str) -> Response:
    """Sign as the one who takes over."""
    session = unit.session()
    signing.reauthenticate(session)
    sha256 = request.form.get("sha256", "")
    operations.take(session, number, sha256=sha256, by=_myself(), at=g.at)
    on_duty.forget()
    flash(_("已接班。"))
    return go(url_for("handover.page", number=number))


@screen.post("/<number>/reopen")
@may(*BUSINESS)
def reopen(number: str) -> Response:
    """Send a given hand-over back to be written on."""
    reason = request.form.get("reason", "")
    operations.reopen(unit.session(), number, reason, by=_myself(), at=g.at)
    flash(_("已退回，交班人的签字已撤下。"))
    return go(url_for("handover.page", number=number))


def _page(found: HandoverView) -> str:
    session = unit.session()
    standing = found.circumstances
    if found.state is HandoverState.DRAFT:
        standing = circumstances(session, unit.desk(), at=g.at)
    crew = duties(session, found.day, found.day + timedelta(days=1))
    return render_template(
        "handover/page.html",
        row=found,
        standing=standing,
        leaving=[r for r in crew if r.ends_at == found.planned_at],
        coming=[r for r in crew if r.starts_at == found.planned_at],
        state_words=STATE_WORDS,
        post_words=POST_WORDS,
        now_at=g.at,
    )


def _write(number: str) -> Handover:
    return operations.write(
        unit.session(),
        number,
        {name: request.form.get(name, "") for name in queries.TEXTS},
        version=request.form.get("version", 0, type=int),
        by=_myself(),
        at=g.at,
    )


def _near() -> tuple[Turn, ...]:
    day = timedelta(days=1)
    return turns_between(today() - 2 * day, today() + day)


def _moment_of(number: str) -> datetime | None:
    if not number:
        return None
    return queries.by_number(unit.session(), number).planned_at


def _myself() -> Person:
    return accounts.person_named(unit.session(), somebody().username)


_NO_SHIFT = Words(
    "没有在这个时刻结束的班，可能刚改过配置。请刷新后再开始。没有改动。",
    "No shift ends at this moment; the configuration may have changed. Load the page "
    "again. Nothing was changed.",
)
