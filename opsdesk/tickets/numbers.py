"""Numbers like INS-20261122-0001: gap-free within a local day, one series a prefix."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from opsdesk.tickets.number_series import NumberSeries

PREFIXES = (
    *("INC", "PRB", "REQ", "CHG", "REL", "REP", "EMR", "DRL", "INS", "PAT"),
    *("BAK", "RST", "DQR", "DOC"),
)
ARTICLES = "KB"
_EVERY_DAY = date(2000, 1, 1)


def next_number(session: Session, prefix: str, day: date) -> str:
    """Take the next number of a local day, in the caller's unit.

    The series' row stays locked until the unit ends, so that a number rolled back is
    given out again and none is left out. Raises ValueError for an unknown prefix.
    """
    if prefix not in PREFIXES:
        raise ValueError(f"no such number series: {prefix}")
    return f"{prefix}-{day:%Y%m%d}-{_next(session, prefix, day):04d}"


def next_article(session: Session) -> str:
    """Take the next code of an article, like KB-0001: one series for all days."""
    return f"{ARTICLES}-{_next(session, ARTICLES, _EVERY_DAY):04d}"


def _insert(session: Session) -> Any:
    """Return an insert of the dialect in use; the other one is not even loaded."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415

        return postgresql.insert(NumberSeries)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415

    return sqlite.insert(NumberSeries)


def _next(session: Session, prefix: str, day: date) -> int:
    first = (
        _insert(session).values(prefix=prefix, day=day, last=0).on_conflict_do_nothing()
    )
    session.execute(first)
    taken: int = session.execute(
        update(NumberSeries)
        .where(NumberSeries.prefix == prefix, NumberSeries.day == day)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return taken
