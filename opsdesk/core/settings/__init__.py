"""config.yaml, typed: `load` it, or be told every mistake at once."""

from __future__ import annotations

from opsdesk.core.settings.mistakes import BadSettings, Mistake
from opsdesk.core.settings.model import (
    SLOT_NAMES,
    BackupSet,
    Channel,
    Clocks,
    Contract,
    Desk,
    Inspections,
    Metrics,
    Notices,
    Roster,
    Scratch,
    Security,
    Settings,
    Shift,
    Switch,
)
from opsdesk.core.settings.reading import load, this_machine

__all__ = [
    "SLOT_NAMES",
    "BackupSet",
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
    "Scratch",
    "Security",
    "Settings",
    "Shift",
    "Switch",
    "load",
    "this_machine",
]
