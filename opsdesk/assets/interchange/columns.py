"""The columns of a sheet of items: what they are called in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from opsdesk.assets.item_types import TYPES, ItemType
from opsdesk.assets.models import Kind
from opsdesk.assets.words import RELATIONS
from opsdesk.core.language import RefusedInWords, pick
from probes.finding import Words

OWN: Mapping[str, Words] = MappingProxyType(
    {
        "code": Words("编号", "Code"),
        "type": Words("类型", "Type"),
        "name": Words("名称", "Name"),
        "state": Words("状态", "State"),
        "server": Words("巡检名称", "Inspected as"),
    }
)
_WITHIN = 10  # rows; above the head there may be a title


def fields_of(types: Iterable[ItemType]) -> dict[str, Words]:
    """Return the columns of these types' fields, each once, by name."""
    return {
        field.name: Words(*(_unit(label, field.unit) for label in field.label))
        for one in types
        for field in one.fields
    }


def _unit(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def every() -> dict[str, Words]:
    """Return every column there may be."""
    relations = {kind.value: words for kind, words in RELATIONS.items()}
    return {**OWN, **fields_of(TYPES), **relations}


def head(names: Iterable[str], language: str) -> list[str]:
    """Return the head of a sheet with these columns."""
    known = every()
    return [pick(known[name], language) for name in names]


def find_head(
    rows: Sequence[Sequence[str]], *, file: str
) -> tuple[int, dict[str, int], list[str]]:
    """Return where the head stands, column -> place, and the heads nobody knows.

    Raises RefusedInWords where no row of the first ten has a name or a code.
    """
    meant = {
        said.casefold(): name
        for name, words in every().items()
        for said in (*words, *(one.partition(" (")[0] for one in words), name)
    }
    for index, row in enumerate(rows[:_WITHIN]):
        places: dict[str, int] = {}
        unknown = []
        for place, cell in enumerate(row):
            name = meant.get(cell.strip().casefold())
            if name is not None:
                places.setdefault(name, place)
            elif cell.strip():
                unknown.append(cell.strip()[:40])
        if {"code", "name"} & set(places) and len(places) > 1:
            return index, places, unknown
    raise RefusedInWords(_NO_HEAD, file=file[:80])


def relation_columns() -> tuple[str, ...]:
    """Return the columns that hold relations."""
    return tuple(kind.value for kind in Kind)


_NO_HEAD = Words(
    "{file} 的前 10 行里没有认得的表头，没有任何改动。至少要有“类型”和“名称”，或“编号”和要改的列；"
    "可以先导出一份作为样板。",
    "The first 10 rows of {file} hold no head we know; nothing was changed. It needs "
    "`Type` and `Name`, or `Code` and what is to change; export a list to see one.",
)
