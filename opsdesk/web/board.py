"""The first page: today's three rounds, what wants a person, the month so far."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, render_template

from opsdesk.core.clock import local_day
from opsdesk.flows.keep_slots import timetable
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.telling_of_approvals import waiting_for
from opsdesk.inspections.queries import board as query
from opsdesk.inspections.queries.running import first_round_at, running_rounds
from opsdesk.inspections.slots import next_due
from opsdesk.people.models import Role
from opsdesk.tickets.promises import tables
from opsdesk.tickets.queries import lists
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.forms import EmptyForm
from opsdesk.web.responses import strip
from opsdesk.web.words import gettext as _

screen = Blueprint("board", __name__)

MOST = 12
"""Abnormalities shown on the board; the rest is a link."""


@screen.get("/board")
@may(*READERS)
def board() -> str:
    """Show the board."""
    return render_template("board/board.html", form=EmptyForm(), **_now())


@screen.get("/board/now")
@may(*READERS, quiet=True)
def now() -> str:
    """Return the part of the board that changes."""
    return render_template("board/_now.html", **_now())


def _now() -> dict[str, Any]:
    session, desk = unit.session(), unit.desk()
    zone = desk.settings.desk.timezone
    today = local_day(g.at, zone)
    table = timetable(desk)
    cells = query.slot_cells(session, today, table, at=g.at)
    standing = query.standing(session, at=g.at)
    return {
        "wall": False,
        "today": today,
        "now_at": g.at,
        "cells": cells,
        "first_round_at": first_round_at(session),
        "missed": sum(cell.status == "missed" for cell in cells),
        "rounds_done": sum(cell.ended_at is not None for cell in cells),
        "latest": next((c for c in reversed(cells) if c.ended_at), None),
        "standing": standing[:MOST],
        "more": max(0, len(standing) - MOST),
        "to_sign": query.to_sign(session),
        "month": query.month(session, today, zone),
        "next_round": next_due(table, after=g.at),
        "running": running_rounds(session),
        "can_sign": _can_sign(),
        "clocks": lists.waiting_for(session),
        "approvals": waiting_for(session, somebody().username, at=g.at),
        "registers": BY_KIND,
        "holidays": _holidays(today),
        **strip.now(),
    }


def _holidays(today: date) -> str:
    """Say where the table of holidays of this month or the next is not final."""
    year = (today + timedelta(days=31)).year
    if year not in tables.years():
        return _(
            "%(year)s 年的节假日表还没有收录：从那时起的时限无法计算。请升级到带有该年表的版本。",
            year=year,
        )
    if tables.table(year).provisional:
        return _(
            "%(year)s 年的节假日表是暂定的：只有法定节假日，放假通知收录后可能调整。",
            year=year,
        )
    return ""


def _can_sign() -> bool:
    seat = g.get("seat")
    return seat is not None and seat.role in (Role.ENGINEER, Role.LEAD)
