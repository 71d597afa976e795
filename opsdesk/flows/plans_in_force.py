"""The plans in force: those that come with the desk, and the customer's over them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import structlog

from opsdesk.core.settings import Settings
from runbooks import loader
from runbooks.plan import Plan, Scenario

log = structlog.get_logger(__name__)

_ORDER = list(Scenario)


def in_force(settings: Settings) -> tuple[Plan, ...]:
    """Return the plans, the seven scenarios first; of one id the customer's own.

    A file with mistakes is left out and logged: `opsdesk plans check` says what is
    wrong. Files are read again when they change.
    """
    found: dict[str, Plan] = {}
    for path in _files(settings.plans_folder):
        try:
            state = path.stat()
        except OSError:
            continue
        plan = _read(path, state.st_mtime_ns, state.st_size)
        if plan is not None:
            found[plan.id] = plan
    plans = found.values()
    return tuple(sorted(plans, key=lambda one: (_ORDER.index(one.scenario), one.id)))


def by_id(settings: Settings) -> dict[str, Plan]:
    """Return the plans in force by their ids."""
    return {plan.id: plan for plan in in_force(settings)}


def _files(folder: Path | None) -> list[Path]:
    own = [] if folder is None else loader.plan_files(folder)
    return [*loader.shipped_files(), *own]


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> Plan | None:
    try:
        return loader.load(path)
    except (loader.BadPlan, OSError) as bad:
        log.warning("plan.unusable", path=str(path), why=str(bad)[:500])
        return None
