"""What a run's page and its paper show: frozen views, without a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsdesk.responses.states import (
    Purpose,
    Rung,
    RungState,
    RunState,
    Section,
    StepState,
    What,
)
from opsdesk.responses.wording import Signing
from probes.finding import Words
from runbooks.plan import (
    Action,
    Clock,
    Doing,
    Evidence,
    Failing,
    Level,
    Mode,
    Part,
    Phase,
    Plan,
    Title,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A file that was attached."""

    id: int
    step: str
    name: str
    media_type: str
    size: int
    sha256: str
    captured_at: datetime | None
    by: str
    at: datetime

    @property
    def is_photo(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step: what the plan says of it, and how far it has come.

    `waits_for` names the steps that must be over before; `pieces` counts what was
    attached or written of what `rule` asks. `elapsed` counts from detection to its
    end, or to now while it is not over; `late` says that this passed `target`.
    """

    id: int
    section: Section
    key: str
    position: int
    doing: Doing
    phase: Phase | None
    part: Part | None
    title: Title
    detail: Title | None
    state: StepState
    started_at: datetime | None
    ended_at: datetime | None
    by: str
    second_by: str
    two_people: bool
    awaits_second: bool  # one did it, another is to confirm
    attempt: int
    queued: bool  # begun, and no worker has taken it yet
    lease_until: datetime | None
    expires_at: datetime | None
    answer: Mapping[str, Any] | None
    reason: str
    version: int
    target: timedelta | None
    due_at: datetime | None
    elapsed: timedelta | None
    late: bool
    rule: Evidence
    pieces: int
    evidence: tuple[EvidenceView, ...]
    waits_for: tuple[str, ...]
    marks: Clock | None
    action: Action | None
    arguments: Mapping[str, str]  # with the run's parameters put in
    expect: Mapping[str, str]
    failing: Failing
    idempotent: bool
    holders: tuple[str, ...]  # who plays its part now


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One of T0–T7. `moment` is the claimed time where one was given."""

    clock: Clock
    moment: datetime | None  # None: not marked
    recorded_at: datetime | None
    by: str
    claimed: bool
    since: timedelta | None  # from detection


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the timeline."""

    id: int
    at: datetime
    claimed_at: datetime | None
    by: str
    what: What
    step: str
    state: str
    clock: Clock | None
    text: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A part of the plan, and who plays it; `before` played it earlier."""

    part: Part
    title: Title
    duty: Title
    username: str  # "": nobody yet
    since: datetime | None
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RungView:
    """One rung of the ladder."""

    id: int
    rung: Rung
    due_at: datetime
    state: RungState
    told: tuple[str, ...]
    told_at: datetime | None
    acknowledged_by: str
    acknowledged_at: datetime | None
    alarmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceView:
    """Somebody who took part."""

    id: int
    username: str
    name: str
    unit: str
    at: datetime
    score: int | None
    out_of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationView:
    """One item of the evaluation; `score` None: not judged yet. Points are "point-1"…."""

    item: str
    title: Words
    score: int | None
    note: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureView:
    """A signature that is wanted; `by` empty: not given. `holds`: for this content."""

    part: Signing
    title: Words
    by: str
    opinion: str
    sha256: str
    at: datetime | None
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveView:
    """An objective: what was promised and what it came to. `met` None: not measured."""

    name: str  # a key of wording.OBJECTIVES
    title: Words
    target: timedelta | None
    actual: timedelta | None
    met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An improvement item: a ticket that came out of the run."""

    number: str
    title: str
    state: str
    is_open: bool
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """A move the table knows from here; who may is asked by `moves.may`."""

    name: str
    label: Words
    needs_reason: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run, whole. Titles come from the plan as it was when the run was opened."""

    id: int
    number: str
    purpose: Purpose
    exercise: bool  # 「演练」 on every page, message and paper
    plan: Plan
    plan_version: str
    plan_sha256: str
    mode: Mode | None
    level: Level
    title: str
    state: RunState
    is_open: bool
    joint: bool
    parameters: Mapping[str, str]
    incident: str  # its number, "" for none
    planned_for: datetime | None
    opened_by: str
    opened_at: datetime
    started_at: datetime | None
    detected_at: datetime | None  # T1, or the start where nobody marked it
    ended_at: datetime | None
    signed_at: datetime | None
    rolled_back_at: datetime | None
    report_due_at: datetime | None
    review_due_at: datetime | None
    deviated: bool | None  # frozen when signed; None before
    deviates: bool  # an objective is missed as things stand
    result: Mapping[str, Any] | None
    summary: Mapping[str, str]
    last_event: int
    version: int
    sha256: str  # of what would be signed now, "" before it is up for review
    prechecks: tuple[StepView, ...]
    steps: tuple[StepView, ...]
    roll_back: tuple[StepView, ...]  # empty unless it was begun
    clocks: tuple[ClockView, ...]  # T0 to T7, all eight
    recovery_point: datetime | None
    objectives: tuple[ObjectiveView, ...]
    timeline: tuple[Entry, ...]  # the newest 500, oldest first
    evidence: tuple[EvidenceView, ...]
    roles: tuple[RoleView, ...]
    ladder: tuple[RungView, ...]
    attendance: tuple[AttendanceView, ...]
    evaluation: tuple[EvaluationView, ...]
    signatures: tuple[SignatureView, ...]
    items: tuple[ItemView, ...]
    moves: tuple[MoveView, ...]

    def step(self, key: str) -> StepView | None:
        every = (*self.prechecks, *self.steps, *self.roll_back)
        return next((one for one in every if one.key == key), None)

    def parts_of(self, username: str) -> frozenset[Part]:
        """Return the parts somebody plays now."""
        return frozenset(r.part for r in self.roles if r.username == username)
