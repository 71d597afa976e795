"""What inspections found otherwise than recorded, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.assets.models import Drift, DriftState, Item, Reconciliation, Type

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """One difference."""

    id: int
    code: str
    name: str
    type: Type
    field: str
    was: str
    found: Any
    round: str
    seen_at: datetime
    seen_last_at: datetime
    state: DriftState
    explanation: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReconciliation:
    """What the newest comparison of a round with the library came to."""

    round: str
    at: datetime
    refused: bool
    result: Mapping[str, Any]


def drifts(
    session: Session, state: DriftState | None, *, before_id: int | None = None
) -> list[DriftView]:
    """Return a page of differences, newest first; of one state, or of all."""
    query = select(Drift, Item).join(Item, Item.id == Drift.item_id)
    if state is not None:
        query = query.where(Drift.state == state)
    if before_id:
        query = query.where(Drift.id < before_id)
    rows = session.execute(query.order_by(Drift.id.desc()).limit(PAGE))
    return [_view(drift, item) for drift, item in rows]


def of_item(session: Session, item_id: int) -> list[DriftView]:
    """Return an item's newest differences, the open ones first."""
    query = (
        select(Drift, Item)
        .join(Item, Item.id == Drift.item_id)
        .where(Drift.item_id == item_id)
        .order_by(Drift.state != DriftState.OPEN, Drift.id.desc())
        .limit(PAGE)
    )
    return [_view(drift, item) for drift, item in session.execute(query)]


def open_count(session: Session) -> int:
    """Return how many differences nobody has explained."""
    query = select(func.count()).where(Drift.state == DriftState.OPEN)
    return session.scalar(query) or 0


def last_reconciliation(session: Session) -> LastReconciliation | None:
    """Return the newest comparison, None before the first."""
    query = select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1)
    row = session.scalar(query)
    if row is None:
        return None
    return LastReconciliation(
        round=row.round, at=row.at, refused=row.refused, result=row.result
    )


def _view(drift: Drift, item: Item) -> DriftView:
    return DriftView(
        id=drift.id,
        code=item.code,
        name=item.name,
        type=item.type,
        field=drift.field,
        was=drift.was,
        found=drift.found.get("value"),
        round=drift.round,
        seen_at=drift.seen_at,
        seen_last_at=drift.seen_last_at,
        state=drift.state,
        explanation=drift.explanation,
        by=drift.by,
        at=drift.at,
    )
