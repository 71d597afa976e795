"""The calendar of changes: windows, holidays, freezes, and where changes collide."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.changes import queries
from opsdesk.changes.operations import freezing
from opsdesk.changes.operations.freezing import Span
from opsdesk.changes.register import REGISTER
from opsdesk.flows.keep_promises import rules_of
from opsdesk.flows.propose_impact import proposed
from opsdesk.people.models import Role
from opsdesk.tickets.promises.calendar import Calendar, DayKind
from opsdesk.tickets.promises.tables import NoTable
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.forms import FIRST_YEAR, LAST_YEAR, local_moment
from opsdesk.web.gate import go, is_htmx
from opsdesk.web.words import gettext as _
from opsdesk.web.words import lazy_gettext as _l

screen = Blueprint("change_calendar", __name__, url_prefix="/changes")

MONTH = 31
MOST_ASKED = 50
WEEKDAYS = (
    _l("周一"),
    _l("周二"),
    _l("周三"),
    _l("周四"),
    _l("周五"),
    _l("周六"),
    _l("周日"),
)
KINDS = {
    DayKind.WEEKEND: _l("周末"),
    DayKind.STATUTORY: _l("法定节假日"),
    DayKind.REST: _l("放假调休"),
    DayKind.MAKEUP: _l("调休上班"),
}


@screen.get("/calendar")
@may(*READERS)
def calendar() -> str:
    """Show a month: `?month=2026-11`."""
    first = _asked()
    rules = _calendar()
    shown = queries.month(unit.session(), first, rules)
    return render_template(
        "changes/calendar.html",
        first=first,
        month=shown,
        windows={one.number for day in shown.days for one in day.windows},
        before=_month(first - timedelta(days=1)),
        after=_month(first + timedelta(days=MONTH)),
        today=rules.local_day(g.at),
        register=REGISTER,
        weekdays=WEEKDAYS,
        kinds=KINDS,
        proposals=_proposals(first.year),
    )


@screen.post("/freezes")
@may(Role.LEAD)
def freeze() -> Response:
    """Let changes wait between two moments."""
    span = Span(
        since=local_moment("since"),
        until=local_moment("until"),
        reason=request.form.get("reason", ""),
    )
    row = freezing.freeze(unit.session(), span, by=somebody(), at=g.at)
    flash(_("已设冻结期；窗口落在其中的变更，要改期或有甲方的例外许可。"))
    return go(_address(_calendar().local_day(row.since)))


@screen.post("/freezes/holidays")
@may(Role.LEAD)
def freeze_holidays() -> Response:
    """Add what the holidays of a year suggest."""
    year = request.form.get("year", 0, type=int)
    n = freezing.freeze_holidays(
        unit.session(), year, _calendar(), by=somebody(), at=g.at
    )
    flash(_("按节假日表新增 %(n)s 个冻结期。", n=n))
    return go(url_for("change_calendar.calendar", month=request.form.get("month", "")))


@screen.post("/freezes/<int:freeze_id>/end")
@may(Role.LEAD)
def end(freeze_id: int) -> Response:
    """End a freeze, with the reason."""
    why = request.form.get("why", "")
    row = freezing.end(unit.session(), freeze_id, why, by=somebody(), at=g.at)
    flash(_("冻结期已解除。"))
    return go(_address(_calendar().local_day(row.since)))


@screen.get("/impact")
@may(*READERS)
def impact() -> str:
    """Propose what a change of `?items=` may touch; a part of a page, or one of its own."""
    text = request.args.get("items", "")
    for mark in ",，、;；":
        text = text.replace(mark, " ")
    codes = text.split()[:MOST_ASKED]
    template = "changes/_impact.html" if is_htmx() else "changes/impact.html"
    return render_template(template, codes=codes, found=proposed(unit.session(), codes))


def _asked() -> date:
    """Return the first day of the month the address names, else of this month."""
    try:
        first = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return _calendar().local_day(g.at).replace(day=1)
    sound = FIRST_YEAR <= first.year <= LAST_YEAR
    return first if sound else _calendar().local_day(g.at).replace(day=1)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _address(day: date) -> str:
    return url_for("change_calendar.calendar", month=_month(day))


def _calendar() -> Calendar:
    return rules_of(unit.desk().settings).calendar


def _proposals(year: int) -> tuple[queries.Proposal, ...]:
    """Return what the lead may add at once; nothing for a year without a table."""
    if somebody().role is not Role.LEAD:
        return ()
    try:
        return queries.proposals(unit.session(), year, _calendar())
    except NoTable:
        return ()
