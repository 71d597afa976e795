"""Items are recorded, revised and moved through their life; each time with a cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from opsdesk.assets.fields import Value
from opsdesk.assets.item_types import BY_TYPE, MOVES, STATES, ItemType
from opsdesk.assets.models import NAME, CauseKind, Item, ItemSeries, State, Type
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

OWN = ("name", "state", "server")
"""What every item has beside its type's fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An item to be; `fields` come from `item_types.checked`."""

    type: Type
    name: str
    state: State = State.IN_USE
    server: str = ""
    fields: Mapping[str, Value | None] = field(default_factory=dict)


def create(
    session: Session, draft: Draft, *, cause: Cause, by: str, at: datetime
) -> Item:
    """Record a new item under the next code of its type."""
    require_cause(cause)
    kind = BY_TYPE[draft.type]
    fields = {name: value for name, value in draft.fields.items() if value is not None}
    _require_known(kind, fields)
    item = Item(
        code=_next_code(session, kind.prefix),
        type=draft.type,
        name=_named(draft.name),
        state=draft.state,
        server=draft.server,
        address=str(fields.get("address", "")),
        fields=fields,
        created_at=at,
        changed_at=at,
        version=1,
    )
    session.add(item)
    append(session, item, None, cause, by=by, at=at)
    _note(session, "asset-created", item, cause, by=by, at=at)
    return item


def revise(  # noqa: PLR0913 - what, why, who, when and what was read are all said
    session: Session,
    code: str,
    changes: Mapping[str, Value | None],
    *,
    cause: Cause,
    by: str,
    at: datetime,
    version: int | None = None,
) -> Item:
    """Change an item's name, state, server or fields; None empties a field.

    Nothing is appended where nothing changes. `version` is the one that was read; only
    the desk's own work may leave it out. Raises Overtaken, and refuses a state that
    cannot be reached and what releases move.
    """
    require_cause(cause)
    item = held(session, code, version=version)
    kind = BY_TYPE[item.type]
    moved = [name for name in changes if (f := kind.field(name)) and f.by_release]
    if any(changes[name] != item.fields.get(name) for name in moved):
        raise RefusedInWords(_BY_RELEASE, code=code)
    return _apply(session, item, changes, cause, by=by, at=at)


def move_version(
    session: Session,
    code: str,
    version: str,
    *,
    release: str,
    by: str,
    at: datetime,
) -> Item:
    """Move the version of software or of a component, as a release says."""
    cause = Cause(kind=CauseKind.RELEASE, reference=release)
    require_cause(cause)
    item = held(session, code)
    if not any(field.by_release for field in BY_TYPE[item.type].fields):
        raise RefusedInWords(_NO_VERSION, code=code)
    return _apply(session, item, {"version": version}, cause, by=by, at=at)


def move_state(
    session: Session, code: str, state: State, *, cause: Cause, by: str, at: datetime
) -> Item:
    """Move an item through its life, as a repair or a change says."""
    require_cause(cause)
    item = held(session, code)
    return _apply(session, item, {"state": state.value}, cause, by=by, at=at)


def _apply(
    session: Session,
    item: Item,
    changes: Mapping[str, Value | None],
    cause: Cause,
    *,
    by: str,
    at: datetime,
) -> Item:
    before = snapshot(session, item)
    own = {name: value for name, value in changes.items() if name in OWN}
    fields = {name: value for name, value in changes.items() if name not in OWN}
    _require_known(BY_TYPE[item.type], fields)
    if "name" in own:
        item.name = _named(str(own["name"] or ""))
    if "state" in own:
        item.state = _reached(item, str(own["state"]))
    if "server" in own:
        item.server = str(own["server"] or "")
    merged = {**item.fields, **fields}
    item.fields = {name: value for name, value in merged.items() if value is not None}
    item.address = str(item.fields.get("address", ""))
    if snapshot(session, item) == before:
        return item
    append(session, item, before, cause, by=by, at=at)
    _note(session, "asset-revised", item, cause, by=by, at=at)
    return item


def _reached(item: Item, wanted: str) -> State:
    state = State(wanted)
    if state is not item.state and state not in MOVES[item.state]:
        here, there = STATES[item.state], STATES[state]
        raise RefusedInWords(
            Words(
                f"{item.code} 不能从“{here.zh}”直接改为“{there.zh}”。没有保存。",
                f"{item.code} cannot go from {here.en!r} to {there.en!r}. Nothing was "
                "saved.",
            )
        )
    return state


def _require_known(kind: ItemType, fields: Mapping[str, object]) -> None:
    """Stop what did not pass the border: a mistake of ours, not of a person."""
    unknown = fields.keys() - {one.name for one in kind.fields}
    if unknown:
        raise KeyError(f"{kind.type}: no such field: {sorted(unknown)}")


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME:
        raise RefusedInWords(_BAD_NAME, most=NAME)
    return name


def _next_code(session: Session, prefix: str) -> str:
    """Take the next code of a series; rolled back, it is given out again."""
    insert = (
        postgresql.insert(ItemSeries)
        if session.get_bind().dialect.name == "postgresql"
        else sqlite.insert(ItemSeries)
    )
    session.execute(insert.values(prefix=prefix, last=0).on_conflict_do_nothing())
    taken = session.execute(
        update(ItemSeries)
        .where(ItemSeries.prefix == prefix)
        .values(last=ItemSeries.last + 1)
        .returning(ItemSeries.last)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return f"{prefix}-{taken:04d}"


def _note(
    session: Session, action: str, item: Item, cause: Cause, *, by: str, at: datetime
) -> None:
    detail: dict[str, Any] = {
        "name": item.name,
        "version": item.version,
        "cause": cause.kind.value,
        "reference": cause.reference,
        "batch": cause.batch,
    }
    audit.write(
        session, actor=by, action=action, subject=item.code, at=at, detail=detail
    )


def names_taken(session: Session, name: str) -> list[str]:
    """Return the codes of items of one name: a hint, names need not be unique."""
    query = select(Item.code).where(Item.name == name).order_by(Item.code)
    return list(session.scalars(query))


_BY_RELEASE = Words(
    "{code} 的版本只随发布单变化，不能手工修改。没有保存；请走发布流程。",
    "The version of {code} moves with a release and nothing else. Nothing was saved; "
    "make a release.",
)
_NO_VERSION = Words(
    "{code} 不是软件或组件，没有随发布变化的版本。没有保存。",
    "{code} is neither software nor a component: no release moves it. Nothing was "
    "saved.",
)
_BAD_NAME = Words(
    "名称必填，最多 {most} 个字。没有保存。",
    "A name is needed, of at most {most} characters. Nothing was saved.",
)
