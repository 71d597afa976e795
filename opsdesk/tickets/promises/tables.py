"""The reviewed tables of holidays, one file a year; a year without one is an error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from opsdesk.core.language import RefusedInWords
from probes.finding import Words

FOLDER = Path(__file__).parent / "holidays"
FIRST_WITH_13 = 2025  # 全国年节及纪念日放假办法, as amended from 2025-01-01
DAYS_BEFORE, DAYS_SINCE = 11, 13
SATURDAY = 5


class NoTable(RefusedInWords):
    """No table of holidays for a year: nothing that needs one may guess."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(_NO_TABLE, year=year)


class BadTable(Exception):
    """A table that cannot be right; every mistake, each with its file."""

    def __init__(self, path: Path, mistakes: list[str]) -> None:
        self.mistakes = tuple(f"{path.name}: {one}" for one in mistakes)
        super().__init__("; ".join(self.mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One holiday: the days off, the statutory ones among them, the days made up."""

    name: str
    rest: tuple[date, ...]
    statutory: tuple[date, ...]
    makeup: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One year, as its notice has it."""

    year: int
    version: str
    provisional: bool
    source: str
    digest: str  # SHA-256 of the file, first 12 digits
    holidays: tuple[Holiday, ...]

    def days(self, kind: str) -> frozenset[date]:
        """Return all days of one kind: "rest", "statutory" or "makeup"."""
        return frozenset(day for one in self.holidays for day in getattr(one, kind))


@cache
def table(year: int) -> Table:
    """Return a year's table. Raises NoTable, BadTable."""
    path = FOLDER / f"{year}.yaml"
    if not path.is_file():
        raise NoTable(year)
    return read(path)


def years() -> tuple[int, ...]:
    """Return the years that have a table."""
    return tuple(sorted(int(path.stem) for path in FOLDER.glob("[0-9]*.yaml")))


def statutory_due(year: int) -> int:
    """Return how many statutory days the law gives a year."""
    return DAYS_SINCE if year >= FIRST_WITH_13 else DAYS_BEFORE


def read(path: Path) -> Table:
    """Read and check one file. Raises BadTable with everything that is wrong."""
    content = path.read_bytes()
    try:
        data = yaml.safe_load(content)
        found = _table(data, content)
        mistakes = [*_mistakes(found, _lines(content)), *_overlaps(found)]
    except _UNREADABLE as error:
        said = " ".join(str(error).split())
        raise BadTable(path, [f"{type(error).__name__}: {said}"]) from error
    if str(found.year) != path.stem:
        mistakes.append(f"year {found.year} in a file of another year")
    if data["status"] not in ("official", "provisional"):
        mistakes.append(f"status {data['status']!r}")
    if mistakes:
        raise BadTable(path, mistakes)
    return found


def _table(data: dict[str, Any], content: bytes) -> Table:
    return Table(
        year=data["year"],
        version=str(data["version"]),
        provisional=data["status"] == "provisional",
        source=f"{data['source']['title']}（{data['source']['date']}）",
        digest=hashlib.sha256(content).hexdigest()[:12],
        holidays=tuple(_holiday(entry) for entry in data["holidays"]),
    )


def _lines(content: bytes) -> list[int]:
    """Return the line on which each holiday begins."""
    root = yaml.compose(content, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # it has been read before
    entries = {key.value: value for key, value in root.value}["holidays"]
    return [one.start_mark.line + 1 for one in entries.value]


def _holiday(entry: dict[str, Any]) -> Holiday:
    first, last = entry["rest"]
    rest = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    return Holiday(
        name=entry["name"],
        rest=rest,
        statutory=tuple(entry["statutory"]),
        makeup=tuple(entry["makeup"]),
    )


def _mistakes(found: Table, lines: list[int]) -> Iterator[str]:
    due = statutory_due(found.year)
    count = sum(len(one.statutory) for one in found.holidays)
    if count != due:
        yield f"{count} statutory days, not {due}"
    for one, line in zip(found.holidays, lines, strict=True):
        where = f"line {line}: {one.name}"
        if not one.rest:
            yield f"{where}: it ends before it begins"
        for said in _strays(found.year, one):
            yield f"{where}: {said}"


def _strays(year: int, one: Holiday) -> Iterator[str]:
    for day in sorted({*one.statutory} - {*one.rest}):
        yield f"statutory {day} lies outside its days off"
    if len({*one.statutory}) < len(one.statutory):
        yield "a statutory day stands there twice"
    for day in one.makeup:
        if day.weekday() < SATURDAY:
            yield f"{day} is made up on a weekday"
    for day in sorted({*one.rest, *one.statutory}):
        if day.year != year:
            yield f"{day} is of another year"


def _overlaps(found: Table) -> Iterator[str]:
    seen: dict[date, str] = {}
    for one in found.holidays:
        for day in one.rest:
            if day in seen:
                yield f"{day} belongs to {seen[day]} and to {one.name}"
            seen[day] = one.name
    for one in found.holidays:
        for day in set(one.makeup) & set(seen):
            yield f"{one.name}: {day} is made up and off"


_UNREADABLE = (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError)
_NO_TABLE = Words(
    "{year} 年的节假日表还没有配置，时限无法计算；没有按「没有节假日」估算。"
    "请升级到带有该年表的版本。",
    "There is no table of holidays for {year}, so no deadline can be computed, and none "
    "was guessed. Install a version that has that year's table.",
)
