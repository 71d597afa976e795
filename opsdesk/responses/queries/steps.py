"""A run's steps as its page shows them: the plan's words beside the row's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsdesk.responses.models import RunEvidence, RunStep
from opsdesk.responses.parameters import filled
from opsdesk.responses.proof import pieces
from opsdesk.responses.queries.rows import Rows
from opsdesk.responses.states import AWAITS_SECOND, OVER, StepState
from opsdesk.responses.views import EvidenceView, StepView
from runbooks.plan import (
    Clock,
    Doing,
    Evidence,
    Failing,
    Part,
    Precheck,
    Step,
    Title,
)

NO_TITLE = Title("", "")


@dataclass(frozen=True, slots=True)
class _Around:
    """What every step's view needs of the run."""

    found: Rows
    evidence: Mapping[str, tuple[EvidenceView, ...]]
    texts: Mapping[str, int]
    holders: Mapping[Part, tuple[str, ...]]
    states: Mapping[str, RunStep]
    detected: datetime | None
    at: datetime


def step_views(
    found: Rows, texts: Mapping[str, int], *, at: datetime
) -> tuple[StepView, ...]:
    """Return every step of every section, in the plan's order."""
    around = _Around(
        found=found,
        evidence=_evidence(found),
        texts=texts,
        holders=_holders(found),
        states={step.key: step for step in found.steps},
        detected=found.moments.get(Clock.DETECTED),
        at=at,
    )
    prechecks = {one.key: one for one in found.plan.prechecks}
    planned = {one.key: one for one in (*found.plan.steps, *found.plan.roll_back)}
    return tuple(
        StepView(
            **_row(step, around),
            **_said(prechecks.get(step.key) or planned.get(step.key), found),
            **_timed(step, planned.get(step.key), around),
            **_proved(step, planned.get(step.key), around),
        )
        for step in found.steps
    )


def _row(step: RunStep, around: _Around) -> dict[str, Any]:
    same = (
        *("id", "section", "key", "position", "doing", "phase", "part", "state"),
        *("started_at", "ended_at", "by", "second_by", "attempt", "lease_until"),
        *("expires_at", "answer", "reason", "version"),
    )
    automatic = step.doing is Doing.AUTOMATIC and step.state is StepState.RUNNING
    return {
        **{name: getattr(step, name) for name in same},
        "queued": automatic and step.leased_by == "",
        "awaits_second": step.leased_by == AWAITS_SECOND,
        "holders": around.holders.get(step.part, ()) if step.part else (),
    }


def _said(planned: Step | Precheck | None, found: Rows) -> dict[str, Any]:
    """Return the plan's words; a precheck's tolerance is what it expects."""
    taken = found.run.parameters
    if isinstance(planned, Step):
        return {
            "title": planned.title,
            "detail": planned.detail,
            "two_people": planned.two_people,
            "marks": planned.marks,
            "action": planned.action,
            "arguments": filled(planned.arguments, taken),
            "expect": filled(planned.expect, taken),
            "failing": planned.failing,
            "idempotent": planned.idempotent,
        }
    return {
        "title": planned.title if planned else NO_TITLE,
        "detail": None,
        "two_people": False,
        "marks": None,
        "action": planned.action if planned else None,
        "arguments": filled(planned.arguments, taken) if planned else {},
        "expect": filled(planned.tolerance, taken) if planned else {},
        "failing": Failing.STOP,
        "idempotent": True,
    }


def _timed(step: RunStep, planned: Step | None, around: _Around) -> dict[str, Any]:
    target = planned.target if planned else None
    detected = around.detected
    until = step.ended_at or around.found.run.ended_at or around.at
    elapsed = max(until - detected, timedelta()) if detected else None
    counts = step.state is not StepState.SKIPPED and target is not None
    return {
        "target": target,
        "due_at": detected + target if detected and target is not None else None,
        "elapsed": elapsed,
        "late": bool(
            counts and elapsed is not None and target is not None and elapsed > target
        ),
    }


def _proved(step: RunStep, planned: Step | None, around: _Around) -> dict[str, Any]:
    rule = planned.evidence if planned else Evidence()
    files = around.evidence.get(step.key, ())
    photos = sum(one.is_photo for one in files)
    texts = around.texts.get(step.key, 0)
    after = planned.after if planned else ()
    return {
        "rule": rule,
        "pieces": pieces(rule, texts=texts, files=len(files) - photos, photos=photos),
        "evidence": files,
        "waits_for": tuple(key for key in after if _waits(around.states.get(key))),
    }


def _waits(step: RunStep | None) -> bool:
    if step is None:
        return False
    if step.doing is Doing.APPROVAL:
        return step.state is not StepState.DONE
    return step.state not in OVER


def _holders(found: Rows) -> dict[Part, tuple[str, ...]]:
    names: dict[Part, tuple[str, ...]] = {}
    for role in found.roles:
        if role.until is None:
            names[role.part] = (*names.get(role.part, ()), role.username)
    return names


def _evidence(found: Rows) -> dict[str, tuple[EvidenceView, ...]]:
    by_step: dict[str, list[EvidenceView]] = {}
    for row in found.evidence:
        by_step.setdefault(row.step, []).append(evidence_view(row))
    return {key: tuple(views) for key, views in by_step.items()}


def evidence_view(row: RunEvidence) -> EvidenceView:
    """Return a file as the page shows it."""
    return EvidenceView(
        id=row.id,
        step=row.step,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        captured_at=row.captured_at,
        by=row.by,
        at=row.at,
    )
