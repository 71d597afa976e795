"""What all doings to a step share: who holds it, what came before, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person
from opsdesk.responses.models import Run, RunEvent, RunStep
from opsdesk.responses.operations import clocks
from opsdesk.responses.operations.holding import held, plan_of, step_of, steps_of
from opsdesk.responses.operations.telling import DESK, Entry, counted, tell
from opsdesk.responses.refusals import Overtaken, ago, plain
from opsdesk.responses.states import OVER, RunState, Section, StepState, What
from probes.finding import Words
from runbooks.plan import Doing, Failing, Plan, Precheck, Step, Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What somebody does to a step. Keys are unique within a run, over all sections.

    `version` is the step's as it was seen, None for what needs none. `token` is made
    by the page: the same one again gives the first outcome. `text` is what was seen,
    or the reason.
    """

    key: str
    version: int | None = None
    token: str | None = None
    claimed_at: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What came of it; `repeated`: this token had been counted before."""

    step: RunStep
    event_id: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """A step, its run locked, and what the plan says of it."""

    run: Run
    plan: Plan
    step: RunStep
    counted: int | None = None  # the entry this tick's token was counted by

    @property
    def planned(self) -> Step | None:
        """What the plan says of the step; None for a precheck."""
        return self.plan.step(self.step.key)

    @property
    def precheck(self) -> Precheck | None:
        return next((p for p in self.plan.prechecks if p.key == self.step.key), None)

    @property
    def title(self) -> Title:
        """What the plan calls the step."""
        found = self.planned or self.precheck
        assert found is not None  # a run's steps are laid from its plan
        return found.title

    @property
    def repeated(self) -> Ticked:
        assert self.counted is not None
        return Ticked(step=self.step, event_id=self.counted, repeated=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Into which state a step comes, and what is told of it."""

    state: StepState
    by: str
    at: datetime
    tick: Tick
    detail: Mapping[str, Any] = field(default_factory=dict)


def grip(session: Session, number: str, tick: Tick, *, at: datetime) -> Grip:
    """Take hold of a run and one of its steps. Raises Absent."""
    run = held(session, number, at=at)
    return Grip(
        run=run,
        plan=plan_of(session, run),
        step=step_of(session, run, tick.key),
        counted=counted(session, run, tick.token),
    )


def require(
    session: Session,
    grip: Grip,
    tick: Tick,
    before: tuple[StepState, ...],
    *,
    at: datetime,
) -> None:
    """Want the step as it was seen, and in one of these states. Raises Overtaken."""
    step = grip.step
    if tick.version is not None and tick.version != step.version:
        raise _overtaken(session, grip, at)
    if step.state not in before:
        raise _overtaken(session, grip, at)


def _overtaken(session: Session, grip: Grip, at: datetime) -> Overtaken:
    query = (
        select(RunEvent.by, RunEvent.at)
        .where(
            RunEvent.run_id == grip.run.id,
            RunEvent.what == What.STEP,
            RunEvent.step == grip.step.key,
        )
        .order_by(RunEvent.id.desc())
        .limit(1)
    )
    last = session.execute(query).first()
    state = STATES[grip.step.state]
    if last is None:
        words = _NOT_SO.fill(key=grip.step.key, zh=state.zh, en=state.en)
        return Overtaken(words, "", None)
    past = ago(at - last.at)
    name = session.scalar(select(Person.name).where(Person.username == last.by))
    title = grip.title
    words = _FIRST.fill(
        step=plain(title.zh),
        title=plain(title.en),
        by=plain(name or last.by),
        zh=past.zh,
        en=past.en,
        state=state.zh,
        name=state.en,
    )
    return Overtaken(words, last.by, last.at)


def require_going(grip: Grip, *, paused_too: bool = False) -> None:
    """Want the run to be where steps of this section are done."""
    run, section = grip.run, grip.step.section
    going = {RunState.RUNNING, RunState.STABLE}
    if paused_too:
        going.add(RunState.PAUSED)
    if section is Section.PRECHECK:
        going |= {RunState.PLANNED, RunState.READY}
    if section is Section.ROLL_BACK and run.rolled_back_at is None:
        raise RefusedInWords(_NO_WAY_BACK)
    if run.state not in going:
        raise RefusedInWords(_NOT_GOING, number=run.number)


def require_after(session: Session, grip: Grip) -> None:
    """Want the steps that come before to be over, and approvals given."""
    planned = grip.planned
    if planned is None or not planned.after:
        return
    every = {one.key: one for one in steps_of(session, grip.run)}
    missing = [
        key for key in planned.after if key in every and not _is_past(every[key])
    ]
    if missing:
        titles = [grip.plan.step(key) for key in missing]
        zh = "、".join(one.title.zh for one in titles if one)
        en = ", ".join(one.title.en for one in titles if one)
        raise RefusedInWords(_WAITS, zh=plain(zh), en=plain(en))


