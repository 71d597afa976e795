"""The rows of a run's steps, as its plan lays them down for how it is held."""

from __future__ import annotations

from collections.abc import Sequence

from opsdesk.responses.models import Run, RunStep
from opsdesk.responses.states import Section, StepState
from runbooks.plan import Doing, Mode, Plan, Precheck, Step


def lay_steps(run: Run, plan: Plan) -> list[RunStep]:
    """Return the steps that a run does: all of them, or those of a drill's mode."""
    rows = [_precheck(run, one) for one in plan.prechecks if _held(one.modes, run.mode)]
    for section, steps in _sections(plan):
        rows += [_step(run, section, s) for s in steps if _held(s.modes, run.mode)]
    if len({row.key for row in rows}) != len(rows):
        raise ValueError(f"{plan.id}: a key stands twice")
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _sections(plan: Plan) -> tuple[tuple[Section, Sequence[Step]], ...]:
    return (Section.STEP, plan.steps), (Section.ROLL_BACK, plan.roll_back)


def _held(modes: tuple[Mode, ...], mode: Mode | None) -> bool:
    return mode is None or not modes or mode in modes


def _precheck(run: Run, precheck: Precheck) -> RunStep:
    return RunStep(
        run_id=run.id,
        section=Section.PRECHECK,
        key=precheck.key,
        doing=Doing.AUTOMATIC,
        state=StepState.PENDING,
        attempt=0,
        version=1,
    )


def _step(run: Run, section: Section, step: Step) -> RunStep:
    return RunStep(
        run_id=run.id,
        section=section,
        key=step.key,
        doing=step.doing,
        phase=step.phase,
        part=step.part,
        state=StepState.PENDING,
        attempt=0,
        version=1,
    )
