"""What hangs on what: an item's relations, and who suffers when it fails."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from opsdesk.assets.models import Item, ItemRelation, Kind, State, Type

CARRYING = frozenset({Kind.RUNS_ON, Kind.DEPENDS_ON, Kind.CONNECTS_TO})
"""Relations along which a failure travels, from the second item to the first. A
backup that is away takes nothing down."""


class Direction(StrEnum):
    """Which way an impact is followed."""

    DOWN = "down"  # 受影响的: who suffers when it fails
    UP = "up"  # 所依赖的: what it stands on itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Impacted:
    """One item reached; `path` leads to it, from the item asked for, both included."""

    code: str
    name: str
    type: Type
    state: State
    depth: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationView:
    """One relation, with both ends."""

    id: int
    kind: Kind
    from_code: str
    from_name: str
    to_code: str
    to_name: str
    note: str
    since: datetime
    until: datetime | None


def impact(
    session: Session, codes: Iterable[str], direction: Direction | str
) -> tuple[Impacted, ...]:
    """Return what is reached from these items, nearest first, without them.

    Each item stands once, by a shortest path; cycles end where they begin. Two
    queries, however large the library. Unknown codes reach nothing.
    """
    names, edges = _graph(session, Direction(direction))
    begun = [code for code in dict.fromkeys(codes) if code in names]
    paths: dict[str, tuple[str, ...]] = {code: (code,) for code in begun}
    waiting = deque(begun)
    while waiting:
        here = waiting.popleft()
        for there in edges.get(here, ()):
            if there not in paths:
                paths[there] = (*paths[here], there)
                waiting.append(there)
    return tuple(
        _impacted(names[code], path) for code, path in paths.items() if len(path) > 1
    )


class _Node(NamedTuple):
    """What is said of an item that is reached."""

    id: int
    code: str
    name: str
    type: Type
    state: State


def _impacted(item: _Node, path: tuple[str, ...]) -> Impacted:
    return Impacted(
        code=item.code,
        name=item.name,
        type=item.type,
        state=item.state,
        depth=len(path) - 1,
        path=path,
    )


def _graph(
    session: Session, direction: Direction
) -> tuple[Mapping[str, _Node], Mapping[str, Sequence[str]]]:
    living = select(Item.id, Item.code, Item.name, Item.type, Item.state).where(
        Item.state != State.SCRAPPED
    )
    by_id = {row.id: _Node(*row) for row in session.execute(living)}
    rows = session.execute(
        select(ItemRelation.from_id, ItemRelation.to_id)
        .where(ItemRelation.until.is_(None), ItemRelation.kind.in_(CARRYING))
        .order_by(ItemRelation.id)
    )
    edges: dict[str, list[str]] = {}
    for from_id, to_id in rows:
        if from_id not in by_id or to_id not in by_id:
            continue
        start, end = by_id[to_id].code, by_id[from_id].code
        if direction is Direction.UP:
            start, end = end, start
        edges.setdefault(start, []).append(end)
    return {item.code: item for item in by_id.values()}, edges


def relations_of(
    session: Session, code: str, *, ended: bool = False
) -> list[RelationView]:
    """Return an item's relations either way; the ended ones too where asked."""
    start, end = aliased(Item), aliased(Item)
    query = (
        select(ItemRelation, start.code, start.name, end.code, end.name)
        .join(start, start.id == ItemRelation.from_id)
        .join(end, end.id == ItemRelation.to_id)
        .where(or_(start.code == code, end.code == code))
        .order_by(ItemRelation.until.is_not(None), ItemRelation.kind, ItemRelation.id)
    )
    if not ended:
        query = query.where(ItemRelation.until.is_(None))
    return [_relation(*row) for row in session.execute(query)]


def open_relations(session: Session) -> list[RelationView]:
    """Return every relation that holds now."""
    start, end = aliased(Item), aliased(Item)
    query = (
        select(ItemRelation, start.code, start.name, end.code, end.name)
        .join(start, start.id == ItemRelation.from_id)
        .join(end, end.id == ItemRelation.to_id)
        .where(ItemRelation.until.is_(None))
        .order_by(start.code, ItemRelation.kind, end.code)
    )
    return [_relation(*row) for row in session.execute(query)]


def _relation(
    row: ItemRelation, from_code: str, from_name: str, to_code: str, to_name: str
) -> RelationView:
    return RelationView(
        id=row.id,
        kind=row.kind,
        from_code=from_code,
        from_name=from_name,
        to_code=to_code,
        to_name=to_name,
        note=row.note,
        since=row.since,
        until=row.until,
    )
