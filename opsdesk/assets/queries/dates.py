"""Days to be reminded of: warranties, licences, contracts, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.fields import Field
from opsdesk.assets.item_types import BY_TYPE
from opsdesk.assets.models import Item, State

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """One day of one item; `days` are left until it, negative once it is past."""

    code: str
    name: str
    field: Field
    day: date
    days: int


def due_dates(
    session: Session, on: date, within: timedelta = SOON
) -> tuple[DueDate, ...]:
    """Return the days that are past or come within a time, soonest first.

    Scrapped items remind nobody.
    """
    rows = session.execute(
        select(Item.code, Item.name, Item.type, Item.fields).where(
            Item.state != State.SCRAPPED
        )
    )
    found = [
        DueDate(code=code, name=name, field=field, day=day, days=(day - on).days)
        for code, name, kind, fields in rows
        for field in BY_TYPE[kind].fields
        if field.due and (day := _day(fields.get(field.name))) is not None
        if day <= on + within
    ]
    return tuple(sorted(found, key=lambda due: (due.day, due.code)))


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
