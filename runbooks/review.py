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
    return (*_clocks(plan), *_proof(plan), *_people(plan), *_drills(plan))


def steps_of(plan: Plan, mode: Mode | None) -> tuple[Step, ...]:
    """Return the steps of a drill of this mode, or of an emergency (None)."""
    return tuple(step for step in plan.steps if asked_of(step, mode))


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
    acting = {step.part for step in plan.steps if step.doing is not Doing.APPROVAL}
    deciding = {step.part for step in plan.steps if step.doing is Doing.APPROVAL}
    if deciding and acting == deciding:
        yield Remark(
            "steps",
            Title(
                "批准与执行是同一角色，没有人能批准。",
                "Those who approve are those who act: nobody can approve.",
            ),
        )


def _drills(plan: Plan) -> Iterator[Remark]:
    for drill in plan.drills:
        if not steps_of(plan, drill.mode):
            yield Remark(
                f"drills.{drill.mode}",
                Title("这种演练没有一个步骤。", "This drill has not a single step."),
            )
        if drill.mode is Mode.LIVE and not plan.roll_back:
            yield Remark(
                f"drills.{drill.mode}",
                Title("实操演练没有回退步骤。", "A live drill without a way back."),
            )
