"""What may follow what in a run, and who may: a table that everybody goes through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from opsdesk.people.models import Role
from opsdesk.responses.states import OPEN, RunState
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Part

BUSINESS = frozenset({Role.ENGINEER, Role.LEAD})
COMMANDING = frozenset({Part.COMMANDER, Part.LEADERS})
GOING = (RunState.RUNNING, RunState.PAUSED, RunState.STABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One permitted step of a run. `parts` empty: any engineer or lead.

    An `after` of None leaves the state as it is.
    """

    name: str
    label: Words
    before: tuple[RunState, ...]
    after: RunState | None
    parts: frozenset[Part] = frozenset()
    needs_reason: bool = False


MOVES: tuple[Move, ...] = (
    Move(
        name="ready",
        label=Words("准备就绪", "Ready"),
        before=(RunState.PLANNED,),
        after=RunState.READY,
    ),
    Move(
        name="start",
        label=Words("宣布开始", "Start"),
        before=(RunState.READY,),
        after=RunState.RUNNING,
        parts=COMMANDING,
    ),
    Move(
        name="pause",
        label=Words("暂停", "Pause"),
        before=(RunState.RUNNING,),
        after=RunState.PAUSED,
        needs_reason=True,
    ),
    Move(
        name="resume",
        label=Words("继续", "Go on"),
        before=(RunState.PAUSED, RunState.STABLE),
        after=RunState.RUNNING,
        parts=COMMANDING,
    ),
    Move(
        name="stable",
        label=Words("转入稳定观察", "Stable, under watch"),
        before=(RunState.RUNNING,),
        after=RunState.STABLE,
        parts=COMMANDING,
    ),
    Move(
        name="review",
        label=Words("宣布结束，转入总结", "End it, and review"),
        before=(RunState.RUNNING, RunState.STABLE),
        after=RunState.REVIEW,
        parts=COMMANDING,
    ),
    Move(
        name="roll-back",
        label=Words("启动回退", "Begin the way back"),
        before=GOING,
        after=RunState.RUNNING,
        parts=COMMANDING,
        needs_reason=True,
    ),
    Move(
        name="fail",
        label=Words("判定失败", "Call it failed"),
        before=GOING,
        after=RunState.FAILED,
        parts=COMMANDING,
        needs_reason=True,
    ),
    Move(
        name="abort",
        label=Words("中止", "Break off"),
        before=tuple(one for one in OPEN if one is not RunState.REVIEW),
        after=RunState.ABORTED,
        parts=COMMANDING,
        needs_reason=True,
    ),
)
BY_NAME = {move.name: move for move in MOVES}

STATES: dict[RunState, Words] = {
    RunState.PLANNED: Words("已计划", "planned"),
    RunState.READY: Words("就绪", "ready"),
    RunState.RUNNING: Words("进行中", "running"),
    RunState.PAUSED: Words("已暂停", "paused"),
    RunState.STABLE: Words("稳定观察", "stable"),
    RunState.REVIEW: Words("待总结", "up for review"),
    RunState.SIGNED: Words("已签", "signed"),
    RunState.FAILED: Words("失败", "failed"),
    RunState.ABORTED: Words("已中止", "aborted"),
}


def may(move: Move, by: Actor, parts: Collection[Part]) -> bool:
    """Tell whether somebody who plays these parts may make a move.

    The lead always may; whoever commands may; a move without parts is for every
    engineer; others, and the customer without a part, may not.
    """
    if by.role is Role.LEAD:
        return True
    if by.role not in (Role.ENGINEER, Role.CUSTOMER):
        return False
    if move.parts & set(parts):
        return True
    return not move.parts and by.role is Role.ENGINEER


def moves_from(state: RunState) -> tuple[Move, ...]:
    """Return the moves that the table knows from a state."""
    return tuple(move for move in MOVES if state in move.before)
