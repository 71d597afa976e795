"""Rounds, visits, what they said, and what people wrote and signed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice


class Slot(StrEnum):
    """Which of the day's rounds; `adhoc` is any other."""

    MORNING = "morning"  # 早
    NOON = "noon"  # 中
    EVENING = "evening"  # 晚
    ADHOC = "adhoc"  # 临时


class Status(StrEnum):
    """A round's life: due → running → judged → reviewed → signed; or missed."""

    DUE = "due"
    RUNNING = "running"
    JUDGED = "judged"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    MISSED = "missed"


class Round(Row):
    """One round. `slot_key` ("2026-11-22/morning") is the lock: one row, one run."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)  # INS-…
    day: Mapped[date] = mapped_column(index=True)
    slot: Mapped[Slot] = mapped_column(choice(Slot))
    slot_key: Mapped[str | None] = mapped_column(String(32), unique=True)
    due_at: Mapped[datetime | None]
    status: Mapped[Status] = mapped_column(choice(Status), index=True)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    beat_at: Mapped[datetime | None]  # the running process says it lives
    runner: Mapped[str] = mapped_column(String(64), default="")  # token of that process
    late: Mapped[bool] = mapped_column(default=False)
    resumed: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")  # why late or missed
    suspect: Mapped[str] = mapped_column(Text, default="")  # why it looks too good
    counts: Mapped[dict[str, int]] = mapped_column(default=dict)  # visits by state
    asked_by: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)


class Visit(Row):
    """One server in one round. `outcome` is None until it has been asked."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("round_id", "server"),
        Index("ix_visit_server_began_at", "server", "began_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    position: Mapped[int]  # as in the configuration
    server: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    zone: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(255))
    began_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text, default="")
    transcript_sha256: Mapped[str | None] = mapped_column(String(64))
    answer_sha256: Mapped[str | None] = mapped_column(String(64))  # without markers
    host_key: Mapped[str] = mapped_column(String(100), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    judgement_id: Mapped[int | None]  # the verdict that holds now


class Judgement(Row):
    """One reading and judging of one visit. A replay adds one, the old one stays."""

    __tablename__ = "judgement"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(16))  # round, replay
    rules: Mapped[str] = mapped_column(String(64))  # SHA-256 of probes and limits
    outcome: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))  # the worst of the cells
    boot_id: Mapped[str | None] = mapped_column(String(64))
    clock_offset_ms: Mapped[int | None]
    cells: Mapped[dict[str, str]]  # section -> one of the five states
    readings: Mapped[dict[str, float]]  # "name{label}" -> number
    facts: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of JSON, all replies


class FindingRow(Row):
    """One abnormality in one judgement."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_server_fingerprint", "server", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgement.id"), index=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    server: Mapped[str] = mapped_column(String(64))
    probe: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(12))
    message_zh: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    measured: Mapped[str | None] = mapped_column(Text)
    limit: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(String(16))
    fingerprint: Mapped[str] = mapped_column(String(16), index=True)
    muted: Mapped[str] = mapped_column(String(16), default="")  # maintenance, acked


IN_FORCE = and_(
    Visit.id == FindingRow.visit_id, Visit.judgement_id == FindingRow.judgement_id
)
"""Joins a finding to its visit if its judgement is the one that holds now."""


class Condition(Row):
    """An abnormality from its first round to its last; open while `closed_at` is None.

    A round in which the server gave no data neither renews nor closes it.
    """

    __tablename__ = "condition"
    __table_args__ = (Index("ix_condition_closed_at_server", "closed_at", "server"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(16), index=True)
    server: Mapped[str] = mapped_column(String(64))
    probe: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(12))
    message_zh: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    opened_visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    seen_at: Mapped[datetime]
    seen_visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    times: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None]
    closed_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))


class Acknowledgement(Row):
    """A person knows, and says why it may stand until when."""

    __tablename__ = "acknowledgement"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(16), index=True)
    server: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(64), default="")


class Explanation(Row):
    """What was done about one abnormal item of one round (fingerprint or visit)."""

    __tablename__ = "explanation"
    __table_args__ = (UniqueConstraint("round_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    item: Mapped[str] = mapped_column(String(80))  # fingerprint, or "visit:NAME"
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Signature(Row):
    """A name under a round (inspector) or under a day (reviewer)."""

    __tablename__ = "signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(40), unique=True)  # one name a box
    day: Mapped[date] = mapped_column(index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    part: Mapped[str] = mapped_column(String(12))  # inspector 巡检人, reviewer 复核人
    username: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    opinion: Mapped[str] = mapped_column(Text, default="")


class Maintenance(Row):
    """A window in which a server's findings are expected and do not alarm."""

    __tablename__ = "maintenance"

    id: Mapped[int] = mapped_column(primary_key=True)
    server: Mapped[str] = mapped_column(String(64), index=True)
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
