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
    name = _name(view.name)
    if len(view.query) > LONGEST_QUERY:
        raise RefusedInWords(_NAME)
    row = _called(session, by, view.kind, name)
    if row is None:
        row = SavedView(username=by, kind=view.kind, name=name, query="", at=at)
        session.add(row)
    row.query, row.shared, row.at = view.query, view.shared, at
    detail = {"kind": view.kind.value, "query": view.query, "shared": view.shared}
    audit.write(
        session, actor=by, action="view.saved", subject=name, at=at, detail=detail
    )
    return row


def rename(
    session: Session, view_id: int, name: str, *, by: str, at: datetime
) -> SavedView:
    """Give a view of one's own another name. Raises RefusedInWords where it is taken."""
    row = _own(session, view_id, by)
    former, row_name = row.name, _name(name)
    other = _called(session, by, row.kind, row_name)
    if other is not None and other.id != row.id:
        raise RefusedInWords(_TAKEN, name=row_name)
    row.name = row_name
    detail = {"kind": row.kind.value, "former": former}
    audit.write(
        session, actor=by, action="view.renamed", subject=row_name, at=at, detail=detail
    )
    return row


def drop(session: Session, view_id: int, *, by: str, at: datetime) -> None:
    """Forget a view of one's own. Raises RefusedInWords for anybody else's."""
    row = _own(session, view_id, by)
    session.delete(row)
    detail = {"kind": row.kind.value, "query": row.query}
    audit.write(
        session, actor=by, action="view.dropped", subject=row.name, at=at, detail=detail
    )


def _own(session: Session, view_id: int, by: str) -> SavedView:
    row = session.get(SavedView, view_id)
    if row is None or row.username != by:
        raise RefusedInWords(_NOT_YOURS)
    return row


def _called(session: Session, by: str, kind: Kind, name: str) -> SavedView | None:
    query = select(SavedView).where(
        SavedView.username == by, SavedView.kind == kind, SavedView.name == name
    )
    return session.scalar(query)


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_NAME:
        raise RefusedInWords(_NAME)
    return name


_TAKEN = Words(
    "你已有一个叫「{name}」的视图。没有改动；请换一个名称。",
    "You have a view called “{name}” already. Nothing was changed; choose another name.",
)
_NAME = Words(
    "视图要有名称，最多 40 个字。没有保存。",
    "A view needs a name of at most 40 characters. Nothing was saved.",
)
_NOT_YOURS = Words(
    "没有这个视图，或者它不是你的。没有改动。",
    "There is no such view, or it is not yours. Nothing was changed.",
)
