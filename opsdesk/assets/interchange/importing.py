"""A sheet of items comes in: every row says what became of it, its relations too.

Rows are known again by their code, else by type and name. An empty cell leaves what is
there. A dry run does the very same and takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.fields import Value
from opsdesk.assets.interchange.columns import find_head, relation_columns
from opsdesk.assets.interchange.results import (
    File,
    Outcome,
    RelationResult,
    Report,
    RowResult,
)
from opsdesk.assets.item_types import BY_TYPE, STATES, ItemType, checked
from opsdesk.assets.models import Item, Kind, State
from opsdesk.assets.operations.items import Draft, create, revise
from opsdesk.assets.operations.relations import Edge, relate
from opsdesk.assets.operations.revisions import Cause
from opsdesk.core import sheets
from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords
from probes.finding import Words

MOST = 500
"""Rows taken at once: others wait to write meanwhile, and give up after 15 seconds."""


@dataclass(slots=True)
class _Row:
    """One row with its cells by column."""

    number: int
    cells: Mapping[str, str]
    result: RowResult | None = None
    asked: list[tuple[Kind, str]] = field(default_factory=list)


def rehearse(session: Session, file: File, *, by: str, at: datetime) -> Report:
    """Return what `apply` would do now, and take it all back."""
    nested = session.begin_nested()
    try:
        return apply(session, file, by=by, at=at)
    finally:
        nested.rollback()
        session.expire_all()


def apply(session: Session, file: File, *, by: str, at: datetime) -> Report:
    """Take a sheet over, row by row; a row that is refused leaves the others alone.

    Raises RefusedInWords only where the file cannot be read as a table of items.
    """
    rows, unknown = _read(file)
    for row in rows:
        row.result = _in_its_own(session, row, file, by=by, at=at)
    for row in rows:
        assert row.result is not None
        if row.result.outcome is not Outcome.REFUSED:
            made = tuple(
                _relation(session, row.result.code, kind, other, file.cause, by, at)
                for kind, other in row.asked
            )
            row.result = replace(row.result, relations=made)
    found = tuple(row.result for row in rows if row.result is not None)
    return Report(rows=found, unknown=tuple(unknown))


def _read(file: File) -> tuple[list[_Row], list[str]]:
    rows = sheets.read(file.name, file.content)
    index, places, unknown = find_head(rows, file=file.name)
    found = []
    for number, cells in enumerate(rows[index + 1 :], index + 2):
        if not any(cells):
            continue
        named = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in places.items()
        }
        asked = [
            (Kind(kind), other.strip())
            for kind in relation_columns()
            for other in re.split(r"[;；,，\n]+", named.pop(kind, ""))
            if other.strip()
        ]
        found.append(_Row(number, named, asked=asked))
    if len(found) > MOST:
        raise RefusedInWords(_TOO_MANY, n=len(found), most=MOST)
    return found, unknown


def _in_its_own(
    session: Session, row: _Row, file: File, *, by: str, at: datetime
) -> RowResult:
    """Take one row over in a savepoint of its own."""
    nested = session.begin_nested()
    try:
        result = _take(session, row, file, by=by, at=at)
    except Refused as refusal:
        nested.rollback()
        session.expire_all()
        name = row.cells.get("name", "")[:80]
        return RowResult(
            row=row.number,
            outcome=Outcome.REFUSED,
            code=row.cells.get("code", "")[:24],
            name=name,
            why=words_of(refusal),
        )
    nested.commit()
    return result


def words_of(refusal: Refused) -> Words:
    """Return why, in both languages where the refusal brings them."""
    if isinstance(refusal, RefusedInWords):
        return refusal.words
    return Words(str(refusal), str(refusal))


def _take(
    session: Session, row: _Row, file: File, *, by: str, at: datetime
) -> RowResult:
    item = _existing(session, row.cells)
    kind = BY_TYPE[item.type] if item else _type(row.cells.get("type", ""))
    filled = {name: text for name, text in row.cells.items() if text}
    texts = {
        name: text
        for name, text in filled.items()
        if name not in {"code", "type", "name", "state", "server"}
    }
    if item is None:
        fields = checked(kind, texts, file.zone, whole=True)
        draft = Draft(
            type=kind.type,
            name=filled.get("name", ""),
            state=_state(filled.get("state", "")) or State.IN_USE,
            server=filled.get("server", "")[:64],
            fields=fields,
        )
        made = create(session, draft, cause=file.cause, by=by, at=at)
        return _result(row, made, Outcome.CREATED)
    changes: dict[str, Value | None] = dict(
        checked(kind, texts, file.zone, whole=False)
    )
    changes |= {name: filled[name] for name in ("name", "server") if name in filled}
    state = _state(filled.get("state", ""))
    if state is not None:
        changes["state"] = state.value
    before = _flat(item)
    after = _flat(revise(session, item.code, changes, cause=file.cause, by=by, at=at))
    differing = tuple(
        (name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )
    outcome = Outcome.CHANGED if differing else Outcome.SAME
    return _result(row, item, outcome, differing)


def _result(
    row: _Row,
    item: Item,
    outcome: Outcome,
    changes: tuple[tuple[str, object, object], ...] = (),
) -> RowResult:
    return RowResult(
        row=row.number,
        outcome=outcome,
        code=item.code,
        name=item.name,
        type=item.type,
        changes=changes,
    )


def _flat(item: Item) -> dict[str, object]:
    own = {"name": item.name, "state": item.state.value, "server": item.server}
    return {**item.fields, **own}


def _existing(session: Session, cells: Mapping[str, str]) -> Item | None:
    """Return the item a row means; None: it is a new one."""
    code = cells.get("code", "").upper()
    if code:
        item = session.scalar(select(Item).where(Item.code == code))
        if item is None:
            raise RefusedInWords(_NO_CODE, code=code[:24])
        if cells.get("type") and _type(cells["type"]).type is not item.type:
            raise RefusedInWords(_OTHER_TYPE, code=code)
        return item
    kind = _type(cells.get("type", ""))
    name = " ".join(cells.get("name", "").split())
    query = select(Item).where(Item.type == kind.type, Item.name == name).limit(2)
    found: Sequence[Item] = session.scalars(query.order_by(Item.code)).all()
    if len(found) > 1:
        raise RefusedInWords(_SEVERAL, name=name[:40])
    return found[0] if found else None


def _type(text: str) -> ItemType:
    for one in BY_TYPE.values():
        said = {one.type.value, one.words.zh.casefold(), one.words.en.casefold()}
        if text.casefold() in said:
            return one
    known = "、".join(one.words.zh for one in BY_TYPE.values())
    known_en = ", ".join(one.words.en for one in BY_TYPE.values())
    raise RefusedInWords(
        Words(
            f"没有“{text[:20]}”这种类型，可用：{known}",
            f"there is no type {text[:20]!r}; use one of {known_en}",
        )
    )


def _state(text: str) -> State | None:
    if not text:
        return None
    for state, words in STATES.items():
        if text.casefold() in {state.value, words.zh.casefold(), words.en.casefold()}:
            return state
    known = "、".join(words.zh for words in STATES.values())
    known_en = ", ".join(words.en for words in STATES.values())
    raise RefusedInWords(
        Words(
            f"没有“{text[:20]}”这种状态，可用：{known}",
            f"there is no state {text[:20]!r}; use one of {known_en}",
        )
    )


def _relation(  # noqa: PLR0913, PLR0917 - who, when, why and both ends
    session: Session,
    code: str,
    kind: Kind,
    other: str,
    cause: Cause,
    by: str,
    at: datetime,
) -> RelationResult:
    """Make one relation; its other end is said by code or by a name that is one."""
    found = list(
        session.scalars(
            select(Item.code)
            .where((Item.code == other.upper()) | (Item.name == other))
            .order_by(Item.code)
            .limit(2)
        )
    )
    if len(found) != 1:
        why = _SEVERAL if found else _NO_END
        return RelationResult(
            kind, other[:80], made=False, why=why.fill(name=other[:40])
        )
    nested = session.begin_nested()
    try:
        edge = Edge(code, kind, found[0])
        made = relate(session, edge, cause=cause, by=by, at=at)
    except Refused as refusal:
        nested.rollback()
        return RelationResult(kind, found[0], made=False, why=words_of(refusal))
    nested.commit()
    return RelationResult(kind, found[0], made=made)


_TOO_MANY = Words(
    "文件有 {n} 行，一次最多导入 {most} 行，没有任何改动。请拆成几份。",
    "The file has {n} rows, at most {most} are taken at once; nothing was changed. "
    "Split it.",
)
_NO_CODE = Words(
    "配置库里没有 {code}；新登记的行请把编号留空",
    "there is no {code}; leave the code empty for what is new",
)
_OTHER_TYPE = Words(
    "{code} 是另一种类型，类型不能改", "{code} is of another type, which cannot change"
)
_SEVERAL = Words(
    "名为“{name}”的配置项不止一个，请写编号",
    "there are several items named {name!r}; give the code",
)
_NO_END = Words(
    "没有编号或名称为“{name}”的配置项，这个关系没有建立",
    "there is no item of code or name {name!r}; the relation was not made",
)
