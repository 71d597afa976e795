"""Duties for tests: day and night shifts of 12 hours, in Shanghai."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from opsdesk.core.settings.model import DAY_AND_NIGHT
from opsdesk.people.models import Person
from opsdesk.people.roster.models import Duty, Post
from opsdesk.people.roster.operations.planning import Place, assign
from opsdesk.people.roster.shifts import Turn, turns

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)  # a Tuesday
BEFORE = datetime(2026, 11, 20, 9, tzinfo=ZONE)


def clock(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """Return a local time of DAY, or of some days after it."""
    day = DAY + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def the_turns(days: int = 1, *, first: date = DAY) -> tuple[Turn, ...]:
    """Return the shifts of some days from `first`."""
    return turns(first, first + timedelta(days=days - 1), DAY_AND_NIGHT, ZONE)


def on(
    session: Session,
    person: Person,
    turn: Turn,
    post: Post = Post.PRIMARY,
    *,
    on_site: bool = True,
) -> Duty:
    """Put somebody on duty."""
    place = Place(turn, post, on_site=on_site)
    return assign(session, place, person, by="lead", at=BEFORE)
