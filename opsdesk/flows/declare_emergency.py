"""An emergency is declared: the run begins, its incident says so, the first is called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.settings import Settings
from opsdesk.flows import keep_responses, work_tickets
from opsdesk.responses.models import Run
from opsdesk.responses.operations import opening
from opsdesk.responses.queries import ladder
from opsdesk.tickets.operations import noting
from opsdesk.tickets.register import Actor


def declare(
    session: Session,
    settings: Settings,
    emergency: opening.Emergency,
    *,
    by: Actor,
    at: datetime,
) -> Run:
    """Declare, note it on the incident's timeline, and call the primary at once.

    The call is written in this very unit, so that it does not wait for a sweep. Where
    the same thing was declared a moment ago, that run is returned and nothing is done.
    """
    run = opening.declare(session, settings, emergency, by=by, at=at)
    if run.opened_at != at:
        return run
    session.flush()
    if emergency.incident:
        text = _DECLARED.format(number=run.number, title=run.title)
        work_tickets.note(
            session,
            settings,
            emergency.incident,
            noting.Note(text=text),
            work_tickets.Deed(by=by, at=at),
        )
    for rung in ladder.due(session, at=at):
        if rung.run_id == run.id:
            keep_responses.call(session, rung, at=at)
    return run


_DECLARED = "已由此事件启动应急响应 {number}（{title}）。"
