"""What is signed: everything a run says once it is up for review, and its hash."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.responses.measuring import as_json
from opsdesk.responses.models import Run, RunEvent, RunStep
from opsdesk.responses.queries.rows import Rows, events, measured
from opsdesk.responses.states import RunState, What

AFTERWARDS = (What.SIGNED, What.PRINTED, What.LINKED, What.ALARMED, What.ESCALATED)
"""Entries that come after the signatures, or beside them, and are not signed."""


def digest(session: Session, found: Rows, *, at: datetime) -> str:
    """Return the hash of what is signed; "" before the run is up for review."""
    run = found.run
    if run.state not in (RunState.REVIEW, RunState.SIGNED):
        return ""
    told = events(session, run, most=None)
    document: dict[str, Any] = {
        "run": _run(run),
        "plan": found.version.sha256,
        "steps": [_step(one) for one in found.steps],
        "events": [_event(one) for one in told if one.what not in AFTERWARDS],
        "evidence": [[e.step, e.name, e.sha256, e.by] for e in found.evidence],
        "roles": [[r.part, r.username, r.since, r.until] for r in found.roles],
        "attendance": [
            [one.name, one.unit, one.username, one.score, one.out_of]
            for one in found.attendance
        ],
        "evaluation": [[e.item, e.score, e.note, e.by] for e in found.evaluation],
        "measured": as_json(measured(found, at=at)),
    }
    return hashlib.sha256(audit.canonical(document)).hexdigest()


def _run(run: Run) -> dict[str, Any]:
    return {
        "number": run.number,
        "purpose": run.purpose.value,
        "mode": run.mode,
        "level": run.level.value,
        "title": run.title,
        "joint": run.joint,
        "parameters": run.parameters,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "summary": run.summary,
    }


def _step(step: RunStep) -> list[Any]:
    return [
        step.section.value,
        step.key,
        step.state.value,
        step.started_at,
        step.ended_at,
        step.by,
        step.second_by,
        step.reason,
        step.answer,
    ]


def _event(event: RunEvent) -> list[Any]:
    return [
        event.id,
        event.at,
        event.claimed_at,
        event.by,
        event.what.value,
        event.step,
        event.state,
        event.clock,
        event.text,
    ]
