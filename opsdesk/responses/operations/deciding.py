"""Approvals within a run: given or refused by who holds the part, or expired."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.responses.models import Run, RunStep
from opsdesk.responses.operations.holding import parts_of
from opsdesk.responses.operations.telling import DESK
from opsdesk.responses.operations.ticking import (
    Change,
    Grip,
    Tick,
    Ticked,
    grip,
    put,
    require,
    require_going,
)
from opsdesk.responses.refusals import NotYours
from opsdesk.responses.states import StepState
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Doing, Part


def decide(
    session: Session,
    number: str,
    tick: Tick,
    *,
    agrees: bool,
    by: Actor,
    at: datetime,
) -> Ticked:
    """Give or refuse an approval that was asked for (`begin`).

    Only who holds its part; never who asked, nor who executes. Past its time it is
    refused, whoever answers. A refusal wants a reason.
    """
    taken = grip(session, number, tick, at=at)
    if taken.counted is not None:
        return taken.repeated
    if taken.step.doing is not Doing.APPROVAL:
        raise RefusedInWords(_NO_APPROVAL)
    _require_approver(session, taken, by)
    require(session, taken, tick, (StepState.RUNNING,), at=at)
    require_going(taken, paused_too=True)
    step = taken.step
    if step.expires_at is not None and step.expires_at <= at:
        raise RefusedInWords(_TOO_LATE)
    if not agrees and not tick.text.strip():
        raise RefusedInWords(_NO_REASON)
    step.second_by = by.username
    state = StepState.DONE if agrees else StepState.FAILED
    detail = {"agrees": agrees, "asked_by": step.by}
    change = Change(state=state, by=by.username, at=at, tick=tick, detail=detail)
    return put(session, taken, change)


def _require_approver(session: Session, taken: Grip, by: Actor) -> None:
    parts = parts_of(session, taken.run, by.username)
    part = taken.step.part
    if part not in parts:
        raise NotYours(_NOT_YOURS)
    if taken.step.by == by.username:
        raise NotYours(_YOU_ASKED)
    if part is not Part.OPERATOR and Part.OPERATOR in parts:
        raise NotYours(_YOU_EXECUTE)


def expire(session: Session, *, at: datetime) -> int:
    """End approvals nobody gave in time; return how many."""
    query = (
        select(Run.number, RunStep.key)
        .join(Run, Run.id == RunStep.run_id)
        .where(
            Run.is_open,
            RunStep.state == StepState.RUNNING,
            RunStep.doing == Doing.APPROVAL,
            RunStep.expires_at <= at,
        )
        .order_by(Run.id, RunStep.position)
    )
    ended = 0
    for number, key in session.execute(query).all():
        tick = Tick(key=key)
        taken = grip(session, number, tick, at=at)
        step = taken.step
        late = step.expires_at is not None and step.expires_at <= at
        if taken.run.is_open and step.state is StepState.RUNNING and late:
            change = Change(state=StepState.EXPIRED, by=DESK, at=at, tick=tick)
            put(session, taken, change)
            ended += 1
    return ended


_NO_APPROVAL = Words(
    "这一步不是审批。没有任何改动。", "This step is no approval. Nothing was changed."
)
_NOT_YOURS = Words(
    "这项审批由担任对应角色的人决定；需要时请先交接角色。没有任何改动。",
    "Who plays the part decides this; hand the part over first if need be. Nothing was "
    "changed.",
)
_YOU_ASKED = Words(
    "审批是你提请的，不能由你批准。没有任何改动。",
    "You asked for this approval, so you cannot give it. Nothing was changed.",
)
_YOU_EXECUTE = Words(
    "你同时是技术处置人，不能批准自己要执行的操作。没有任何改动。",
    "You also carry out the work, so you cannot approve it. Nothing was changed.",
)
_TOO_LATE = Words(
    "这项审批已过有效时间，按拒绝处理；需要时请重新提请。没有任何改动。",
    "This approval has expired, which counts as refused; ask for it anew if need be. "
    "Nothing was changed.",
)
_NO_REASON = Words(
    "拒绝请写明理由。没有任何改动。", "Say why you refuse. Nothing was changed."
)
