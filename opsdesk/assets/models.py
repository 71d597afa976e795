"""The configuration library: items, what binds them, and every revision of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice

CODE, NAME, USERNAME, REFERENCE, NOTE = 24, 120, 64, 64, 500


class Type(StrEnum):
    """What an item is."""

    DEVICE = "device"  # 设备
    SOFTWARE = "software"  # 软件
    COMPONENT = "component"  # 组件
    DATABASE = "database"  # 数据库
    LINK = "link"  # 网络链路
    TASK = "task"  # 计划任务
    DOCUMENT = "document"  # 文档


class State(StrEnum):
    """Where an item is in its life."""

    PLANNED = "planned"  # 规划
    TESTING = "testing"  # 测试
    IN_USE = "in_use"  # 在用
    REPAIR = "repair"  # 维修
    STOPPED = "stopped"  # 停用
    SCRAPPED = "scrapped"  # 报废


class Kind(StrEnum):
    """How one item hangs on another; read from the first to the second."""

    RUNS_ON = "runs_on"  # 运行于
    DEPENDS_ON = "depends_on"  # 依赖
    CONNECTS_TO = "connects_to"  # 连接到
    BACKED_UP_BY = "backed_up_by"  # 由…备份


class CauseKind(StrEnum):
    """Why an item was revised."""

    CHANGE = "change"  # 变更
    RELEASE = "release"  # 发布
    REPAIR = "repair"  # 维修
    IMPORT = "import"  # 导入
    DRIFT = "drift"  # 巡检差异，经人确认
    CORRECTION = "correction"  # 更正
    FOUND = "found"  # 巡检首次取得


class ItemSeries(Row):
    """The last code given out for one prefix."""

    __tablename__ = "item_series"

    prefix: Mapped[str] = mapped_column(String(12), primary_key=True)
    last: Mapped[int]


class Item(Row):
    """One configuration item as it is now; the revisions hold how it was.

    `fields` are the type's own, checked by `item_types`. `server` is the name under
    which inspections visit it, `address` repeats the field for lists and matching.
    """

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_type_code", "type", "code"),
        Index("ix_item_state_code", "state", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE), unique=True)
    type: Mapped[Type] = mapped_column(choice(Type))
    name: Mapped[str] = mapped_column(String(NAME), index=True)
    state: Mapped[State] = mapped_column(choice(State))
    server: Mapped[str] = mapped_column(String(64), default="", index=True)
    address: Mapped[str] = mapped_column(String(255), default="", index=True)
    fields: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ItemRelation(Row):
    """One item hangs on another; ended ones are kept."""

    __tablename__ = "item_relation"
    __table_args__ = (
        Index(
            "uq_item_relation_open",
            "from_id",
            "to_id",
            "kind",
            unique=True,
            sqlite_where=text("until is null"),
            postgresql_where=text("until is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    note: Mapped[str] = mapped_column(String(NOTE), default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class ItemRevision(Row):
    """One change of one item, whole before and after; insert-only.

    `by_name` stays as the person was called then. What was done in one go shares a
    `batch`.
    """

    __tablename__ = "item_revision"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        Index("ix_item_revision_at", "at"),
        Index("ix_item_revision_reference", "reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]  # 1, 2, … for each item
    code: Mapped[str] = mapped_column(String(CODE))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(USERNAME))
    by_name: Mapped[str] = mapped_column(String(64))
    cause: Mapped[CauseKind] = mapped_column(choice(CauseKind))
    reference: Mapped[str] = mapped_column(String(REFERENCE), default="")
    note: Mapped[str] = mapped_column(String(NOTE), default="")
    batch: Mapped[str] = mapped_column(String(32), default="")
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any]]


class Baseline(Row):
    """A name for the library as it was after one revision, with its hash; insert-only."""

    __tablename__ = "baseline"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # monthly, release, other
    reference: Mapped[str] = mapped_column(String(REFERENCE), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(USERNAME))
    revision_id: Mapped[int]  # the last one it holds; 0: none
    items: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class ConfigurationAudit(Row):
    """One audit of the library against what is really there."""

    __tablename__ = "configuration_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    day: Mapped[date]
    scope: Mapped[str] = mapped_column(String(200), default="")
    baseline_id: Mapped[int | None] = mapped_column(ForeignKey("baseline.id"))
    population: Mapped[int]
    begun_by: Mapped[str] = mapped_column(String(USERNAME))
    begun_at: Mapped[datetime]
    conclusion: Mapped[str] = mapped_column(Text, default="")
    closed_by: Mapped[str] = mapped_column(String(USERNAME), default="")
    closed_at: Mapped[datetime | None]


class AuditOutcome(StrEnum):
    """What one look found."""

    CONSISTENT = "consistent"  # 一致
    NOT_THERE = "not_there"  # 台账无实物
    NOT_RECORDED = "not_recorded"  # 实物无台账
    DIFFERS = "differs"  # 属性不符
    UNAUTHORISED = "unauthorised"  # 未授权变更


class AuditRow(Row):
    """One sampled item, or a thing found that no item stands for."""

    __tablename__ = "configuration_audit_row"
    __table_args__ = (UniqueConstraint("audit_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("configuration_audit.id"))
    code: Mapped[str] = mapped_column(
        String(CODE)
    )  # "+1", "+2" for what is not recorded
    name: Mapped[str] = mapped_column(String(NAME))
    mandatory: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[AuditOutcome | None] = mapped_column(choice(AuditOutcome))
    note: Mapped[str] = mapped_column(String(NOTE), default="")
    by: Mapped[str] = mapped_column(String(USERNAME), default="")
    at: Mapped[datetime | None]


class DriftState(StrEnum):
    """What became of a difference that an inspection saw."""

    OPEN = "open"  # 待处理：未授权变更
    EXPLAINED = "explained"  # 已由变更说明
    ACCEPTED = "accepted"  # 已确认，台账照改
    GONE = "gone"  # 已恢复原样


class Drift(Row):
    """One field of one item that an inspection found otherwise than recorded."""

    __tablename__ = "drift"
    __table_args__ = (
        Index(
            "uq_drift_open",
            "item_id",
            "field",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_drift_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    field: Mapped[str] = mapped_column(String(32))
    was: Mapped[str] = mapped_column(Text)
    found: Mapped[dict[str, Any]]  # {"value": …}, typed as the field is
    round: Mapped[str] = mapped_column(String(CODE))  # where it was seen first
    seen_at: Mapped[datetime]
    seen_last_at: Mapped[datetime]
    state: Mapped[DriftState] = mapped_column(choice(DriftState))
    explanation: Mapped[str] = mapped_column(String(NOTE), default="")
    by: Mapped[str] = mapped_column(String(USERNAME), default="")
    at: Mapped[datetime | None]


class Reconciliation(Row):
    """What one comparison of a round with the library came to."""

    __tablename__ = "reconciliation"

    id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[str] = mapped_column(String(CODE))
    at: Mapped[datetime]
    refused: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any]]  # matched, unmatched, ambiguous, missing
