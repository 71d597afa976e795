"""What the board says of runs: those under way, drills overdue, a plan proposed."""

from __future__ import annotations

from typing import Any

from flask import g

from opsdesk.core import heartbeat
from opsdesk.core.clock import local_day
from opsdesk.flows import audit_escalations, watch_staff
from opsdesk.responses.queries import lists, year
from opsdesk.responses.states import RunState
from opsdesk.web import unit
from opsdesk.web.responses import acts, wording

UNDER_WAY = (RunState.RUNNING, RunState.PAUSED, RunState.STABLE)
MOST_LATE = 3


def now() -> dict[str, Any]:
    """Return the runs that are under way, what is late, and what is proposed."""
    session = unit.session()
    today = local_day(g.at, unit.desk().settings.desk.timezone)
    opened = lists.open_runs(session)
    first = today.replace(day=1)
    late = [one for one in year.due_slots(session, today) if one.month < first]
    return {
        "under_way": [one for one in opened if one.state in UNDER_WAY],
        "to_review": [
            one
            for one in opened
            if one.review_due_at is not None and one.review_due_at < g.at
        ],
        "late_drills": late[:MOST_LATE],
        "alarmed": audit_escalations.unanswered(session),
        "silent": heartbeat.silent_for(unit.desk().settings.desk.data, at=g.at),
        "proposed": watch_staff.proposal(session, at=g.at),
        "w": wording,
        "hms": acts.hms,
    }
