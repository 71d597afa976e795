"""Which step is next and for whom; the engine says what each of them may do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from opsdesk.responses.queries.page import RunView, StepView
from opsdesk.responses.states import OVER, RunState, StepState
from runbooks.plan import Doing, Phase

BEFORE = (RunState.PLANNED, RunState.READY)
GOING = (RunState.RUNNING, RunState.STABLE)


def current(view: RunView) -> tuple[StepView, ...]:
    """Return the list that is worked on: prechecks, steps, or the way back."""
    if view.state in BEFORE:
        return view.prechecks
    return view.roll_back or view.steps


def is_open(step: StepView) -> bool:
    """Tell whether somebody could do something about a step now."""
    return step.state not in OVER and not step.waits_for


def is_worked_on(view: RunView, step: StepView) -> bool:
    """Tell whether a step's buttons belong on the page now."""
    going = view.state in GOING or (view.state in BEFORE and step in view.prechecks)
    return going and is_open(step)


def may_skip(view: RunView, step: StepView) -> bool:
    """Tell whether a step may be left out, or taken again: also one that waits."""
    if step.state in (StepState.DONE, StepState.SKIPPED) or step.queued or _waits(step):
        return False
    if view.state in BEFORE:
        return step in view.prechecks
    return view.state in (*GOING, RunState.PAUSED)


def wants_second(step: StepView) -> bool:
    """Tell whether one of two did it, and another has to confirm."""
    done = step.by and not step.second_by
    return bool(step.two_people and step.state is StepState.RUNNING and done)


def is_mine(step: StepView, username: str) -> bool:
    """Tell whether a step is somebody's: by his part, or as the second of two."""
    if wants_second(step):
        return step.by != username
    return username in step.holders


def next_of(view: RunView, username: str) -> tuple[StepView | None, bool]:
    """Return the step to be done next, and whether it is the reader's own.

    What hangs comes first: an unknown outcome holds everybody up.
    """
    waiting = [one for one in current(view) if is_worked_on(view, one)]
    waiting.sort(key=lambda one: (one.state is not StepState.UNKNOWN, one.position))
    own = [one for one in waiting if is_mine(one, username) and not _waits(one)]
    if own:
        return own[0], True
    others = [one for one in waiting if not _waits(one)] or waiting
    return (others[0], False) if others else (None, False)


def _waits(step: StepView) -> bool:
    """Tell whether a step runs by itself at present: nobody has to do anything."""
    running = step.doing is Doing.AUTOMATIC and step.state is StepState.RUNNING
    return running and not wants_second(step)


def phase(view: RunView) -> Phase | None:
    """Return the phase of the first step that is not over."""
    left = [one for one in current(view) if one.state not in OVER]
    return left[0].phase if left else None


def finished(steps: Iterable[StepView]) -> int:
    """Return how many steps are over."""
    return sum(one.state in OVER for one in steps)


def changed(view: RunView, after: int) -> list[StepView]:
    """Return the steps that look different since an entry of the timeline."""
    fresh = [one for one in view.timeline if one.id > after]
    every = [*view.prechecks, *view.steps, *view.roll_back]
    if (
        not view.timeline
        or view.timeline[0].id > after
        or any(one.what in ("moved", "role") for one in fresh)
    ):
        return every
    keys = {one.step for one in fresh if one.step}
    plan = view.plan
    following = {s.key for s in (*plan.steps, *plan.roll_back) if keys & {*s.after}}
    return [one for one in every if one.key in keys | following]


def from_detection(span: timedelta) -> str:
    """Return how long after detection something was, or before it: T+1:02:03, T−0:06:00."""
    return f"T−{hms(-span)}" if span < timedelta() else f"T+{hms(span)}"


def hms(span: timedelta | None) -> str:
    """Return a span as 1:02:03, as the page's script shows it while it runs."""
    if span is None:
        return ""
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
