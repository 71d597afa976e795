"""What was written for a report, and how its printing stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.reporting.models import Draft, Order, OrderState

LATEST = 20
MOST = 100


def draft(session: Session, number: str) -> Draft | None:
    """Return a report's draft; None where nobody has written anything."""
    return session.scalar(select(Draft).where(Draft.number == number))


def narrative(session: Session, number: str) -> Mapping[str, str]:
    """Return the paragraphs by their keys."""
    found = draft(session, number)
    return {} if found is None else dict(found.narrative)


def last_order(session: Session, number: str) -> Order | None:
    """Return the newest order of a report."""
    return session.scalar(
        select(Order).where(Order.number == number).order_by(Order.id.desc()).limit(1)
    )


def orders(session: Session) -> Sequence[Order]:
    """Return the newest orders."""
    return session.scalars(select(Order).order_by(Order.id.desc()).limit(LATEST)).all()


def numbers(session: Session) -> Sequence[str]:
    """Return the numbers of the newest reports that were written for or ordered."""
    written = select(Draft.number).order_by(Draft.id.desc()).limit(MOST)
    ordered = (
        select(Order.number)
        .group_by(Order.number)
        .order_by(func.max(Order.id).desc())
        .limit(MOST)
    )
    return [*session.scalars(written), *session.scalars(ordered)]


def waiting(session: Session) -> Order | None:
    """Return the oldest order that waits."""
    return session.scalar(
        select(Order)
        .where(Order.state == OrderState.WAITING)
        .order_by(Order.id)
        .limit(1)
    )
