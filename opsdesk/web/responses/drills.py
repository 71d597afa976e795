"""The drill year: twelve months by seven scenarios, made, moved, opened."""

from __future__ import annotations

from datetime import date, datetime, time

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.clock import local_day
from opsdesk.core.errors import NotFound, Refused
from opsdesk.flows import keep_drills
from opsdesk.responses import parameters
from opsdesk.responses.models import DrillSlot
from opsdesk.responses.operations import opening
from opsdesk.responses.operations import year as operations
from opsdesk.responses.parameters import WrongParameter
from opsdesk.responses.queries import year as query
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.responses.blueprint import screen, worded
from opsdesk.web.responses.leading import one_of, sent_parameters
from opsdesk.web.responses.library import plan_at, plans
from runbooks.plan import SEVEN, Level, Mode

REFUSED = 409
YEARS = range(2000, 2200)


@screen.get("/drills")
@screen.get("/drills/<int:number>")
@may(*READERS)
def drills(number: int | None = None) -> str:
    """Show a year of drills: planned, held, overdue, and what is not covered."""
    today = local_day(g.at, unit.desk().settings.desk.timezone)
    number = number or request.args.get("year", today.year, type=int)
    if number not in YEARS:
        raise NotFound("没有这一年的演练年历。")
    zone = unit.desk().settings.desk.timezone
    found = query.year(unit.session(), number, plans(), zone=zone, at=g.at)
    covered = [one for one in SEVEN if found.held.get(one, 0)]
    return render_template(
        "responses/drills.html",
        year=found,
        seven=SEVEN,
        covered=covered,
        titles={one.id: one.title for one in plans()},
        months=[date(number, n, 1) for n in range(1, 13)],
        today=today,
        **worded(),
    )


@screen.post("/drills/<int:number>/fill")
@may(*BUSINESS)
def fill(number: int) -> Response:
    """Make a year of drills from the rota; what is there already stays."""
    if number not in YEARS:
        raise NotFound("没有这一年的演练年历。")
    settings = unit.desk().settings
    made = keep_drills.fill_year(
        unit.session(), settings, number, plans(), by=somebody(), at=g.at
    )
    flash(_("已排入 %(n)s 次演练。", n=made))
    return go(url_for("responses.drills", number=number))


@screen.get("/drills/slots/<int:slot_id>")
@may(*READERS)
def slot(slot_id: int) -> str:
    """Show one drill of the year: open it, or move it with a reason."""
    return _slot_page(_slot(slot_id))


def _slot_page(row: DrillSlot, wrong: WrongParameter | None = None) -> str:
    """Show a drill's form; a value that was refused leaves all that was typed."""
    return render_template(
        "responses/slot.html",
        slot=row,
        plan=plan_at(row.plan),
        now_at=g.at,
        wrong=wrong,
        held=sent_parameters()[0] if wrong else {},
        **worded(),
    )


@screen.post("/drills/slots/<int:slot_id>/move")
@may(*BUSINESS)
def move_slot(slot_id: int) -> Response:
    """Put a drill on another day, with a reason."""
    try:
        day = date.fromisoformat(request.form.get("planned_on", ""))
    except ValueError:
        raise Refused("请填写新的日期。没有改动。") from None
    row = operations.move_slot(
        unit.session(),
        slot_id,
        day,
        reason=request.form.get("reason", "").strip()[:200],
        version=request.form.get("version", type=int),
        by=somebody(),
        at=g.at,
    )
    flash(_("演练已改到 %(day)s。", day=row.planned_on.isoformat()))
    return go(url_for("responses.drills", number=row.month.year))


@screen.post("/drills/slots/<int:slot_id>/open")
@may(*BUSINESS)
def open_slot(slot_id: int) -> Response | tuple[str, int]:
    """Open the drill of a slot: its page, its roles, its prechecks."""
    row = _slot(slot_id)
    values, confirmed = sent_parameters()
    settings, plan = unit.desk().settings, plan_at(row.plan)
    try:
        parameters.read(plan, values, confirmed, settings, complete=True)
    except WrongParameter as wrong:
        return _slot_page(row, wrong), REFUSED
    zone = unit.desk().settings.desk.timezone
    drill = opening.Drill(
        plan=plan,
        mode=one_of(Mode, "mode") if request.form.get("mode") else row.mode,
        planned_for=datetime.combine(row.planned_on, time(9), zone),
        level=one_of(Level, "level") if request.form.get("level") else Level.THREE,
        joint=row.joint,
        parameters=values,
        confirmed=confirmed,
        slot_id=row.id,
    )
    run = opening.plan_drill(unit.session(), settings, drill, by=somebody(), at=g.at)
    return go(url_for("responses.run", number=run.number))


def _slot(slot_id: int) -> DrillSlot:
    row = unit.session().get(DrillSlot, slot_id)
    if row is None:
        raise NotFound("没有这次演练。")
    return row
