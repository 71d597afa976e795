"""Every judged round is compared with the configuration library, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from opsdesk.assets.models import Reconciliation
from opsdesk.core.desk import Desk
from opsdesk.flows import reconcile_assets, ship_change
from opsdesk.inspections.models import Round, Slot, Status

OVER = (Status.JUDGED, Status.REVIEWED, Status.SIGNED)
NEWEST = 3
"""Older rounds tell nothing of today."""


def sweep(desk: Desk, *, at: datetime) -> int:
    """Compare the newest rounds that were not compared yet; returns how many."""
    with desk.database.reading() as session:
        query = (
            select(Round.number)
            .where(Round.slot != Slot.ADHOC, Round.status.in_(OVER))
            .order_by(Round.id.desc())
            .limit(NEWEST)
        )
        numbers = session.scalars(query).all()
        known = select(Reconciliation.round).where(Reconciliation.round.in_(numbers))
        done = set(session.scalars(known))
    fresh = [number for number in reversed(numbers) if number not in done]
    for number in fresh:
        with desk.database.unit() as session:
            reconcile_assets.reconcile(
                session,
                number,
                explained=ship_change.explains(session),
                at=at,
                servers=desk.settings.servers,
            )
    return len(fresh)
