"""One entry in a run's timeline, and one in the audit trail, for all that happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.text import storable
from opsdesk.responses.models import Run, RunEvent
from opsdesk.responses.states import What
from runbooks.plan import Clock

DESK = "opsdesk"
"""Who acts where nobody does: the desk itself."""
_LONGEST, _TOKEN = 20_000, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened in a run: who, when, and in which words."""

    what: What
    by: str
    at: datetime
    text: str = ""
    step: str = ""
    state: str = ""
    clock: Clock | None = None
    claimed_at: datetime | None = None
    token: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def tell(session: Session, run: Run, entry: Entry) -> int:
    """Append to the timeline and the audit trail, in the caller's unit; gives its id.

    Call it last: the audit trail's end stays locked from here until the unit ends.
    """
    text = storable(entry.text)
    session.flush()
    row = insert(RunEvent).values(
        run_id=run.id,
        at=entry.at,
        claimed_at=entry.claimed_at,
        by=entry.by,
        what=entry.what,
        step=entry.step,
        state=entry.state or run.state.value,
        clock=entry.clock,
        text=text[:_LONGEST],
        detail=dict(entry.detail),
        token=entry.token[:_TOKEN] if entry.token else None,
    )
    event_id: int = session.execute(row.returning(RunEvent.id)).scalar_one()
    run.last_event, run.changed_at = event_id, entry.at
    session.flush()
    audit.write(
        session,
        actor=entry.by,
        action=f"run.{entry.what.value}",
        subject=run.number,
        at=entry.at,
        detail=_audited(run, entry, text),
    )
    return event_id


def _audited(run: Run, entry: Entry, text: str) -> dict[str, object]:
    detail: dict[str, object] = {"state": entry.state or run.state.value}
    said = {
        "step": entry.step,
        "clock": entry.clock.value if entry.clock else "",
        "text": text[:500],
        "claimed_at": entry.claimed_at.isoformat() if entry.claimed_at else "",
    }
    return {**detail, **{k: v for k, v in said.items() if v}, **entry.detail}


def counted(session: Session, run: Run, token: str | None) -> int | None:
    """Return the entry a token was counted by, None for a new one."""
    if not token:
        return None
    query = select(RunEvent.id).where(
        RunEvent.run_id == run.id, RunEvent.token == token[:_TOKEN]
    )
    return session.scalar(query)
