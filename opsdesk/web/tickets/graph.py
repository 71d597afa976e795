"""The chain of a ticket as a small drawing: columns by distance, no script."""

from __future__ import annotations

from dataclasses import dataclass

from opsdesk.tickets.models import Relation
from opsdesk.tickets.queries.page import Chain, Node

WIDE, HIGH, GAP_X, GAP_Y = 168, 44, 56, 14


@dataclass(frozen=True, slots=True)
class Box:
    """A ticket and where it stands."""

    node: Node
    x: int
    y: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link from one box to another."""

    x1: int
    y1: int
    x2: int
    y2: int
    relation: Relation


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and arrows, and how much room they take."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw(chain: Chain, here: str) -> Drawing | None:
    """Return the drawing of a chain; None where there is nothing linked."""
    if not chain.nodes:
        return None
    columns: dict[int, list[Node]] = {}
    for node in chain.nodes:
        columns.setdefault(node.depth, []).append(node)
    boxes = {
        node.number: Box(
            node,
            8 + place * (WIDE + GAP_X),
            8 + row * (HIGH + GAP_Y),
            node.number == here,
        )
        for place, depth in enumerate(sorted(columns))
        for row, node in enumerate(columns[depth])
    }
    tallest = max(len(column) for column in columns.values())
    return Drawing(
        width=16 + len(columns) * WIDE + (len(columns) - 1) * GAP_X,
        height=16 + tallest * (HIGH + GAP_Y) - GAP_Y,
        boxes=tuple(boxes.values()),
        arrows=tuple(
            _arrow(boxes[edge.one], boxes[edge.other], edge.relation)
            for edge in chain.edges
        ),
    )


def _arrow(one: Box, other: Box, relation: Relation) -> Arrow:
    left, right = one.x, other.x
    if left == right:
        return Arrow(
            left + WIDE, one.y + HIGH // 2, right + WIDE, other.y + HIGH // 2, relation
        )
    outward = right > left
    return Arrow(
        left + (WIDE if outward else 0),
        one.y + HIGH // 2,
        right + (0 if outward else WIDE),
        other.y + HIGH // 2,
        relation,
    )
