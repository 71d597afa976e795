"""Relations begin and end; the item they start from is revised each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import NOTE, Item, ItemRelation, Kind
from opsdesk.assets.operations.revisions import (
    Cause,
    append,
    held,
    require_cause,
    snapshot,
)
from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from probes.finding import Words


@dataclass(frozen=True, slots=True)
class Edge:
    """One relation by the codes of its ends."""

    start: str
    kind: Kind
    end: str


def relate(
    session: Session,
    edge: Edge,
    *,
    cause: Cause,
    by: str,
    at: datetime,
    note: str = "",
) -> bool:
    """Let one item hang on another; False where it does already."""
    require_cause(cause)
    if edge.start == edge.end:
        raise RefusedInWords(_ITSELF, code=edge.start)
    item, other = _ends(session, edge)
    if _open(session, item, other, edge.kind) is not None:
        return False
    before = snapshot(session, item)
    session.add(
        ItemRelation(
            from_id=item.id, to_id=other.id, kind=edge.kind, note=note[:NOTE], since=at
        )
    )
    append(session, item, before, cause, by=by, at=at)
    _note(session, "asset-related", edge, cause, by=by, at=at)
    return True


def part(session: Session, edge: Edge, *, cause: Cause, by: str, at: datetime) -> bool:
    """End a relation, it stays in the history; False where there is none."""
    require_cause(cause)
    item, other = _ends(session, edge)
    row = _open(session, item, other, edge.kind)
    if row is None:
        return False
    before = snapshot(session, item)
    row.until = at
    append(session, item, before, cause, by=by, at=at)
    _note(session, "asset-parted", edge, cause, by=by, at=at)
    return True


def _ends(session: Session, edge: Edge) -> tuple[Item, Item]:
    """Return both ends, locked in the order of their codes: two cannot dead-lock."""
    found = {code: held(session, code) for code in sorted({edge.start, edge.end})}
    return found[edge.start], found[edge.end]


def _open(session: Session, item: Item, other: Item, kind: Kind) -> ItemRelation | None:
    return session.scalar(
        select(ItemRelation).where(
            ItemRelation.from_id == item.id,
            ItemRelation.to_id == other.id,
            ItemRelation.kind == kind,
            ItemRelation.until.is_(None),
        )
    )


def _note(
    session: Session, action: str, edge: Edge, cause: Cause, *, by: str, at: datetime
) -> None:
    detail = {
        "kind": edge.kind.value,
        "to": edge.end,
        "cause": cause.kind.value,
        "reference": cause.reference,
        "batch": cause.batch,
    }
    audit.write(
        session, actor=by, action=action, subject=edge.start, at=at, detail=detail
    )


_ITSELF = Words(
    "{code} 不能和自己建立关系。没有保存。",
    "{code} cannot hang on itself. Nothing was saved.",
)
