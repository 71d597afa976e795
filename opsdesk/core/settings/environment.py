"""Settings from the environment: `OPSDESK_DESK__LISTEN` is `desk.listen`.

A list is written with commas, a switch as `true` or `false`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.core.settings.forms import SECTIONS
from opsdesk.core.settings.mistakes import Notebook, near_miss
from probes.finding import Words

OVERRIDABLE = ("desk", "contract", "database", "metrics")
"""Sections that fit into variables; the rest stays in the file."""


def applied(
    data: dict[str, Any], environ: Mapping[str, str], book: Notebook
) -> dict[str, Any]:
    """Return the data with the environment's values put over the file's."""
    result = dict(data)
    for variable, value in sorted(environ.items()):
        prefix, _, rest = variable.partition("_")
        section, separator, key = rest.lower().partition("__")
        if prefix != "OPSDESK" or not separator:
            continue
        if section not in OVERRIDABLE or key not in SECTIONS[section].known():
            book.note((), _unknown(variable))
            continue
        kept = result.get(section)
        if kept is None or isinstance(kept, dict):
            result[section] = {**(kept or {}), key: _typed(section, key, value)}
    return result


def _typed(section: str, key: str, value: str) -> Any:
    """Return a variable's text as the YAML file would have had it."""
    default = SECTIONS[section].model_fields[key].default
    if not value:
        return None
    if isinstance(default, list):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _unknown(variable: str) -> Words:
    known = [
        f"OPSDESK_{section}__{key}".upper()
        for section in OVERRIDABLE
        for key in SECTIONS[section].known()
    ]
    near = near_miss(variable, known)
    return _UNKNOWN.fill(name=variable, zh=near.zh, en=near.en)


_UNKNOWN = Words(
    "环境变量 {name} 不对应任何配置项。{zh}",
    "The environment variable {name} stands for no setting.{en}",
)
