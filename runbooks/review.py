"""What can be said of a sound plan without running it: what is thin, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from runbooks.checking import asked_of
from runbooks.plan import Clock, Doing, Mode, Part, Phase, Plan, Step, Title

_MUST_MARK = (Clock.ACKNOWLEDGED, Clock.CONTAINED, Clock.RESTORED, Clock.VERIFIED)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reviewer would say; the plan can be used all the same."""

    path: str
    words: Title


def review(plan: Plan) -> tuple[Remark, ...]:
    """Return every remark about a plan."""
    return (
        *_clocks(plan),
        *_order(plan),
        *_proof(plan),
        *_people(plan),
        *_drills(plan),
    )


def steps_of(plan: Plan, mode: Mode | None) -> tuple[Step, ...]:
    """Return the steps of a drill of this mode, or of an emergency (None)."""
    return tuple(step for step in plan.steps if asked_of(step, mode))


def planned_minutes(plan: Plan, mode: Mode | None) -> int:
    """Return by when, in minutes from detection, the last step should be over."""
    targets = [step.target or timedelta(0) for step in steps_of(plan, mode)]
    return round(max(targets, default=timedelta(0)).total_seconds() / 60)


def _clocks(plan: Plan) -> Iterator[Remark]:
    marked = {step.marks for step in plan.steps}
    for clock in _MUST_MARK:
        if clock not in marked:
            yield Remark(
                "steps",
                Title(
                    f"没有步骤标记 {clock}，这个时刻要靠人记。",
                    f"No step marks {clock}; somebody must remember to.",
                ),
            )
    limits = (
        (Clock.ACKNOWLEDGED, plan.objectives.acknowledge),
        (Clock.ON_SITE, plan.objectives.on_site),
        (Clock.CONTAINED, plan.objectives.contain),
        (Clock.RESTORED, plan.objectives.recovery_time),
    )
    for step in plan.steps:
        for clock, limit in limits:
            if step.marks is clock and (step.target or timedelta(0)) > limit:
                yield Remark(
                    f"steps.{step.key}",
                    Title(
                        f"目标时间晚于总目标 {clock}。",
                        f"Its target is later than the objective for {clock}.",
                    ),
                )


def _order(plan: Plan) -> Iterator[Remark]:
    """Tell of steps that are due before something they wait for."""
    due = {step.key: step.target for step in plan.steps}
    for step in plan.steps:
        for key in step.after:
            before = due.get(key)
            if step.target and before and before > step.target:
                yield Remark(
                    f"steps.{step.key}",
                    Title(
                        f"目标时间早于它要等的 {key}。",
                        f"It is due before {key}, which it waits for.",
                    ),
                )


def _proof(plan: Plan) -> Iterator[Remark]:
    for step in plan.steps:
        if step.phase is Phase.PRESERVE and not step.evidence.least:
            yield Remark(
                f"steps.{step.key}",
                Title("取证步骤没有要求证据。", "A step that preserves asks no proof."),
            )


def _people(plan: Plan) -> Iterator[Remark]:
    parts = [role.part for role in plan.roles]
    for part in (Part.COMMANDER, Part.LIAISON, Part.SCRIBE):
        if part not in parts:
            yield Remark("roles", Title(f"没有 {part} 角色。", f"Nobody plays {part}."))
    posts = [role.from_roster for role in plan.roles]
    if not any(posts):
        yield Remark(
            "roles",
            Title(
                "没有一个角色取自值班表，每次都要手工指定。",
                "No role comes from the roster: each is chosen by hand, every time.",
            ),
        )
    approvals = {s.key: s for s in plan.steps if s.doing is Doing.APPROVAL}
    for step in plan.steps:
        for key in step.after:
            if key in approvals and approvals[key].part is step.part:
                yield Remark(
                    f"steps.{key}",
                    Title(
                        f"批准与执行（{step.key}）是同一角色。",
                        f"The part that approves carries out {step.key} as well.",
                    ),
                )


def _drills(plan: Plan) -> Iterator[Remark]:
    for drill in plan.drills:
        steps = steps_of(plan, drill.mode)
        if not steps:
            yield Remark(
                f"drills.{drill.mode}",
                Title("这种演练没有一个步骤。", "This drill has not a single step."),
            )
        kept = {step.key for step in steps}
        for step in steps:
            for key in sorted(set(step.after) - kept):
                yield Remark(
                    f"steps.{step.key}",
                    Title(
                        f"{drill.mode} 演练中不做 {key}，这一步却要等它。",
                        f"It waits for {key}, which a {drill.mode} drill leaves out.",
                    ),
                )
        if drill.mode is Mode.LIVE and not plan.roll_back:
            yield Remark(
                f"drills.{drill.mode}",
                Title("实操演练没有回退步骤。", "A live drill without a way back."),
            )
