"""config.yaml, typed: `load` it, or be told every mistake at once."""

from __future__ import annotations

from opsdesk.core.settings.mistakes import BadSettings, Mistake
from opsdesk.core.settings.model import (
    SLOT_NAMES,
    Channel,
    Clocks,
    Contract,
    Desk,
    Inspections,
    Metrics,
    Notices,
    Roster,
    Security,
    Settings,
    Shift,
)
from opsdesk.core.settings.reading import load, this_machine

__all__ = [
    "SLOT_NAMES",
    "BadSettings",
    "Channel",
    "Clocks",
    "Contract",
    "Desk",
    "Inspections",
    "Metrics",
    "Mistake",
    "Notices",
    "Roster",
    "Security",
    "Settings",
    "Shift",
    "load",
    "this_machine",
]