def _is_past(step: RunStep) -> bool:
    if step.doing is Doing.APPROVAL:
        return step.state is StepState.DONE
    return step.state in OVER


def put(session: Session, grip: Grip, change: Change) -> Ticked:
    """Put a step into a state, and let follow what the plan says follows."""
    run, step, tick = grip.run, grip.step, change.tick
    step.state, step.version = change.state, step.version + 1
    if change.state in OVER:
        step.ended_at, step.lease_until, step.leased_by = change.at, None, ""
    if tick.text.strip():
        step.reason = tick.text.strip()
    detail = {"section": step.section.value, "attempt": step.attempt, **change.detail}
    entry = Entry(
        what=What.STEP,
        by=change.by,
        at=change.at,
        text=tick.text.strip(),
        step=step.key,
        state=change.state.value,
        claimed_at=tick.claimed_at,
        token=tick.token,
        detail=detail,
    )
    event_id = tell(session, run, entry)
    _follow(session, grip, change)
    return Ticked(step=step, event_id=event_id)


def _follow(session: Session, grip: Grip, change: Change) -> None:
    planned = grip.planned
    if planned is None:
        return
    if change.state is StepState.DONE and planned.marks:
        clocks.put_once(
            session,
            grip.run,
            planned.marks,
            claimed_at=change.tick.claimed_at,
            step=grip.step.key,
            by=change.by,
            at=change.at,
        )
    if change.state in (StepState.FAILED, StepState.EXPIRED):
        _follow_failure(session, grip, planned, change.at)


def _follow_failure(session: Session, grip: Grip, planned: Step, at: datetime) -> None:
    """Pause the run, begin the way back, or go on: as the plan says."""
    if planned.failing is Failing.GO_ON:
        return
    run = grip.run
    back = (
        planned.failing is Failing.ROLL_BACK
        and grip.step.section is Section.STEP
        and bool(grip.plan.roll_back)
    )
    if back and run.rolled_back_at is None:
        begin_roll_back(session, run, by=DESK, why=grip.step.key, at=at)
    elif run.state in (RunState.RUNNING, RunState.STABLE) and not back:
        run.state, run.version = RunState.PAUSED, run.version + 1
        detail = {"move": "pause", "because": grip.step.key}
        tell(session, run, Entry(what=What.MOVED, by=DESK, at=at, detail=detail))


def begin_roll_back(
    session: Session,
    run: Run,
    *,
    by: str,
    why: str,
    at: datetime,
    token: str | None = None,
) -> None:
    """Open the steps of the way back; the run goes on with them."""
    before = run.state
    run.rolled_back_at, run.state = at, RunState.RUNNING
    run.version += 1
    detail = {"move": "roll-back", "from": before.value}
    entry = Entry(what=What.MOVED, by=by, at=at, text=why, token=token, detail=detail)
    tell(session, run, entry)


STATES: dict[StepState, Words] = {
    StepState.PENDING: Words("待办", "pending"),
    StepState.RUNNING: Words("进行中", "under way"),
    StepState.DONE: Words("完成", "done"),
    StepState.FAILED: Words("失败", "failed"),
    StepState.SKIPPED: Words("跳过", "skipped"),
    StepState.EXPIRED: Words("过期未批", "expired"),
    StepState.UNKNOWN: Words("结果不明", "unknown"),
}
_FIRST = Words(
    "步骤「{step}」已由 {by} 在 {zh}处理，现在是「{state}」。你的这次操作没有生效，没有任何改动。",
    "{by} was first with this step ({title}), {en}: it is {name} now. Yours was not "
    "counted; nothing was changed.",
)
_NOT_SO = Words(
    "步骤 {key} 现在是「{zh}」，不能这样做。没有任何改动。",
    "Step {key} is {en} now, so this cannot be done. Nothing was changed.",
)
_NO_WAY_BACK = Words(
    "还没有启动回退，回退步骤不能做。没有任何改动。",
    "The way back was not begun, so its steps wait. Nothing was changed.",
)
_NOT_GOING = Words(
    "{number} 现在不在进行中，这一步不能做。没有任何改动。",
    "{number} is not under way, so this step waits. Nothing was changed.",
)
_WAITS = Words(
    "前面的步骤还没有完成（或没有获批）：{zh}。没有任何改动。",
    "Steps before this one are not over, or not approved: {en}. Nothing was changed.",
)
