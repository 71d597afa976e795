"""The month as a grid, one day with its posts, and signing in on post."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster import queries
from opsdesk.people.roster.lint import Flaw, lint
from opsdesk.people.roster.models import LeaveState, Post
from opsdesk.people.roster.operations import attending, planning
from opsdesk.people.roster.shifts import month_of
from opsdesk.web import on_duty, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.roster.blueprint import (
    KIND_WORDS,
    POST_WORDS,
    day_in,
    day_or_404,
    days,
    kinds,
    myself,
    screen,
    statutory,
    today,
    turns_between,
)
from opsdesk.web.words import gettext as _
from probes.finding import Words


@screen.get("")
@may(*READERS)
def index() -> str:
    """Show a month: who is on duty now, every shift, and what is wrong with it."""
    chosen = day_in(request.args.get("month", "") + "-01") or today()
    first, last = month_of(chosen)
    session = unit.session()
    found, known = kinds(first, last)
    turns = turns_between(first, last)
    ahead = tuple(one for one in turns if one.day >= today())  # the past is past
    flaws = lint(session, ahead, holidays=statutory(found))
    rows = queries.duties(session, first, last)
    return render_template(
        "roster/month.html",
        first=first,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1),
        days=list(days(first, last)),
        shifts=_shift_names(rows),
        crews=_by_shift(rows),
        manned=len({(r.day, r.shift) for r in rows if r.post is Post.PRIMARY}),
        turns=turns,
        flaws=flaws,
        flawed=_flawed(flaws),
        kinds=found,
        kind_words=KIND_WORDS,
        calendar_known=known,
        **_now(),
    )


@screen.get("/days/<day>")
@may(*READERS)
def page(day: str) -> str:
    """Show one day, shift by shift; the lead puts people on and takes them off."""
    when = day_or_404(day)
    session = unit.session()
    found, _known = kinds(when, when)
    turns = turns_between(when, when)
    rows = queries.duties(session, when, when)
    granted = (LeaveState.GRANTED, LeaveState.ASKED)
    return render_template(
        "roster/day.html",
        day=when,
        kind=KIND_WORDS[found[when]],
        turns=turns,
        crews=_by_shift(rows),
        others=[r for r in rows if r.shift not in {one.shift for one in turns}],
        flaws=lint(session, turns, holidays=statutory(found)),
        colleagues=queries.colleagues(session),
        away=queries.leaves(session, when, when, states=granted),
        post_words=POST_WORDS,
        now_at=g.at,
    )


@screen.post("/days/<day>/assign")
@may(Role.LEAD)
def assign(day: str) -> Response:
    """Put somebody on duty."""
    when = day_or_404(day)
    session = unit.session()
    named = {one.shift: one for one in turns_between(when, when)}
    shift, post = request.form.get("shift", ""), request.form.get("post", "")
    if shift not in named or post not in list(Post):
        raise RefusedInWords(_NO_SHIFT)
    place = planning.Place(
        named[shift],
        Post(post),
        on_site=request.form.get("on_site") == "yes",
        note=request.form.get("note", "").strip(),
    )
    person = person_named(session, request.form.get("username", ""))
    planning.assign(session, place, person, by=somebody().username, at=g.at)
    on_duty.forget()
    flash(_("%(name)s 已排入%(shift)s。", name=person.name, shift=shift))
    return go(url_for("roster.page", day=when))


@screen.post("/duties/<int:duty_id>/remove")
@may(Role.LEAD)
def remove(duty_id: int) -> Response:
    """Take somebody off duty."""
    duty = planning.remove(unit.session(), duty_id, by=somebody().username, at=g.at)
    on_duty.forget()
    flash(_("已撤下。"))
    return go(url_for("roster.page", day=duty.day))


@screen.post("/duties/<int:duty_id>/arrive")
@may(*BUSINESS)
def arrive(duty_id: int) -> Response:
    """Sign in on post."""
    attending.arrive(unit.session(), duty_id, by=myself(), at=g.at)
    on_duty.forget()
    flash(_("已签到。"))
    return go(url_for("roster.index"))


def _now() -> dict[str, Any]:
    session = unit.session()
    return {
        "on_duty": queries.on_duty(session, g.at),
        "next_on_duty": queries.next_on_duty(session, g.at),
        "absent": queries.absences(session, g.at),
        "post_words": POST_WORDS,
        "today": today(),
        "now_at": g.at,
    }


def _by_shift(
    rows: tuple[queries.DutyRow, ...],
) -> dict[tuple[date, str], list[queries.DutyRow]]:
    crews: dict[tuple[date, str], list[queries.DutyRow]] = defaultdict(list)
    for row in rows:
        crews[row.day, row.shift].append(row)
    return crews


def _shift_names(rows: tuple[queries.DutyRow, ...]) -> list[str]:
    """Return today's shifts, and those that an older roster still has."""
    names = [one.name for one in unit.desk().settings.roster.shifts]
    return [*names, *sorted({r.shift for r in rows} - set(names))]


def _flawed(flaws: tuple[Flaw, ...]) -> dict[tuple[date, str], list[Words]]:
    found: dict[tuple[date, str], list[Words]] = defaultdict(list)
    for flaw in flaws:
        found[flaw.day, flaw.shift].append(flaw.words)
    return found


_NO_SHIFT = Words(
    "没有这个班次或岗位，可能刚改过配置。请刷新后再排。没有改动。",
    "There is no such shift or post; the configuration may have changed. Load the page "
    "again. Nothing was changed.",
)
