"""Plans as they were, runs of them and all that happened in each, and the drill year.

A run carries the plan it follows by its hash: editing the file changes no run. Steps are
rows with a version, so that the second of two who tick the same one is told; what
happened is `run_event`, which only grows, and the paper is printed from it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice
from opsdesk.responses.states import (
    Purpose,
    Rung,
    RungState,
    RunState,
    Section,
    StepState,
    What,
)
from runbooks.plan import Clock, Doing, Level, Mode, Part, Phase

NUMBER, KEY, USERNAME, PLAN = 24, 40, 64, 40


class PlanVersion(Row):
    """A plan as it was read at some time; insert-only. `content` is its canonical JSON."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(PLAN))
    scenario: Mapped[str] = mapped_column(String(KEY))
    version: Mapped[str] = mapped_column(String(16))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    seen_at: Mapped[datetime]


class PlanSignature(Row):
    """Somebody wrote, reviewed or approved one version of a plan; insert-only."""

    __tablename__ = "plan_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_version_id: Mapped[int] = mapped_column(
        ForeignKey("plan_version.id"), index=True
    )
    what: Mapped[str] = mapped_column(String(16))  # reviewed, approved, acknowledged
    by: Mapped[str] = mapped_column(String(USERNAME))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Run(Row):
    """One going through a plan, rehearsed or real.

    `result` is what was measured, frozen when it is signed; `deviated` says that an
    objective was missed: a run that completed has not passed by that alone.
    `last_event` repeats the newest entry, so that a page can ask cheaply for news.
    """

    __tablename__ = "run"
    __table_args__ = (
        Index("ix_run_state_id", "state", "id"),
        Index("ix_run_plan_id", "plan", "id"),
        Index(
            "ix_run_open",
            "id",
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(NUMBER), unique=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    exercise: Mapped[bool]
    plan: Mapped[str] = mapped_column(String(PLAN))
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    mode: Mapped[Mode | None] = mapped_column(choice(Mode))
    level: Mapped[Level] = mapped_column(choice(Level))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[RunState] = mapped_column(choice(RunState))
    is_open: Mapped[bool] = mapped_column(default=True)
    joint: Mapped[bool] = mapped_column(default=False)  # with the customer
    parameters: Mapped[dict[str, Any]]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    planned_for: Mapped[datetime | None]
    opened_by: Mapped[str] = mapped_column(String(USERNAME))
    opened_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    rolled_back_at: Mapped[datetime | None]  # the way back was begun
    report_due_at: Mapped[datetime | None]
    review_due_at: Mapped[datetime | None]
    deviated: Mapped[bool | None]
    summary: Mapped[dict[str, Any]]  # conclusion, problems, causes, impact, lessons
    result: Mapped[dict[str, Any] | None]
    last_event: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class RunRole(Row):
    """Who plays a part, from when until when; handing over ends one row, begins one."""

    __tablename__ = "run_role"
    __table_args__ = (Index("ix_run_role_run_id", "run_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    part: Mapped[Part] = mapped_column(choice(Part))
    username: Mapped[str] = mapped_column(String(USERNAME))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(USERNAME))


class RunStep(Row):
    """A step of a run. `lease_until` bounds an automatic one: past it, it is unknown."""

    __tablename__ = "run_step"
    __table_args__ = (UniqueConstraint("run_id", "section", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    section: Mapped[Section] = mapped_column(choice(Section))
    key: Mapped[str] = mapped_column(String(KEY))
    position: Mapped[int]
    doing: Mapped[Doing] = mapped_column(choice(Doing))
    phase: Mapped[Phase | None] = mapped_column(choice(Phase))
    part: Mapped[Part | None] = mapped_column(choice(Part))
    state: Mapped[StepState] = mapped_column(choice(StepState))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(USERNAME), default="")
    second_by: Mapped[str] = mapped_column(String(USERNAME), default="")  # 双人
    attempt: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # of an approval
    answer: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)


class RunEvent(Row):
    """One entry of a run's timeline; insert-only, a correction is another entry.

    `token` is made by the page that sent it: what a phone sends again after it lost
    the network is recognised, and counted once.
    """

    __tablename__ = "run_event"
    __table_args__ = (
        Index("ix_run_event_run_id_id", "run_id", "id"),
        Index(
            "uq_run_event_token",
            "run_id",
            "token",
            unique=True,
            sqlite_where=text("token is not null"),
            postgresql_where=text("token is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(USERNAME))
    what: Mapped[What] = mapped_column(choice(What))
    step: Mapped[str] = mapped_column(String(KEY), default="")
    state: Mapped[str] = mapped_column(String(16), default="")  # after it
    clock: Mapped[Clock | None] = mapped_column(choice(Clock))
    text: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]]
    token: Mapped[str | None] = mapped_column(String(64))


class RunEvidence(Row):
    """A file that proves something; insert-only, its bytes lie under their SHA-256."""

    __tablename__ = "run_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    step: Mapped[str] = mapped_column(String(KEY), default="")
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    captured_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]


class Escalation(Row):
    """One rung of a run's ladder: when it falls due, whom it told, what came of it."""

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("run_id", "rung"),
        Index(
            "ix_escalation_waiting",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    rung: Mapped[Rung] = mapped_column(choice(Rung))
    due_at: Mapped[datetime]
    state: Mapped[RungState] = mapped_column(choice(RungState))
    told: Mapped[str] = mapped_column(String(400), default="")  # user names
    told_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(String(USERNAME), default="")
    acknowledged_at: Mapped[datetime | None]
    alarmed_at: Mapped[datetime | None]  # the auditor saw that it did not happen


class Attendance(Row):
    """Somebody took part in a drill; `quiz` is their answers, `score` of `out_of`."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("run_id", "name", "unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    username: Mapped[str] = mapped_column(String(USERNAME), default="")
    name: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(USERNAME))
    quiz: Mapped[dict[str, Any] | None]
    score: Mapped[int | None]
    out_of: Mapped[int | None]


class Evaluation(Row):
    """One item of the evaluation: 1 poor, 3 sufficient, 5 excellent."""

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("run_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    item: Mapped[str] = mapped_column(String(KEY))
    score: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]


class RunSignature(Row):
    """A part signed the run's frozen content, by its hash; insert-only."""

    __tablename__ = "run_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    part: Mapped[str] = mapped_column(String(16))  # scribe, evaluator, commander, …
    by: Mapped[str] = mapped_column(String(USERNAME))
    opinion: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class RunTicket(Row):
    """A ticket that came out of a run: what is to be improved."""

    __tablename__ = "run_ticket"
    __table_args__ = (UniqueConstraint("run_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    due_on: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]


class DrillSlot(Row):
    """A month's place in the year of drills, and the run that filled it."""

    __tablename__ = "drill_slot"
    __table_args__ = (UniqueConstraint("month", "plan"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]  # its first day
    plan: Mapped[str] = mapped_column(String(PLAN))
    mode: Mapped[Mode] = mapped_column(choice(Mode))
    joint: Mapped[bool] = mapped_column(default=False)
    planned_on: Mapped[date]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    why_moved: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
