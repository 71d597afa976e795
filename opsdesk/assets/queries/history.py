"""The library's past: an item's revisions, any past moment, two moments compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from opsdesk.assets.models import CauseKind, ItemRevision
from opsdesk.core.audit import canonical

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that differs.

    `field` is "name", "state", "server", "relations", "" for an item that is only on
    one side, or a field of its type.
    """

    code: str
    name: str
    type: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """One revision of an item, and what it changed."""

    id: int
    number: int
    code: str
    at: datetime
    by: str
    by_name: str
    cause: CauseKind
    reference: str
    note: str
    batch: str
    changes: tuple[Difference, ...]
    is_first: bool


Snapshot = Mapping[str, Any]
"""code, type, name, state, server, fields {name: value}, relations [[kind, code], …]"""


def revisions_of(
    session: Session, code: str, *, before: int | None = None, limit: int = PAGE
) -> list[RevisionView]:
    """Return an item's revisions, newest first; `before` (a number) continues."""
    query = (
        select(ItemRevision)
        .where(ItemRevision.code == code)
        .order_by(ItemRevision.number.desc())
        .limit(limit)
    )
    if before:
        query = query.where(ItemRevision.number < before)
    return [_revision(row) for row in session.scalars(query)]


def revisions_for(session: Session, reference: str) -> list[RevisionView]:
    """Return what one change, release or repair did to the library, oldest first."""
    query = (
        select(ItemRevision)
        .where(ItemRevision.reference == reference)
        .order_by(ItemRevision.id)
        .limit(1000)
    )
    return [_revision(row) for row in session.scalars(query)]


def _revision(row: ItemRevision) -> RevisionView:
    return RevisionView(
        id=row.id,
        number=row.number,
        code=row.code,
        at=row.at,
        by=row.by,
        by_name=row.by_name,
        cause=row.cause,
        reference=row.reference,
        note=row.note,
        batch=row.batch,
        changes=tuple(_between(row.before, row.after)) if row.before else (),
        is_first=not row.before,
    )


def snapshot_of(session: Session, code: str, number: int) -> Snapshot | None:
    """Return an item as one of its revisions left it; numbers are versions too."""
    query = select(ItemRevision.after).where(ItemRevision.code == code)
    return session.scalar(query.where(ItemRevision.number == number))


def view_at(session: Session, moment: datetime) -> tuple[Snapshot, ...]:
    """Return every item as it was at a moment, by code."""
    return _newest(session, select(ItemRevision.id).where(ItemRevision.at <= moment))


def view_of(session: Session, revision_id: int) -> tuple[Snapshot, ...]:
    """Return every item as it was after one revision, by code: what a baseline holds."""
    upto = select(ItemRevision.id).where(ItemRevision.id <= revision_id)
    return _newest(session, upto)


def _newest(session: Session, upto: Select[int]) -> tuple[Snapshot, ...]:
    newest = upto.with_only_columns(func.max(ItemRevision.id)).group_by(
        ItemRevision.item_id
    )
    rows = session.scalars(
        select(ItemRevision.after)
        .where(ItemRevision.id.in_(newest))
        .order_by(ItemRevision.code)
    )
    return tuple(rows)


def compare(session: Session, a: datetime, b: datetime) -> tuple[Difference, ...]:
    """Return what differs between the library at `a` and at `b`."""
    return differences(view_at(session, a), view_at(session, b))


def differences(
    before: Iterable[Snapshot], after: Iterable[Snapshot]
) -> tuple[Difference, ...]:
    """Return what differs between two views, by code."""
    old = {snapshot["code"]: snapshot for snapshot in before}
    new = {snapshot["code"]: snapshot for snapshot in after}
    return tuple(
        difference
        for code in sorted(old.keys() | new.keys())
        for difference in _between(old.get(code), new.get(code))
    )


def _between(old: Snapshot | None, new: Snapshot | None) -> Iterable[Difference]:
    known = new or old
    if known is None or old == new:
        return
    who = {"code": known["code"], "name": known["name"], "type": known["type"]}
    if old is None or new is None:
        names = (old and old["name"], new and new["name"])
        yield Difference(**who, field="", before=names[0], after=names[1])
        return
    for field in ("name", "state", "server", "relations"):
        if old[field] != new[field]:
            yield Difference(**who, field=field, before=old[field], after=new[field])
    was, now = old["fields"], new["fields"]
    for field in sorted(was.keys() | now.keys()):
        if was.get(field) != now.get(field):
            yield Difference(
                **who, field=field, before=was.get(field), after=now.get(field)
            )


def last_revision(session: Session) -> int:
    """Return the id of the newest revision, 0 where there is none."""
    return session.scalar(select(func.max(ItemRevision.id))) or 0


def digest(view: Iterable[Snapshot]) -> str:
    """Return the SHA-256 of a view: the same items give the same hash."""
    document = {snapshot["code"]: dict(snapshot) for snapshot in view}
    return hashlib.sha256(canonical(document)).hexdigest()
