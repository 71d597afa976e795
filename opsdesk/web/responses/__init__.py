"""Plans, the drill year, emergencies, runs: one blueprint."""

from __future__ import annotations

from opsdesk.web.responses import (  # noqa: F401 - each adds its routes
    closing,
    declaring,
    doing,
    drills,
    files,
    leading,
    plans,
    runs,
)
from opsdesk.web.responses.blueprint import screen

__all__ = ["screen"]
