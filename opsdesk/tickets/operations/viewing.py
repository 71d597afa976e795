"""A list's filters kept under a name: one's own, or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.models import Kind, SavedView
from probes.finding import Words

LONGEST_NAME, LONGEST_QUERY, MOST = 40, 500, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A name for filters; `query` is what stands behind the ? of the address."""

    kind: Kind
    name: str
    query: str
    shared: bool


_VIEWS = (
    select(SavedView)
    .where(
        SavedView.kind == bindparam("kind"),
        or_(SavedView.username == bindparam("who"), SavedView.shared),
    )
    .order_by(SavedView.id)
    .limit(MOST)
)


def views(session: Session, username: str, kind: Kind) -> list[SavedView]:
    """Return a person's views of a register, and those that everybody has."""
    return list(session.scalars(_VIEWS, {"kind": kind, "who": username}))


def save(session: Session, view: View, *, by: str, at: datetime) -> SavedView:
    """Keep filters under a name; the same name again replaces them."""
    name = " ".join(view.name.split())
    if not name or len(name) > LONGEST_NAME or len(view.query) > LONGEST_QUERY:
        raise RefusedInWords(_NAME)
    query = select(SavedView).where(
        SavedView.username == by, SavedView.kind == view.kind, SavedView.name == name
    )
    row = session.scalar(query)
    if row is None:
        row = SavedView(username=by, kind=view.kind, name=name, query="", at=at)
        session.add(row)
    row.query, row.shared, row.at = view.query, view.shared, at
    audit.write(
        session,
        actor=by,
        action="view.saved",
        subject=name,
        at=at,
        detail={"kind": view.kind.value, "query": view.query, "shared": view.shared},
    )
    return row


def drop(session: Session, view_id: int, *, by: str) -> None:
    """Forget a view of one's own. Raises RefusedInWords for anybody else's."""
    row = session.get(SavedView, view_id)
    if row is None or row.username != by:
        raise RefusedInWords(_NOT_YOURS)
    session.delete(row)


_NAME = Words(
    "视图要有名称，最多 40 个字。没有保存。",
    "A view needs a name of at most 40 characters. Nothing was saved.",
)
_NOT_YOURS = Words(
    "没有这个视图，或者它不是你的。没有改动。",
    "There is no such view, or it is not yours. Nothing was changed.",
)
