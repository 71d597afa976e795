"""Items as lists and pages show them, found by code, name, address or filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from opsdesk.assets.models import Item, State, Type

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item as it is now."""

    id: int
    code: str
    type: Type
    name: str
    state: State
    server: str
    address: str
    fields: Mapping[str, Any]
    created_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items a list shows. Empty means all, scrapped ones too."""

    text: str = ""
    type: str = ""
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.type or self.state)


def items(
    session: Session, wanted: ItemFilter, *, after: str = "", limit: int = PAGE
) -> list[ItemView]:
    """Return a page of items by code; `after` continues it."""
    query = filtered(wanted).order_by(Item.code).limit(limit)
    if after:
        query = query.where(Item.code > after)
    return [view(item) for item in session.scalars(query)]


def filtered(wanted: ItemFilter) -> Select[Item]:
    """Return the query of a filter, in no order."""
    query = select(Item)
    if wanted.type in set(Type):
        query = query.where(Item.type == Type(wanted.type))
    if wanted.state in set(State):
        query = query.where(Item.state == State(wanted.state))
    if wanted.text.strip():
        text = wanted.text.strip().lower()
        query = query.where(
            or_(
                func.lower(Item.code).contains(text, autoescape=True),
                func.lower(Item.name).contains(text, autoescape=True),
                func.lower(Item.address).contains(text, autoescape=True),
            )
        )
    return query


def by_code(session: Session, code: str) -> ItemView | None:
    """Return one item, None where there is none."""
    item = session.scalar(select(Item).where(Item.code == code))
    return None if item is None else view(item)


def by_codes(session: Session, codes: Sequence[str]) -> dict[str, ItemView]:
    """Return the items of these codes that exist, by code."""
    rows = session.scalars(select(Item).where(Item.code.in_(codes)))
    return {item.code: view(item) for item in rows}


def codes_named(session: Session, named: Collection[str]) -> dict[str, str]:
    """Return codes by what people call the items: code, server, or a name of one."""
    upper = {one.upper() for one in named}
    rows = session.execute(
        select(Item.code, Item.server, Item.name).where(
            or_(
                Item.code.in_({*named, *upper}),
                Item.server.in_(named),
                Item.name.in_(named),
            )
        )
    ).all()
    called = Counter(row.name for row in rows)
    found = {row.name: row.code for row in rows if called[row.name] == 1}
    found |= {row.server: row.code for row in rows if row.server}
    found |= {row.code: row.code for row in rows}
    return {
        one: code
        for one in named
        if (code := found.get(one) or found.get(one.upper())) is not None
    }


def of_server(session: Session, server: str) -> ItemView | None:
    """Return the item an inspected server is enrolled as."""
    query = select(Item).where(Item.server == server).order_by(Item.id).limit(1)
    item = session.scalar(query)
    return None if item is None else view(item)


def everything(session: Session) -> list[ItemView]:
    """Return every item by code."""
    return [view(item) for item in session.scalars(select(Item).order_by(Item.code))]


def counts(session: Session) -> dict[Type, int]:
    """Return how many items there are of each type, scrapped ones left out."""
    rows = session.execute(
        select(Item.type, func.count())
        .where(Item.state != State.SCRAPPED)
        .group_by(Item.type)
    )
    return {row[0]: row[1] for row in rows}


def view(item: Item) -> ItemView:
    """Return an item as screens show it."""
    return ItemView(
        id=item.id,
        code=item.code,
        type=item.type,
        name=item.name,
        state=item.state,
        server=item.server,
        address=item.address,
        fields=item.fields,
        created_at=item.created_at,
        changed_at=item.changed_at,
        version=item.version,
    )


def enrolled(session: Session) -> frozenset[str]:
    """Return the names of the servers that an item stands for."""
    return frozenset(session.scalars(select(Item.server).where(Item.server != "")))
