"""Settings from the environment: `OPSDESK_DESK__LISTEN` is `desk.listen`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.core.settings.forms import SECTIONS
from opsdesk.core.settings.mistakes import Notebook, near_miss
from probes.finding import Words

OVERRIDABLE = ("desk", "contract", "database", "metrics")
"""Sections whose keys are all plain texts; the rest stays in the file."""


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
            result[section] = {**(kept or {}), key: value or None}
    return result


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
