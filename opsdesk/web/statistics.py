"""How the contract's promises were kept, in figures that say what they count."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, g, render_template, request

from opsdesk.flows.keep_promises import rules_of
from opsdesk.people import queries as people
from opsdesk.tickets.promises.explaining import POLICIES, duration
from opsdesk.tickets.queries import statistics as figures
from opsdesk.tickets.queries.statistics import By, Period
from opsdesk.web import unit
from opsdesk.web.access import READERS, may
from opsdesk.web.language import words

screen = Blueprint("statistics", __name__, url_prefix="/statistics")

DAYS = 365


@screen.get("")
@may(*READERS)
def index() -> str:
    """Show attainment, median and p95 of every clock, by what the address says."""
    zone = unit.desk().settings.desk.timezone
    today = g.at.astimezone(zone).date()
    until = _day("until", today)
    since = _day("since", until - timedelta(days=DAYS))
    by = By(request.args["by"]) if request.args.get("by") in list(By) else By.MONTH
    period = Period(
        since=_midnight(min(since, until)),
        until=_midnight(until + timedelta(days=1)),
        by=by,
        zone=zone,
    )
    policy = POLICIES[rules_of(unit.desk().settings).calendar.policy]
    return render_template(
        "statistics/index.html",
        groups=figures.statistics(unit.session(), period),
        by=by.value,
        since=min(since, until),
        until=until,
        names=people.names(unit.session()) if by is By.OWNER else {},
        policy=words(policy),
        length=_length,
    )


def _day(name: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 9000 else otherwise  # noqa: PLR2004


def _midnight(day: date) -> datetime:
    zone = unit.desk().settings.desk.timezone
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _length(seconds: float | None) -> str:
    return "—" if seconds is None else words(duration(timedelta(seconds=seconds)))
