"""Moments on paper: local time to the minute."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from reports.documents.words import NOT_APPLICABLE


def moment(at: datetime | None, zone: str) -> str:
    """Return local time to the minute, 2026-11-22 08:00; 「/」 for none."""
    if at is None:
        return NOT_APPLICABLE
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
