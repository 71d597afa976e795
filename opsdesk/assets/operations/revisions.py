"""The one place where a revision is appended: an item whole, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import (
    NOTE,
    REFERENCE,
    CauseKind,
    Item,
    ItemRelation,
    ItemRevision,
)
from opsdesk.core.errors import NotFound, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person
from probes.finding import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why an item is revised. `batch` binds together what was done in one go."""

    kind: CauseKind
    reference: str = ""  # such as CHG-20261123-0001
    note: str = ""
    batch: str = ""


class Absent(NotFound, RefusedInWords):
    """There is no item of this code."""


class Overtaken(Stale, RefusedInWords):
    """Somebody else revised the item since it was read."""


_NEEDS_REFERENCE = frozenset({CauseKind.CHANGE, CauseKind.RELEASE, CauseKind.REPAIR})


def require_cause(cause: Cause) -> None:
    """Refuse a cause that names nothing."""
    if cause.kind in _NEEDS_REFERENCE and not cause.reference.strip():
        raise RefusedInWords(_NO_REFERENCE)
    if cause.kind is CauseKind.CORRECTION and not cause.note.strip():
        raise RefusedInWords(_NO_NOTE)
    if len(cause.reference) > REFERENCE or len(cause.note) > NOTE:
        raise RefusedInWords(_TOO_LONG, reference=REFERENCE, note=NOTE)


def held(session: Session, code: str, *, version: int | None = None) -> Item:
    """Return an item, locked until the unit ends.

    Raises Absent, and Overtaken where it is no longer of the version that was read.
    """
    query = select(Item).where(Item.code == code).with_for_update()
    item = session.scalar(query.execution_options(populate_existing=True))
    if item is None:
        raise Absent(_ABSENT, code=code[:40])
    if version is not None and item.version != version:
        raise Overtaken(_OVERTAKEN, code=code)
    return item


def _called(session: Session, by: str) -> str:
    """Return what a person is called now; asked once a unit."""
    names: dict[str, str] = session.info.setdefault("assets.names", {})
    if by not in names:
        name = session.scalar(select(Person.name).where(Person.username == by))
        names[by] = name or by
    return names[by]


def snapshot(session: Session, item: Item, *, is_new: bool = False) -> dict[str, Any]:
    """Return an item whole, as revisions keep it; a new one has no relations yet."""
    query = (
        select(ItemRelation.kind, Item.code)
        .join(Item, Item.id == ItemRelation.to_id)
        .where(ItemRelation.from_id == item.id, ItemRelation.until.is_(None))
    )
    rows = [] if is_new else session.execute(query).all()
    return {
        "code": item.code,
        "type": item.type.value,
        "name": item.name,
        "state": item.state.value,
        "server": item.server,
        "fields": dict(item.fields),
        "relations": sorted([kind.value, code] for kind, code in rows),
    }


def append(
    session: Session,
    item: Item,
    before: dict[str, Any] | None,
    cause: Cause,
    *,
    by: str,
    at: datetime,
) -> ItemRevision:
    """Append what an item has become, and count its version up."""
    if before is not None:
        item.version += 1
        item.changed_at = at
    session.flush()
    row = ItemRevision(
        item_id=item.id,
        number=item.version,  # the one counts the other: both begin at 1
        code=item.code,
        at=at,
        by=by,
        by_name=_called(session, by),
        cause=cause.kind,
        reference=cause.reference.strip(),
        note=cause.note.strip(),
        batch=cause.batch,
        before=before,
        after=snapshot(session, item, is_new=before is None),
    )
    session.add(row)
    session.flush()
    return row


_ABSENT = Words(
    "配置库里没有 {code}，没有任何改动。请核对编号。",
    "The configuration library has no {code}; nothing was changed. Check the code.",
)
_OVERTAKEN = Words(
    "{code} 在你打开之后被别人改过：你的改动没有保存，对方的也没有被覆盖。请看两边的内容再定。",
    "{code} was changed by somebody else since you opened it. Yours was not saved, "
    "theirs not overwritten; look at both and decide.",
)
_NO_REFERENCE = Words(
    "请写明变更、发布或维修的单号。没有保存。",
    "Give the number of the change, release or repair. Nothing was saved.",
)
_NO_NOTE = Words(
    "更正台账需要写明理由。没有保存。",
    "Say why the record is corrected. Nothing was saved.",
)
_TOO_LONG = Words(
    "单号最多 {reference} 个字，说明最多 {note} 个字。没有保存，请缩短后再提交。",
    "A number has at most {reference} characters, a note {note}. Nothing was saved; "
    "shorten it.",
)
