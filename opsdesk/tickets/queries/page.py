"""Everything one ticket's page shows, in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session

from opsdesk.tickets.models import (
    ApprovalRound,
    ApprovalStep,
    Attachment,
    Kind,
    Relation,
    Ticket,
    TicketEvent,
    TicketLink,
    What,
)

MOST_EVENTS = 500
MOST_NODES = 40
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A ticket of a chain, and how many links away it is."""

    number: str
    kind: Kind
    title: str
    state: str
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A link, by numbers; read from the first to the second."""

    id: int
    one: str
    relation: Relation
    other: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a ticket is linked with, directly and through others."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


# Statements of every page are built once; what they are asked with is bound. What is
# only shown is read as rows of its table: an object costs twice as much.
_EVENT, _FILE, _LINK = (
    one.__table__.c for one in (TicketEvent, Attachment, TicketLink)
)
_HERE = bindparam("ticket", type_=Integer)
_ENDS = bindparam("ends", type_=Integer, expanding=True)
_NEWEST = (
    select(*_EVENT)
    .where(_EVENT.ticket_id == _HERE)
    .order_by(_EVENT.id.desc())
    .limit(MOST_EVENTS)
)
_FILES = (
    select(*_FILE)
    .where(_FILE.ticket_id == _HERE, _FILE.withdrawn_at.is_(None))
    .order_by(_FILE.id)
)
_ASKED = (
    select(ApprovalRound, ApprovalStep)
    .join(ApprovalStep, ApprovalStep.round_id == ApprovalRound.id)
    .where(ApprovalRound.ticket_id == _HERE)
    .order_by(ApprovalRound.id.desc(), ApprovalStep.position)
)
_TOUCHING = (
    select(*_LINK)
    .where(
        or_(_LINK.from_id.in_(_ENDS), _LINK.to_id.in_(_ENDS)),
        _LINK.ended_at.is_(None),
    )
    .order_by(_LINK.id)
)


def timeline(session: Session, ticket: Ticket) -> Sequence[Any]:
    """Return the newest entries of a timeline, oldest first."""
    return session.execute(_NEWEST, {"ticket": ticket.id}).all()[::-1]


def moves_in(events: Sequence[Any]) -> list[Any] | None:
    """Return the moves of a timeline; None where it may lack the first ones."""
    if len(events) >= MOST_EVENTS:
        return None
    return [one for one in events if one.what is What.MOVED]


def attachments(session: Session, ticket: Ticket) -> Sequence[Any]:
    """Return the files of a ticket that were not taken back."""
    return session.execute(_FILES, {"ticket": ticket.id}).all()


def approvals(
    session: Session, ticket: Ticket
) -> list[tuple[ApprovalRound, list[ApprovalStep]]]:
    """Return every asking with its signers, the newest first."""
    found: dict[int, tuple[ApprovalRound, list[ApprovalStep]]] = {}
    for asked, step in session.execute(_ASKED, {"ticket": ticket.id}):
        found.setdefault(asked.id, (asked, []))[1].append(step)
    return list(found.values())


def chain(session: Session, ticket: Ticket) -> Chain:
    """Return the whole chain around a ticket, bounded in depth and size."""
    depth = {ticket.id: 0}
    links: dict[int, Any] = {}
    edge = [ticket.id]
    for level in range(1, DEPTH + 1):
        found = _links(session, edge)
        links |= {one.id: one for one in found}
        near = {end for one in found for end in (one.from_id, one.to_id)}
        edge = [end for end in sorted(near) if end not in depth][:MOST_NODES]
        depth |= dict.fromkeys(edge, level)
        if not edge or len(depth) >= MOST_NODES:
            break
    if not links:
        return Chain((), ())
    rows = session.execute(
        select(Ticket.id, Ticket.number, Ticket.kind, Ticket.title, Ticket.state).where(
            Ticket.id.in_(depth)
        )
    )
    numbers: dict[int, str] = {}
    nodes = []
    for row in rows:
        numbers[row.id] = row.number
        nodes.append(Node(row.number, row.kind, row.title, row.state, depth[row.id]))
    edges = tuple(
        Edge(one.id, numbers[one.from_id], one.relation, numbers[one.to_id])
        for one in links.values()
        if one.from_id in numbers and one.to_id in numbers
    )
    return Chain(tuple(sorted(nodes, key=lambda one: (one.depth, one.number))), edges)


def _links(session: Session, ends: Sequence[int]) -> Sequence[Any]:
    return session.execute(_TOUCHING, {"ends": list(ends)}).all()
