"""Typed fields: what a value may be, read from a form or a sheet, and said again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from opsdesk.core.text import storable
from probes.finding import Words

Value = str | int | float | list[str]
Choices = tuple[tuple[str, Words], ...]


class FieldKind(StrEnum):
    """How a value is typed."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"
    LIST = "list"  # one entry a line, a semicolon in a sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a type.

    `found`: inspections fill it. `due`: a day people are reminded of. `by_release`:
    a release moves it and nothing else.
    """

    name: str
    label: Words
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: Choices = ()
    unit: str = ""
    found: bool = False
    due: bool = False
    by_release: bool = False


class Mistaken(ValueError):
    """A value is not of its kind; says why."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


LONGEST = {FieldKind.TEXT: 200, FieldKind.LONG: 4000, FieldKind.LIST: 200_000}
_ENTRIES = 2000
_FIRST, _LAST = date(1990, 1, 1), date(2100, 1, 1)
_LARGEST = 1e12
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


def parsed(field: Field, text: str, zone: ZoneInfo) -> Value | None:
    """Return a typed value of a text, None for an empty one. Raises Mistaken."""
    text = storable(text).strip()
    if not text:
        if field.required:
            raise Mistaken(_MISSING)
        return None
    return _PARSERS[field.kind](field, text, zone)


def _text(field: Field, text: str, _zone: ZoneInfo) -> str:
    most = LONGEST[field.kind]
    if len(text) > most:
        raise Mistaken(_TOO_LONG.fill(most=most, length=len(text)))
    if field.kind is FieldKind.TEXT:
        return " ".join(text.split())
    return text.replace("\r\n", "\n")


def _number(_field: Field, text: str, _zone: ZoneInfo) -> int | float:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError as error:
        raise Mistaken(_NOT_A_NUMBER.fill(text=text[:20])) from error
    if not 0 <= value <= _LARGEST:  # NaN too
        raise Mistaken(_NOT_A_NUMBER.fill(text=text[:20]))
    return int(value) if value.is_integer() else value


def _day(_field: Field, text: str, _zone: ZoneInfo) -> str:
    found = _DAY.match(text.removesuffix(" 00:00:00"))
    if found is None:
        raise Mistaken(_NOT_A_DAY.fill(text=text[:20]))
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise Mistaken(_NOT_A_DAY.fill(text=text[:20])) from error
    if not _FIRST <= day <= _LAST:
        raise Mistaken(_NOT_A_DAY.fill(text=text[:20]))
    return day.isoformat()


def _moment(_field: Field, text: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise Mistaken(_NOT_A_MOMENT.fill(text=text[:20])) from error
    if not _FIRST <= moment.date() <= _LAST:
        raise Mistaken(_NOT_A_MOMENT.fill(text=text[:20]))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.isoformat(timespec="minutes")


def _chosen(field: Field, text: str, _zone: ZoneInfo) -> str:
    for value, words in field.choices:
        if text.casefold() in {
            value.casefold(),
            words.zh.casefold(),
            words.en.casefold(),
        }:
            return value
    known = "、".join(words.zh for _, words in field.choices)
    known_en = ", ".join(words.en for _, words in field.choices)
    raise Mistaken(
        Words(
            f"没有“{text[:20]}”这个选项；可用：{known}",
            f"there is no {text[:20]!r}; use one of {known_en}",
        )
    )


def _entries(_field: Field, text: str, _zone: ZoneInfo) -> list[str]:
    if len(text) > LONGEST[FieldKind.LIST]:
        most = LONGEST[FieldKind.LIST]
        raise Mistaken(_TOO_LONG.fill(most=most, length=len(text)))
    entries = [entry.strip() for entry in re.split(r"[\n;；]+", text)]
    kept = list(dict.fromkeys(entry for entry in entries if entry))
    if len(kept) > _ENTRIES:
        raise Mistaken(_TOO_MANY.fill(most=_ENTRIES))
    return kept


_PARSERS: Mapping[FieldKind, Callable[[Field, str, ZoneInfo], Value]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _day,
    FieldKind.MOMENT: _moment,
    FieldKind.CHOICE: _chosen,
    FieldKind.LIST: _entries,
}


def spelled(value: object) -> str:
    """Return a value as a sheet holds it and a form shows it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(str(one) for one in value)
    return str(value)


def told(field: Field | None, value: object) -> str | Words:
    """Return a value as people read it: a choice by its words."""
    if field is not None and field.kind is FieldKind.CHOICE:
        words: Mapping[str, Words] = dict(field.choices)
        return words.get(str(value), spelled(value))
    return spelled(value)


_MISSING = Words("必填，没有填写", "is required and empty")
_TOO_LONG = Words(
    "太长：{length} 个字，最多 {most}", "is too long: {length} characters of {most}"
)
_TOO_MANY = Words("太多：最多 {most} 条", "has too many entries: at most {most}")
_NOT_A_NUMBER = Words(
    "“{text}”不是数字（不小于 0）", "is {text!r}, which is no number from 0 up"
)
_NOT_A_DAY = Words(
    "“{text}”不是日期，请写成 2026-11-22", "is {text!r}, no date such as 2026-11-22"
)
_NOT_A_MOMENT = Words(
    "“{text}”不是时间，请写成 2026-11-22 14:05",
    "is {text!r}, no moment such as 2026-11-22 14:05",
)
