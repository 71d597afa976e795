"""The lead's desk: filling a month, leave and swaps that wait, phones."""

from __future__ import annotations

from datetime import date, timedelta

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Role
from opsdesk.people.roster import queries
from opsdesk.people.roster.models import LeaveState, SwapState
from opsdesk.people.roster.operations import attending, planning, swapping
from opsdesk.people.roster.shifts import Turn, month_of
from opsdesk.web import on_duty, unit
from opsdesk.web.access import may, somebody
from opsdesk.web.gate import go
from opsdesk.web.roster.blueprint import (
    LEAVE_WORDS,
    POST_WORDS,
    SWAP_WORDS,
    day_field,
    day_in,
    myself,
    screen,
    today,
    turns_between,
)
from opsdesk.web.words import gettext as _
from probes.finding import Words

LONGEST = timedelta(days=92)
YEAR = timedelta(days=366)


@screen.get("/plan")
@may(Role.LEAD)
def plan() -> str:
    """Show what the lead plans with, and what waits for him."""
    session = unit.session()
    first, last = month_of(day_in(request.args.get("month", "") + "-01") or today())
    return render_template(
        "roster/plan.html",
        first=max(first, today()),
        month=first,
        last=last,
        monday=today() - timedelta(days=today().weekday()) + timedelta(days=7),
        colleagues=queries.colleagues(session),
        leaves=queries.leaves(
            session, today(), today() + YEAR, states=(LeaveState.ASKED,)
        ),
        granted=queries.leaves(
            session, today(), today() + YEAR, states=(LeaveState.GRANTED,)
        ),
        swaps=queries.open_swaps(session),
        leave_words=LEAVE_WORDS,
        swap_words=SWAP_WORDS,
        post_words=POST_WORDS,
    )


@screen.post("/fill")
@may(Role.LEAD)
def fill() -> Response:
    """Fill the free posts of a span of days with people in turn."""
    first = day_field("first")
    crew, begins = request.form.getlist("crew"), request.form.get("begins", "")
    at_first = crew.index(begins) if begins in crew else 0
    rota = planning.Rota(
        crew=[*crew[at_first:], *crew[:at_first]],
        leaders=request.form.getlist("leaders"),
    )
    made = planning.fill(
        unit.session(),
        _span(first, day_in(request.form.get("last", ""))),
        rota,
        by=somebody().username,
        at=g.at,
    )
    on_duty.forget()
    flash(_("排了 %(n)s 个班；已有的没有动。", n=made))
    return go(url_for("roster.index", month=f"{first:%Y-%m}"))


@screen.post("/copy")
@may(Role.LEAD)
def copy() -> Response:
    """Copy the week before a Monday onto the weeks from it."""
    first = day_field("first")
    first -= timedelta(days=first.weekday())
    weeks = min(max(request.form.get("weeks", 1, type=int), 1), 13)
    targets = turns_between(first, first + timedelta(days=7 * weeks - 1))
    made = planning.copy_week(unit.session(), targets, by=somebody().username, at=g.at)
    on_duty.forget()
    flash(_("排了 %(n)s 个班；已有的没有动。", n=made))
    return go(url_for("roster.index", month=f"{first:%Y-%m}"))


@screen.post("/leave/<int:leave_id>/decide")
@may(Role.LEAD)
def decide_leave(leave_id: int) -> Response:
    """Grant leave, or refuse it."""
    granted = request.form.get("accept") == "yes"
    state = LeaveState.GRANTED if granted else LeaveState.REFUSED
    attending.decide_leave(unit.session(), leave_id, state, by=myself(), at=g.at)
    flash(_("已批。请假期间已排的班见值班表上的提示。") if granted else _("未批。"))
    return go(url_for("roster.plan"))


@screen.post("/swaps/<int:swap_id>/decide")
@may(Role.LEAD)
def decide_swap(swap_id: int) -> Response:
    """Let a swap happen, or refuse it."""
    done = request.form.get("accept") == "yes"
    state = SwapState.DONE if done else SwapState.REFUSED
    swapping.decide(unit.session(), swap_id, state, by=myself(), at=g.at)
    on_duty.forget()
    flash(_("换班已生效。") if done else _("换班未批，值班表不变。"))
    return go(url_for("roster.plan"))


def _span(first: date, last: date | None) -> tuple[Turn, ...]:
    if last is None or not first <= last <= first + LONGEST:
        raise RefusedInWords(_BAD_SPAN)
    return turns_between(first, last)


_BAD_SPAN = Words(
    "最后一天不能早于第一天，一次最多排三个月。没有改动。",
    "The last day is not before the first, and at most three months are filled at "
    "once. Nothing was changed.",
)
