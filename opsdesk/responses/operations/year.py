"""The drill year's slots: made from the rota, moved with a reason, filled by runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.responses.models import DrillSlot, Run
from opsdesk.responses.moves import BUSINESS
from opsdesk.responses.operations.holding import held
from opsdesk.responses.operations.telling import DESK
from opsdesk.responses.refusals import NOT_YOUR_ROLE, Absent, NotYours, Overtaken
from opsdesk.responses.states import RunState
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Mode

OVER_WITHOUT = (RunState.ABORTED, RunState.FAILED)
"""A run that ended so leaves its slot open for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the year as the rota proposes it."""

    month: date  # its first day
    plan: str
    mode: Mode
    planned_on: date
    joint: bool = False


def fill_year(
    session: Session, slots: Iterable[Slot], *, by: Actor, at: datetime
) -> int:
    """Add the slots that are not there yet (month and plan); return how many."""
    if by.role not in BUSINESS and by.username != DESK:
        raise NotYours(NOT_YOUR_ROLE)
    wanted = {(one.month.replace(day=1), one.plan): one for one in slots}
    months = {month for month, _plan in wanted}
    query = select(DrillSlot.month, DrillSlot.plan).where(DrillSlot.month.in_(months))
    known = {(row.month, row.plan) for row in session.execute(query)}
    fresh = [one for key, one in sorted(wanted.items()) if key not in known]
    session.add_all(_row(one, by, at) for one in fresh)
    session.flush()
    if fresh:
        detail = {"slots": [f"{s.month:%Y-%m} {s.plan} {s.mode.value}" for s in fresh]}
        _audit(session, "drill-year.filled", "drill-year", detail, by=by, at=at)
    return len(fresh)


def _row(slot: Slot, by: Actor, at: datetime) -> DrillSlot:
    return DrillSlot(
        month=slot.month.replace(day=1),
        plan=slot.plan,
        mode=slot.mode,
        joint=slot.joint,
        planned_on=slot.planned_on,
        why_moved="",
        by=by.username,
        at=at,
        version=1,
    )


def move_slot(  # noqa: PLR0913 - whither and why
    session: Session,
    slot_id: int,
    planned_on: date,
    *,
    reason: str,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> DrillSlot:
    """Put a drill that has not begun on another day, with a reason."""
    if by.role not in BUSINESS:
        raise NotYours(NOT_YOUR_ROLE)
    slot = _held(session, slot_id)
    if version is not None and slot.version != version:
        raise Overtaken(_CHANGED.fill(by=slot.by), slot.by, slot.at)
    if not reason.strip():
        raise RefusedInWords(_NO_REASON)
    if slot.run_id is not None and session.get_one(Run, slot.run_id).started_at:
        raise RefusedInWords(_BEGUN)
    detail = {"from": slot.planned_on.isoformat(), "to": planned_on.isoformat()}
    slot.planned_on, slot.why_moved = planned_on, storable(reason).strip()[:200]
    slot.by, slot.at, slot.version = by.username, at, slot.version + 1
    session.flush()
    detail |= {"reason": slot.why_moved, "month": slot.month.isoformat()}
    _audit(session, "drill-year.moved", slot.plan, detail, by=by, at=at)
    return slot


def attach_run(
    session: Session, slot_id: int, number: str, *, by: Actor, at: datetime
) -> DrillSlot:
    """Let a run fill a slot: of the same plan, and of no other slot."""
    if by.role not in BUSINESS:
        raise NotYours(NOT_YOUR_ROLE)
    run = held(session, number, at=at)
    slot = _held(session, slot_id)
    fill_slot(session, slot, run, by=by, at=at)
    return slot


def fill_slot(
    session: Session, slot: DrillSlot, run: Run, *, by: Actor, at: datetime
) -> None:
    """Tie a run to a slot, in the unit that opens or attaches it."""
    slot = _held(session, slot.id)
    if slot.run_id == run.id:
        return
    if slot.plan != run.plan:
        raise RefusedInWords(_OTHER_PLAN)
    if slot.run_id is not None:
        before = session.get_one(Run, slot.run_id)
        if before.state not in OVER_WITHOUT:
            raise RefusedInWords(_TAKEN, number=before.number)
    elsewhere = select(DrillSlot.id).where(DrillSlot.run_id == run.id)
    if session.scalar(elsewhere) is not None:
        raise RefusedInWords(_ELSEWHERE, number=run.number)
    slot.run_id, slot.by, slot.at = run.id, by.username, at
    slot.version += 1
    session.flush()
    detail = {"run": run.number, "month": slot.month.isoformat()}
    _audit(session, "drill-year.run", slot.plan, detail, by=by, at=at)


def _held(session: Session, slot_id: int) -> DrillSlot:
    slot = session.get(DrillSlot, slot_id, with_for_update=True, populate_existing=True)
    if slot is None:
        raise Absent(_NO_SLOT)
    return slot


def _audit(
    session: Session,
    action: str,
    subject: str,
    detail: dict[str, object] | dict[str, str] | dict[str, list[str]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    audit.write(
        session,
        actor=by.username,
        action=action,
        subject=subject,
        at=at,
        detail=dict(detail),
    )


_NO_SLOT = Words("演练年度计划里没有这一项。", "The drill year has no such slot.")
_CHANGED = Words(
    "这一项刚刚由 {by} 改过。没有覆盖任何内容，请刷新后再改。",
    "{by} changed this slot a moment ago. Nothing was overwritten: reload and try again.",
)
_NO_REASON = Words(
    "改期请写明理由。没有任何改动。", "Say why it is moved. Nothing was changed."
)
_BEGUN = Words(
    "这次演练已经开始，不能再改期。没有任何改动。",
    "This drill has begun and stays where it is. Nothing was changed.",
)
_OTHER_PLAN = Words(
    "这次演练用的是另一份预案，不能填入这一项。没有任何改动。",
    "The run follows another plan than the slot. Nothing was changed.",
)
_TAKEN = Words(
    "这一项已由 {number} 填上。没有任何改动。",
    "{number} fills this slot already. Nothing was changed.",
)
_ELSEWHERE = Words(
    "{number} 已经填在另一个月。没有任何改动。",
    "{number} fills another month already. Nothing was changed.",
)
