"""Steps that people do: begun, done, confirmed, failed, skipped, taken again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Role
from opsdesk.responses import parameters
from opsdesk.responses.operations.holding import held, require_participant, steps_of
from opsdesk.responses.operations.proving import require_evidence
from opsdesk.responses.operations.ticking import (
    Change,
    Grip,
    Tick,
    Ticked,
    grip,
    put,
    require,
    require_after,
    require_going,
)
from opsdesk.responses.refusals import NotYours
from opsdesk.responses.states import AWAITS_SECOND, Section, StepState
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Doing

__all__ = [
    "Tick",
    "Ticked",
    "again",
    "begin",
    "begin_prechecks",
    "confirm",
    "done",
    "fail",
    "resolve",
    "skip",
]

PENDING, RUNNING = StepState.PENDING, StepState.RUNNING
UNHAPPY = (StepState.FAILED, StepState.EXPIRED, StepState.UNKNOWN)


def begin(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Begin a step.

    A manual one runs; an automatic one waits for a worker; an approval is asked for,
    and expires after its time to live.
    """
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, (PENDING,), at=at)
    require_going(taken)
    require_after(session, taken)
    return _begin(session, taken, tick, by=by, at=at)


def _begin(
    session: Session, taken: Grip, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    step, planned = taken.step, taken.planned
    step.by, step.started_at, step.attempt = by.username, at, step.attempt + 1
    step.ended_at, step.second_by, step.leased_by = None, "", ""
    if planned is not None and step.doing is Doing.APPROVAL and planned.ttl:
        step.expires_at = at + planned.ttl
    if step.doing is Doing.AUTOMATIC:
        _require_parameters(taken)
        if planned is not None and planned.two_people:
            step.leased_by = AWAITS_SECOND
    change = Change(state=RUNNING, by=by.username, at=at, tick=tick)
    return put(session, taken, change)


def begin_prechecks(session: Session, number: str, *, by: Actor, at: datetime) -> int:
    """Have every precheck that is pending or failed done; return how many."""
    run = held(session, number, at=at)
    wanted = [
        step.key
        for step in steps_of(session, run)
        if step.section is Section.PRECHECK and step.state in (PENDING, *UNHAPPY)
    ]
    for key in wanted:
        tick = Tick(key=key)
        if grip(session, number, tick, at=at).step.state is not PENDING:
            again(session, number, tick, by=by, at=at)
        begin(session, number, tick, by=by, at=at)
    return len(wanted)


def done(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """End a manual step, begun or not. Evidence must be there; `after` must be over.

    Where two people are wanted the first leaves it RUNNING (`by` set), and the second
    ends it with `confirm`. What was done before a pause is taken while paused too.
    """
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, (PENDING, RUNNING), at=at)
    require_going(taken, paused_too=True)
    require_after(session, taken)
    _require_by_hand(taken)
    require_evidence(session, taken, tick)
    step, planned = taken.step, taken.planned
    if step.leased_by == AWAITS_SECOND:
        raise RefusedInWords(_SECOND_WANTED, by=step.by)
    step.by, step.started_at = by.username, step.started_at or at
    if planned is not None and planned.two_people:
        step.leased_by = AWAITS_SECOND
        detail = {"first": by.username}
        change = Change(state=RUNNING, by=by.username, at=at, tick=tick, detail=detail)
    else:
        change = Change(state=StepState.DONE, by=by.username, at=at, tick=tick)
    return put(session, taken, change)


def confirm(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Confirm as the second of two people what another did, or is about to start.

    A manual step is done by this; an automatic one waits for a worker from now.
    """
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, (RUNNING,), at=at)
    step = taken.step
    require_going(taken, paused_too=step.doing is Doing.MANUAL)
    if step.leased_by != AWAITS_SECOND:
        raise RefusedInWords(_NOTHING_TO_CONFIRM)
    if step.by == by.username:
        raise NotYours(_NOT_TWICE)
    step.second_by, step.leased_by = by.username, ""
    over = step.doing is Doing.MANUAL
    detail = {"first": step.by, "second": by.username}
    state = StepState.DONE if over else RUNNING
    change = Change(state=state, by=by.username, at=at, tick=tick, detail=detail)
    return put(session, taken, change)


def fail(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Say that a step failed, and why; the plan's policy follows: pause, go on, back."""
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, (PENDING, RUNNING), at=at)
    require_going(taken, paused_too=True)
    _require_by_hand(taken)
    _require_reason(tick)
    step = taken.step
    step.by, step.started_at = by.username, step.started_at or at
    change = Change(state=StepState.FAILED, by=by.username, at=at, tick=tick)
    return put(session, taken, change)


def skip(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Leave a step out, with a reason; a failed precheck only by the lead.

    An approval left out approves nothing: what waits for it waits on.
    """
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, (PENDING, RUNNING, *UNHAPPY), at=at)
    require_going(taken, paused_too=True)
    _require_reason(tick)
    step = taken.step
    if step.lease_until is not None and step.state is RUNNING:
        raise RefusedInWords(_AT_WORK)
    unhappy = step.state in UNHAPPY and step.section is Section.PRECHECK
    if unhappy and by.role is not Role.LEAD:
        raise NotYours(_LEAD_SKIPS)
    step.by = by.username
    detail = {"from": step.state.value}
    change = Change(
        state=StepState.SKIPPED, by=by.username, at=at, tick=tick, detail=detail
    )
    return put(session, taken, change)


def again(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Ticked:
    """Put a failed, expired or unknown step back to PENDING.

    An automatic step only where its plan calls it idempotent.
    """
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, UNHAPPY, at=at)
    require_going(taken, paused_too=True)
    step, planned = taken.step, taken.planned
    once = planned is not None and not planned.idempotent
    if step.doing is Doing.AUTOMATIC and once:
        raise RefusedInWords(_ONLY_ONCE)
    step.started_at = step.ended_at = step.expires_at = step.lease_until = None
    step.by = step.second_by = step.leased_by = ""
    detail = {"from": step.state.value}
    change = Change(state=PENDING, by=by.username, at=at, tick=tick, detail=detail)
    return put(session, taken, change)


def resolve(
    session: Session,
    number: str,
    tick: Tick,
    *,
    happened: bool,
    by: Actor,
    at: datetime,
) -> Ticked:
    """Say what came of an UNKNOWN step: done (`happened`) or failed; `text` says how.

    To have it run again: `again`.
    """
    taken = _taken(session, number, tick, by=by, at=at)
    if taken.counted is not None:
        return taken.repeated
    require(session, taken, tick, (StepState.UNKNOWN,), at=at)
    require_going(taken, paused_too=True)
    _require_reason(tick)
    state = StepState.DONE if happened else StepState.FAILED
    taken.step.by = by.username
    detail = {"from": StepState.UNKNOWN.value}
    change = Change(state=state, by=by.username, at=at, tick=tick, detail=detail)
    return put(session, taken, change)


def _taken(
    session: Session, number: str, tick: Tick, *, by: Actor, at: datetime
) -> Grip:
    taken = grip(session, number, tick, at=at)
    require_participant(session, taken.run, by)
    return taken


def _require_by_hand(taken: Grip) -> None:
    if taken.step.doing is Doing.AUTOMATIC:
        raise RefusedInWords(_BY_ITSELF)
    if taken.step.doing is Doing.APPROVAL:
        raise RefusedInWords(_DECIDED)


def _require_parameters(taken: Grip) -> None:
    wanted = taken.planned or taken.precheck
    if wanted is None:
        return
    missing = parameters.lacking(wanted.arguments, taken.run.parameters)
    if missing:
        raise RefusedInWords(_NO_PARAMETER, names="、".join(missing))


def _require_reason(tick: Tick) -> None:
    if not tick.text.strip():
        raise RefusedInWords(_NO_REASON)


_BY_ITSELF = Words(
    "这一步由系统自动执行。结果不明时请按「人工确认」，做不了请写明理由跳过。没有任何改动。",
    "The desk does this step by itself. If its outcome is unknown, resolve it; if it "
    "cannot be done, skip it with a reason. Nothing was changed.",
)
_DECIDED = Words(
    "这一步是审批，请同意或拒绝。没有任何改动。",
    "This step is an approval: give it or refuse it. Nothing was changed.",
)
_NO_REASON = Words(
    "请写明理由或所见情况。没有任何改动。",
    "Say why, or what you saw. Nothing was changed.",
)
_NO_PARAMETER = Words(
    "这一步还缺参数：{names}。请先填写，没有执行任何操作。",
    "This step lacks parameters: {names}. Fill them in first; nothing was done.",
)
_NOTHING_TO_CONFIRM = Words(
    "这一步现在没有等待第二人确认。没有任何改动。",
    "This step waits for nobody's confirmation. Nothing was changed.",
)
_SECOND_WANTED = Words(
    "{by} 已经做完，正等第二个人确认：请按「确认」。没有任何改动。",
    "{by} has done it, and a second person is to confirm. Nothing was changed.",
)
_NOT_TWICE = Words(
    "双人操作须由另一个人确认，不能自己确认自己。没有任何改动。",
    "Another person confirms what you did. Nothing was changed.",
)
_AT_WORK = Words(
    "系统正在执行这一步，不能跳过。请等它结束。没有任何改动。",
    "The desk is at work on this step: wait until it ends. Nothing was changed.",
)
_LEAD_SKIPS = Words(
    "没有通过的预检只能由运维负责人写明理由后放行。没有任何改动。",
    "Only the lead lets a failed precheck pass, with a reason. Nothing was changed.",
)
_ONLY_ONCE = Words(
    "这一步不能重复执行（预案没有标为可重复）。请人工确认它的结果，或写明理由跳过。没有任何改动。",
    "This step must not run twice (its plan does not call it idempotent). Resolve it "
    "by hand, or skip it with a reason. Nothing was changed.",
)
