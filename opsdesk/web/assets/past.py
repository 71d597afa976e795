"""The library as it was: on a day, between two days; and the days to come."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import g, render_template, request

from opsdesk.assets import queries
from opsdesk.assets.queries.history import Difference
from opsdesk.core.clock import local_day
from opsdesk.web import unit
from opsdesk.web.access import READERS, may
from opsdesk.web.assets.asked import moment_of, zone
from opsdesk.web.assets.blueprint import screen

LONGEST = 3660
MOST = 1000


@screen.get("/past")
@may(*READERS)
def past() -> str:
    """Show every item as it was at a moment."""
    at = moment_of("at")
    rows: tuple[Any, ...] = queries.view_at(unit.session(), at) if at else ()
    kind = request.args.get("type", "")
    return render_template(
        "assets/past.html",
        at=at,
        rows=[row for row in rows if not kind or row["type"] == kind],
        kind=kind,
        most=MOST,
    )


@screen.get("/compare")
@may(*READERS)
def compare() -> str:
    """Show what differs between two moments."""
    a, b = moment_of("a"), moment_of("b")
    found = queries.compare(unit.session(), a, b or g.at) if a else ()
    return render_template(
        "assets/compare.html", a=a, b=b, groups=grouped(found), count=len(found)
    )


def grouped(found: tuple[Difference, ...]) -> list[tuple[str, str, list[Difference]]]:
    """Return differences by item: code, name, what differs."""
    return [
        (code, rows[0].name, rows)
        for code, group in groupby(found, key=lambda one: one.code)
        for rows in [list(group)]
    ]


@screen.get("/due")
@may(*READERS)
def due() -> str:
    """List warranties, licences, contracts and reviews that come to their end."""
    days = min(max(request.args.get("days", 60, type=int), 0), LONGEST)
    today = local_day(g.at, zone())
    rows = queries.due_dates(unit.session(), today, timedelta(days=days))
    return render_template("assets/due.html", rows=rows, days=days)
