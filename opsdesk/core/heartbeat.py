"""A sign of life that a process leaves in the data folder, for others to miss."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

NAME = "scheduler.heartbeat"
SILENT = timedelta(minutes=2)
"""After so long without a sign the scheduler counts as dead."""


def beat(data: Path, *, at: datetime) -> None:
    """Leave a sign: whole or not at all, so that nobody reads half a time."""
    path = data / NAME
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(at.isoformat())
    draft.replace(path)


def last(data: Path) -> datetime | None:
    """Return when the last sign was left; None: never, or it cannot be read."""
    try:
        return datetime.fromisoformat((data / NAME).read_text())
    except (OSError, ValueError):
        return None


def silent_for(data: Path, *, at: datetime) -> timedelta | None:
    """Return how long the scheduler has been silent, None while it is heard."""
    heard = last(data)
    if heard is None:
        return None
    gone = at - heard
    return gone if gone > SILENT else None
