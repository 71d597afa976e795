"""What a change of some items may touch, up and down, as the library tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from opsdesk.assets.queries.relations import Direction, impact

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One item that may be touched: how far away, which way, and by which path."""

    code: str
    name: str
    depth: int
    direction: Direction
    path: tuple[str, ...]


def proposed(session: Session, codes: Iterable[str]) -> tuple[Proposed, ...]:
    """Return who suffers when these items fail, then what they stand on themselves.

    Each way the nearest come first; unknown codes reach nothing.
    """
    wanted = tuple(dict.fromkeys(codes))
    if not wanted:
        return ()
    return tuple(
        Proposed(
            code=one.code,
            name=one.name,
            depth=one.depth,
            direction=way,
            path=one.path,
        )
        for way in (Direction.DOWN, Direction.UP)
        for one in impact(session, wanted, way)[:MOST]
    )
