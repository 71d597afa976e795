"""Boards to look at and not to touch: the wall of the operations room, the customer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from opsdesk.archive import queries as documents
from opsdesk.core.clock import local_day
from opsdesk.flows import print_reports
from opsdesk.flows.keep_slots import timetable
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.telling_of_approvals import waiting_for
from opsdesk.inspections.queries import board as rounds
from opsdesk.inspections.queries.running import first_round_at, running_rounds
from opsdesk.inspections.slots import next_due
from opsdesk.people.models import Role
from opsdesk.people.roster.queries import next_on_duty, on_duty
from opsdesk.responses.queries import lists as runs
from opsdesk.responses.queries import year
from opsdesk.tickets.models import Kind
from opsdesk.tickets.queries import lists
from opsdesk.tickets.queries.statistics import By, Period, statistics
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.language import words
from opsdesk.web.responses import strip, wording
from opsdesk.web.responses.library import plans
from opsdesk.web.words import gettext as _
from probes.finding import Words
from runbooks.plan import SEVEN

screen = Blueprint("boards", __name__)

CLOCKS, DRILLS, DOCUMENTS, OPEN = 10, 3, 8, 20
"""How many rows of each a board has room for; what is more is counted."""
DAYS_BACK = 45
"""How far back a day without the customer's name is still asked for."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due next; `at` is a moment, or a day without an hour."""

    at: datetime | date
    text: str
    late: bool = False


@screen.get("/wall")
@may(*READERS, wall=True)
def wall() -> str:
    """Show the wall: today's rounds, open clocks, who is on duty, what is due next."""
    theme = "light" if request.args.get("theme") == "light" else "dark"
    return render_template("boards/wall.html", theme=theme, **_wall())


@screen.get("/wall/now")
@may(*READERS, quiet=True, wall=True)
def wall_now() -> str:
    """Return the part of the wall that changes."""
    return render_template("boards/_wall.html", **_wall())


def _wall() -> dict[str, Any]:
    session, desk = unit.session(), unit.desk()
    today = local_day(g.at, desk.settings.desk.timezone)
    cells = rounds.slot_cells(session, today, timetable(desk), at=g.at)
    waiting = lists.waiting_for(session, most=CLOCKS + 1)
    return {
        "today": today,
        "now_at": g.at,
        "wall": True,
        "cells": cells,
        "first_round_at": first_round_at(session),
        "missed": sum(cell.status == "missed" for cell in cells),
        "rounds_done": sum(cell.ended_at is not None for cell in cells),
        "latest": next((c for c in reversed(cells) if c.ended_at), None),
        "running": running_rounds(session),
        "clocks": waiting[:CLOCKS],
        "more_clocks": len(waiting) > CLOCKS,
        "registers": BY_KIND,
        "on_duty_rows": on_duty(session, g.at),
        "next_on_duty_rows": next_on_duty(session, g.at),
        "due": _due(today),
        **strip.now(),
    }


def _due(today: date) -> list[Due]:
    """Return what is due next, soonest first: rounds, signatures, drills, the report."""
    session, desk = unit.session(), unit.desk()
    zone = desk.settings.desk.timezone
    slot, at = next_due(timetable(desk), after=g.at)
    found = [Due(at, _("下一次巡检：%(slot)s", slot=_slot(slot.value)))]
    to_sign = rounds.to_sign(session)
    if to_sign:
        late = to_sign[0].day < today
        text = _("%(n)s 次巡检等待签名", n=len(to_sign))
        found.append(Due(to_sign[0].day, text, late=late))
    titles = {one.id: words(Words(one.title.zh, one.title.en)) for one in plans()}
    month_end = year.next_month(today) - timedelta(days=1)
    for one in year.due_slots(session, month_end)[:DRILLS]:
        title = titles.get(one.plan, one.plan)
        late = one.month < today.replace(day=1)
        found.append(Due(one.planned_on, _("演练：%(title)s", title=title), late=late))
    report = print_reports.next_report_at(desk, at=g.at)
    found.append(Due(report.astimezone(zone).date(), _("月报自动出具")))
    return sorted(found, key=lambda one: (not one.late, _day_of(one.at)))


def _slot(name: str) -> str:
    return {"morning": _("早"), "noon": _("中"), "evening": _("晚")}[name]


def _day_of(at: datetime | date) -> date:
    if isinstance(at, datetime):
        return local_day(at, unit.desk().settings.desk.timezone)
    return at


@screen.get("/customer")
@may(Role.CUSTOMER, Role.LEAD)
def customer() -> str:
    """Show the customer how the month stands, and what waits for his name."""
    session, settings = unit.session(), unit.desk().settings
    zone = settings.desk.timezone
    today = local_day(g.at, zone)
    first = datetime.combine(today.replace(day=1), time(0), zone).astimezone(UTC)
    month = Period(since=first, until=g.at, by=By.MONTH, zone=zone)
    wanted = lists.Wanted(kind=Kind.INCIDENT, open_only=True)
    opened = lists.lines(session, wanted, most=OPEN + 1)
    drills = year.year(session, today.year, plans(), zone=zone, at=g.at)
    return render_template(
        "boards/customer.html",
        today=today,
        now_at=g.at,
        kept=statistics(session, month)[-1],
        rounds=rounds.month(session, today, zone),
        opened=opened[:OPEN],
        more_opened=len(opened) > OPEN,
        register=BY_KIND[Kind.INCIDENT],
        drills=drills,
        covered=[one for one in SEVEN if drills.held.get(one, 0)],
        seven=SEVEN,
        w=wording,
        days=rounds.unsigned_days(session, today, back=DAYS_BACK),
        approvals=waiting_for(session, somebody().username, at=g.at),
        to_sign=runs.waiting_for_customer(session),
        registers=BY_KIND,
        issued=documents.issued(session, limit=DOCUMENTS),
    )
