"""What the states, parts, phases and clocks of runs are called on screen, and drawn as."""

from __future__ import annotations

from opsdesk.responses.naming import (
    ACTIONS,
    CLOCKS,
    DOINGS,
    LEVELS,
    MODES,
    PARTS,
    PHASES,
    PROOFS,
    PURPOSES,
    RUNG_STATES,
    RUNGS,
    SCENARIOS,
    STEP_STATES,
    WHAT,
)
from opsdesk.responses.states import StepState

__all__ = [
    "ACTIONS",
    "CLOCKS",
    "DOINGS",
    "LEVELS",
    "MODES",
    "PARTS",
    "PHASES",
    "PROOFS",
    "PURPOSES",
    "RUNGS",
    "RUNG_STATES",
    "SCENARIOS",
    "STEP_SHAPES",
    "STEP_STATES",
    "WHAT",
]

STEP_SHAPES = {
    StepState.PENDING: "circle-dashed",
    StepState.RUNNING: "player-play",
    StepState.DONE: "circle-check",
    StepState.FAILED: "circle-x",
    StepState.SKIPPED: "minus",
    StepState.EXPIRED: "hourglass",
    StepState.UNKNOWN: "question-mark",
}
