"""The one blueprint of the roster, and what its views share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from flask import Blueprint, g, request

from opsdesk.core.clock import local_day
from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import LeaveState, Post, SwapState
from opsdesk.people.roster.shifts import Turn, turns
from opsdesk.tickets.promises.calendar import Calendar, DayKind, Policy
from opsdesk.tickets.promises.tables import NoTable
from opsdesk.web import unit
from opsdesk.web.access import somebody
from opsdesk.web.words import lazy_gettext as _l
from probes.finding import Words

screen = Blueprint("roster", __name__, url_prefix="/roster")

POST_WORDS = {
    Post.PRIMARY: _l("主班"),
    Post.BACKUP: _l("备班"),
    Post.LEADER: _l("带班"),
}
KIND_WORDS = {
    DayKind.WORKING: _l("工作日"),
    DayKind.WEEKEND: _l("周末"),
    DayKind.STATUTORY: _l("法定节假日"),
    DayKind.REST: _l("放假调休"),
    DayKind.MAKEUP: _l("调休上班"),
}
LEAVE_WORDS = {
    LeaveState.ASKED: _l("待批"),
    LeaveState.GRANTED: _l("已批"),
    LeaveState.REFUSED: _l("未批"),
    LeaveState.WITHDRAWN: _l("已撤回"),
}
SWAP_WORDS = {
    SwapState.ASKED: _l("等对方同意"),
    SwapState.AGREED: _l("等负责人确认"),
}
SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 2000, 9000


def today() -> date:
    """Return the day it is where the desk stands."""
    return local_day(g.at, unit.desk().settings.desk.timezone)


def turns_between(first: date, last: date) -> tuple[Turn, ...]:
    """Return the shifts of some days, as config.yaml has them now."""
    settings = unit.desk().settings
    return turns(first, last, settings.roster.shifts, settings.desk.timezone)


def kinds(first: date, last: date) -> tuple[dict[date, DayKind], bool]:
    """Return what each day is, and whether the holidays of all of them are known."""
    calendar = Calendar(Policy.LEGAL_DAYS, unit.desk().settings.desk.timezone)
    found, known = {}, True
    for day in days(first, last):
        try:
            found[day] = calendar.kind(day)
        except NoTable:
            known = False
            weekend = day.weekday() >= SATURDAY
            found[day] = DayKind.WEEKEND if weekend else DayKind.WORKING
    return found, known


def statutory(found: dict[date, DayKind]) -> frozenset[date]:
    """Return the statutory holidays among some days."""
    return frozenset(day for day, kind in found.items() if kind is DayKind.STATUTORY)


def days(first: date, last: date) -> Iterable[date]:
    """Yield the days from the first to the last."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def day_or_404(text: str) -> date:
    """Return a day written in an address. Raises NotFound."""
    found = day_in(text)
    if found is None:
        raise NotFound("没有这一天：%(day)s。日期请写成 2026-11-22。", day=text)
    return found


def day_field(name: str) -> date:
    """Return the day of a form's field. Raises RefusedInWords."""
    found = day_in(request.form.get(name, ""))
    if found is None:
        raise RefusedInWords(_NO_DAY)
    return found


def day_in(text: str) -> date | None:
    """Return the day a text says, None where it says none that we can use."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def myself() -> Person:
    """Return the account of whoever is signed in, locked."""
    return person_named(unit.session(), somebody().username)


_NO_DAY = Words(
    "请选一个日期，例如 2026-11-22。没有改动。",
    "Choose a day, such as 2026-11-22. Nothing was changed.",
)
