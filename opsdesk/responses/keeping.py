"""A plan as bytes under its hash, and back; parsing the same bytes twice is spared."""

from __future__ import annotations

import hashlib
import json
import types
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from runbooks.plan import Plan


def packed(plan: Plan) -> tuple[bytes, str]:
    """Return a plan's canonical bytes and their SHA-256."""
    text = json.dumps(
        _plain(plan), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    content = text.encode()
    return content, hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=64)
def unpacked(content: bytes) -> Plan:
    """Return the plan that was kept as these bytes."""
    plan: Plan = _typed(Plan, json.loads(content))
    return plan


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date) else value


def _typed(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(one for one in get_args(kind) if one is not type(None))
        return None if value is None else _typed(inner, value)
    if get_origin(kind) is tuple:
        return tuple(_typed(get_args(kind)[0], one) for one in value)
    if is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _typed(hints[name], value[name]) for name in hints})
    if kind is timedelta:
        return timedelta(seconds=value)
    if kind is date:
        return date.fromisoformat(value)
    return (
        kind(value) if isinstance(kind, type) and issubclass(kind, StrEnum) else value
    )


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
