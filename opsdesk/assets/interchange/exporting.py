"""A list of items as the rows of a sheet; what goes out comes in again unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from opsdesk.assets.fields import told
from opsdesk.assets.interchange.columns import OWN, fields_of, head, relation_columns
from opsdesk.assets.item_types import BY_TYPE, STATES
from opsdesk.assets.queries.items import ItemFilter, ItemView, items
from opsdesk.assets.queries.relations import open_relations
from opsdesk.core.language import pick
from opsdesk.core.sheets import MOST_ROWS, Cell
from probes.finding import Words

Table = tuple[list[str], list[list[Cell]]]


def table(session: Session, wanted: ItemFilter, language: str) -> Table:
    """Return the head and the rows of a filter's items, by code."""
    found = items(session, wanted, limit=MOST_ROWS - 1)
    present = {item.type for item in found}
    fields = fields_of(one for kind, one in BY_TYPE.items() if kind in present)
    names = [*OWN, *fields, *relation_columns()]
    hanging = _relations(session)
    rows = [_row(item, names, hanging, language) for item in found]
    return head(names, language), rows


def _relations(session: Session) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in open_relations(session):
        found.setdefault((one.from_code, one.kind.value), []).append(one.to_code)
    return found


def _row(
    item: ItemView,
    names: list[str],
    hanging: Mapping[tuple[str, str], list[str]],
    language: str,
) -> list[Cell]:
    own = {
        "code": item.code,
        "type": pick(BY_TYPE[item.type].words, language),
        "name": item.name,
        "state": pick(STATES[item.state], language),
        "server": item.server,
    }
    relations = {
        kind: "; ".join(hanging.get((item.code, kind), ()))
        for kind in relation_columns()
    }
    return [
        own.get(name) or relations.get(name) or _value(item, name, language)
        for name in names
    ]


def _value(item: ItemView, name: str, language: str) -> Cell:
    value = item.fields.get(name)
    if isinstance(value, int | float):
        return value
    said = told(BY_TYPE[item.type].field(name), value)
    return pick(said, language) if isinstance(said, Words) else said
