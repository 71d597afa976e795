"""One look at a run for everybody who asks for the same news at about the same time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app, g

from opsdesk.responses.views import RunView
from opsdesk.web.responses.blueprint import run_at

LASTS = timedelta(seconds=2)
MOST = 20


@dataclass(slots=True)
class Looks:
    """The last look at each run that is watched; kept by one process for seconds."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    by_number: dict[str, RunView] = field(default_factory=dict)
    taken: dict[str, datetime] = field(default_factory=dict)


def look_at(number: str, newest: int) -> RunView:
    """Return a run as it is with its newest entry; ten readers share one look."""
    looks: Looks = current_app.extensions.setdefault("opsdesk_looks", Looks())
    with looks.lock:
        kept = looks.by_number.get(number)
        at = looks.taken.get(number)
        if kept and at and kept.last_event >= newest and abs(g.at - at) < LASTS:
            return kept
        if len(looks.by_number) >= MOST:
            looks.by_number.clear()
        view = run_at(number)
        looks.by_number[number], looks.taken[number] = view, g.at
        return view
