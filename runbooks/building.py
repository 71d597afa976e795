"""Plain data to the nouns of a plan, told by their own types."""

from __future__ import annotations

import difflib
import re
import types
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from runbooks import plan
from runbooks.source import Source, Where

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_LONGEST_TEXT = 4000


class _Wrong(Exception):
    """Something below could not be built; why is noted already."""


def build(source: Source, kind: type[Any]) -> Any:
    """Return what the data says as this dataclass, or None; mistakes are noted.

    Where a value is wrong a harmless one stands in its place, so that the rest can be
    looked at as well: only use what came without mistakes.
    """
    try:
        return _object(source.data, kind, (), source)
    except _Wrong:
        return None


def _stand_in(kind: Any) -> Any:
    """Return a harmless value of a kind."""
    kind, optional = _optional(kind)
    if optional:
        return None
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]  # a class, which hashes
        return kind(**{name: _stand_in(hint) for name, hint in hints.items()})  # type: ignore[operator]
    if get_origin(kind) in (tuple, dict):
        return get_origin(kind)()
    if issubclass(kind, StrEnum):
        return next(iter(kind))
    return _STAND_INS[kind]


@cache
def _hints(kind: Any) -> dict[str, Any]:
    known = get_type_hints(kind, vars(plan))
    return {one.name: known[one.name] for one in fields(kind)}


def _optional(kind: Any) -> tuple[Any, bool]:
    """Return what `X | None` holds, and whether it may be nothing."""
    if get_origin(kind) in (Union, types.UnionType):
        inner = [one for one in get_args(kind) if one is not type(None)]
        return inner[0], True
    return kind, False


def _value(data: Any, kind: Any, where: Where, source: Source) -> Any:
    kind, optional = _optional(kind)
    if data is None and optional:
        return None
    if is_dataclass(kind):
        return _object(data, kind, where, source)
    if get_origin(kind) is tuple:
        return _tuple(data, get_args(kind)[0], where, source)
    if get_origin(kind) is dict:
        return _mapping(data, where, source)
    return _scalar(data, kind, where, source)


def _object(data: Any, kind: Any, where: Where, source: Source) -> Any:
    if not isinstance(data, dict):
        _wrong(
            source, where, "应由“名称: 值”组成。", "This must be made of `name: value`."
        )
    known = {one.name: one for one in fields(kind)}
    _note_unknown(data, known, where, source)
    built: dict[str, Any] = {}
    for name, hint in _hints(kind).items():
        if name in data:
            built[name] = _value_or_stand_in(data[name], hint, (*where, name), source)
        elif _is_required(known[name]):
            source.note((*where, name), f"缺少 {name}。", f"{name} is missing.")
            built[name] = _stand_in(hint)
    return kind(**built)


def _value_or_stand_in(data: Any, kind: Any, where: Where, source: Source) -> Any:
    try:
        return _value(data, kind, where, source)
    except _Wrong:
        return _stand_in(kind)


def _note_unknown(
    data: Mapping[str, Any], known: Mapping[str, Any], where: Where, source: Source
) -> None:
    found = [key for key in data if key not in known and (where or key != "schema")]
    for key in found:
        close = difflib.get_close_matches(key, known, n=1)
        hint = (
            (f"是不是 {close[0]}？", f" Did you mean {close[0]}?")
            if close
            else ("", "")
        )
        source.note(
            (*where, key),
            f"没有 {key} 这一项。{hint[0]}",
            f"Nothing is called {key}.{hint[1]}",
        )
        source.spoiled.update((*where, meant) for meant in close)


def _is_required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _tuple(data: Any, kind: Any, where: Where, source: Source) -> tuple[Any, ...]:
    if not isinstance(data, list):
        _wrong(source, where, "应是一个列表。", "This must be a list.")
    return tuple(
        _value_or_stand_in(item, kind, (*where, at), source)
        for at, item in enumerate(data)
    )


def _mapping(data: Any, where: Where, source: Source) -> dict[str, str]:
    if not isinstance(data, dict):
        _wrong(
            source, where, "应由“名称: 值”组成。", "This must be made of `name: value`."
        )
    return {
        key: _scalar(value, str, (*where, key), source) for key, value in data.items()
    }


def _scalar(data: Any, kind: Any, where: Where, source: Source) -> Any:
    if isinstance(data, dict | list) or data is None:
        _wrong(source, where, "这里应是一个值。", "A single value belongs here.")
    if kind is bool:
        return _truth(data, where, source)
    text = str(data).lower() if isinstance(data, bool) else str(data)
    if kind in _READERS:
        return _READERS[kind](text, where, source)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(text, kind, where, source)
    return _text(text, where, source)


def _truth(data: Any, where: Where, source: Source) -> bool:
    if not isinstance(data, bool):
        _wrong(source, where, "应为 true 或 false。", "This must be true or false.")
    return data


def _text(text: str, where: Where, source: Source) -> str:
    said = text.strip()
    if any(_is_control(letter) for letter in said):
        _wrong(source, where, "含有控制字符。", "It holds control characters.")
    if len(said) > _LONGEST_TEXT:
        _wrong(
            source,
            where,
            f"超过 {_LONGEST_TEXT} 个字。",
            f"It is longer than {_LONGEST_TEXT} characters.",
        )
    if not said and where[-1:] in (("zh",), ("en",)):
        _wrong(source, where, "不能为空。", "This must not be empty.")
    return said


def _is_control(letter: str) -> bool:
    """Say whether no paper could show it: a control, or half of a surrogate pair."""
    return unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t"


def _duration(text: str, where: Where, source: Source) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        _wrong(
            source,
            where,
            f"{text!r} 不是时长；请写成 30s、15m、4h 或 3d。",
            f"{text!r} is no duration; write 30s, 15m, 4h or 3d.",
        )
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _date(text: str, where: Where, source: Source) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        _wrong(
            source,
            where,
            f"{text!r} 不是日期；请写成 2026-11-01。",
            f"{text!r} is no date; write 2026-11-01.",
        )


def _number(text: str, where: Where, source: Source) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        _wrong(source, where, f"{text!r} 不是整数。", f"{text!r} is no whole number.")
    return int(text)


def _choice(text: str, kind: type[StrEnum], where: Where, source: Source) -> StrEnum:
    known = [one.value for one in kind]
    if text not in known:
        listed = ", ".join(known)
        _wrong(
            source,
            where,
            f"{text!r} 不在可选值之中：{listed}。",
            f"{text!r} is none of {listed}.",
        )
    return kind(text)


_STAND_INS: dict[Any, Any] = {
    timedelta: timedelta(seconds=1),
    date: date.min,
    str: "?",
    int: 0,
    bool: False,
}
_READERS: dict[Any, Callable[[str, Where, Source], Any]] = {
    timedelta: _duration,
    date: _date,
    int: _number,
}


def _wrong(source: Source, where: Where, zh: str, en: str) -> NoReturn:
    source.note(where, zh, en)
    raise _Wrong
