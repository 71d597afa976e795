"""One's own duties: phone, leave, swaps."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.errors import Forbidden
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster import queries
from opsdesk.people.roster.operations import attending, swapping
from opsdesk.web import on_duty, unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.roster.blueprint import (
    LEAVE_WORDS,
    POST_WORDS,
    SWAP_WORDS,
    day_field,
    myself,
    screen,
    today,
)
from opsdesk.web.words import gettext as _
from probes.finding import Words

QUARTER = timedelta(days=92)


@screen.get("/mine")
@may(*BUSINESS)
def mine() -> str:
    """Show one's own duties, leave and swaps."""
    session, seat = unit.session(), somebody()
    own = queries.duties_of(session, seat.person_id, after=g.at)
    colleagues = queries.colleagues(session)
    return render_template(
        "roster/mine.html",
        own=own,
        ahead=[row for row in own if row.starts_at > g.at],
        offered=queries.offered(session, after=g.at, but=seat.person_id),
        colleagues=[one for one in colleagues if one.id != seat.person_id],
        phone=next((o.phone for o in colleagues if o.id == seat.person_id), ""),
        leaves=queries.leaves_of(session, seat.person_id, since=today() - QUARTER),
        swaps=queries.open_swaps(session, of=seat.person_id),
        leave_words=LEAVE_WORDS,
        swap_words=SWAP_WORDS,
        post_words=POST_WORDS,
        today=today(),
        now_at=g.at,
    )


@screen.post("/phone")
@may(*BUSINESS)
def phone() -> Response:
    """Set one's own phone; the lead sets anybody's."""
    session, seat = unit.session(), somebody()
    username = request.form.get("username", "") or seat.username
    if username != seat.username and seat.role is not Role.LEAD:
        raise Forbidden("只有运维负责人可以改别人的电话。没有改动。")
    attending.set_phone(
        session,
        person_named(session, username),
        request.form.get("phone", ""),
        by=seat.username,
        at=g.at,
    )
    on_duty.forget()
    flash(_("电话已保存。"))
    return go(url_for("roster.mine" if username == seat.username else "roster.plan"))


@screen.post("/leave")
@may(*BUSINESS)
def ask_leave() -> Response:
    """Ask for leave."""
    attending.ask_leave(
        unit.session(),
        day_field("first"),
        day_field("last"),
        request.form.get("reason", ""),
        by=myself(),
        at=g.at,
    )
    flash(_("请假已提交，等运维负责人批。"))
    return go(url_for("roster.mine"))


@screen.post("/leave/<int:leave_id>/withdraw")
@may(*BUSINESS)
def withdraw_leave(leave_id: int) -> Response:
    """Take one's own leave back."""
    attending.withdraw_leave(unit.session(), leave_id, by=myself(), at=g.at)
    flash(_("请假已撤回。"))
    return go(url_for("roster.mine"))


@screen.post("/swaps")
@may(*BUSINESS)
def ask_swap() -> Response:
    """Ask a colleague to take a duty, or to exchange it for one of his."""
    session = unit.session()
    in_return_id = request.form.get("in_return", type=int)
    duty_id = request.form.get("duty", 0, type=int)
    if in_return_id:
        named = {row.id: row for row in _offers()}
        if in_return_id not in named:
            raise RefusedInWords(_GONE)
        username = named[in_return_id].username
    else:
        username = request.form.get("to", "")
    swapping.ask(
        session,
        duty_id,
        to=person_named(session, username),
        in_return_id=in_return_id or None,
        by=myself(),
        at=g.at,
    )
    flash(_("换班已提出：先由对方同意，再由运维负责人确认。"))
    return go(url_for("roster.mine"))


@screen.post("/swaps/<int:swap_id>/agree")
@may(*BUSINESS)
def agree_swap(swap_id: int) -> Response:
    """Agree to a swap one was asked for."""
    swapping.agree(unit.session(), swap_id, by=myself(), at=g.at)
    flash(_("已同意，等运维负责人确认。"))
    return go(url_for("roster.mine"))


@screen.post("/swaps/<int:swap_id>/withdraw")
@may(*BUSINESS)
def withdraw_swap(swap_id: int) -> Response:
    """Take one's own request back, or turn down what one was asked for."""
    swapping.withdraw(unit.session(), swap_id, by=myself(), at=g.at)
    flash(_("换班已作罢，值班表不变。"))
    return go(url_for("roster.mine"))


def _offers() -> tuple[queries.DutyRow, ...]:
    seat = somebody()
    return queries.offered(unit.session(), after=g.at, but=seat.person_id)


_GONE = Words(
    "要换回的那一班已经开始或已撤下。请刷新后再选。没有提交。",
    "The duty in return has begun or was taken off. Load the page again. Nothing was "
    "asked.",
)
