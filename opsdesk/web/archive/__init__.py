"""The archive's screens: found, looked at, put in, and handed out."""

from __future__ import annotations

from opsdesk.web.archive import card, entering, handing, listing
from opsdesk.web.archive.blueprint import screen

__all__ = ["card", "entering", "handing", "listing", "screen"]
