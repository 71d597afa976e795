"""A notice to a person, its deliveries to channels, and the ledger of every try."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import JsonDocument, Row, choice

USERNAME, CHANNEL, ONCE, BATCH = 64, 64, 160, 32
SUBJECT, LINK, WORDS, REASON = 64, 300, 1000, 500
ADDRESS = 254  # the longest an e-mail address can be (RFC 5321, 4.5.3.1.3)


class Kind(StrEnum):
    """What a notice is about; `opsdesk.core.outbox.words` has the names."""

    ESCALATION = "escalation"  # 时限升级
    APPROVAL_ASKED = "approval-asked"  # 待审批
    APPROVAL_DECIDED = "approval-decided"  # 审批结果
    SUBSTITUTE_ACTED = "substitute-acted"  # 代签
    DUTY_DUE = "duty-due"  # 待办到期
    SWAP_ASKED = "swap-asked"  # 换班请求
    HANDOVER_DUE = "handover-due"  # 交接班
    INCIDENT_OPENED = "incident-opened"  # 新事件
    ASSIGNED = "assigned"  # 指派给我
    MENTIONED = "mentioned"  # 有人找我
    FINDING_CRITICAL = "finding-critical"  # 严重发现
    ROUND_MISSED = "round-missed"  # 漏检
    WARRANTY_ENDS = "warranty-ends"  # 到期提醒
    SINK_DOWN = "sink-down"  # 通知渠道故障
    TEST = "test"  # 测试


class Urgency(StrEnum):
    """How long a notice may wait before it is sent."""

    NOW = "now"  # at once, in quiet hours too
    NORMAL = "normal"  # soon, with whatever else there is to say
    DIGEST = "digest"  # with the day's digest


class State(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed until `leased_until`
    SENT = "sent"
    PERHAPS = "perhaps"  # the sender died after it may have been sent
    GIVEN_UP = "given-up"
    DROPPED = "dropped"  # read on screen, or nobody to send to any more


class Result(StrEnum):
    """How one try ended."""

    SENT = "sent"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    PERHAPS = "perhaps"


class Notice(Row):
    """One thing said to one person. It is there if and only if its cause is."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("recipient", "once"),
        Index("ix_notice_recipient_id", "recipient", "id"),
        Index(
            "ix_notice_unread",
            "recipient",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notice_unrouted",
            "id",
            sqlite_where=text("routed_at IS NULL"),
            postgresql_where=text("routed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(USERNAME))
    kind: Mapped[Kind] = mapped_column(choice(Kind, 32))
    urgency: Mapped[Urgency] = mapped_column(choice(Urgency))
    subject: Mapped[str] = mapped_column(String(SUBJECT))  # a record's number
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(LINK))  # a path on this desk
    batch: Mapped[str] = mapped_column(String(BATCH))  # equal for all told together
    once: Mapped[str | None] = mapped_column(String(ONCE))
    at: Mapped[datetime]
    routed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class Delivery(Row):
    """A notice on its way through one channel; a room gets one for a whole batch."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("channel", "target", "batch"),
        Index(
            "ix_notice_delivery_open",
            "channel",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_notice_delivery_claim", "claim"),
        Index("ix_notice_delivery_channel_id", "channel", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    channel: Mapped[str] = mapped_column(String(CHANNEL))
    target: Mapped[str] = mapped_column(String(USERNAME))  # a user name; "": a room
    batch: Mapped[str] = mapped_column(String(BATCH))
    urgency: Mapped[Urgency] = mapped_column(choice(Urgency))
    state: Mapped[State] = mapped_column(choice(State), default=State.WAITING)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)  # tries whose end nobody saw
    claim: Mapped[str | None] = mapped_column(String(BATCH))
    leased_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(REASON), default="")


class Try(Row):
    """One try to send one message: the ledger. Insert-only."""

    __tablename__ = "notice_try"
    __table_args__ = (
        Index("ix_notice_try_channel_id", "channel", "id"),
        Index("ix_notice_try_channel_target_at", "channel", "target", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim: Mapped[str] = mapped_column(String(BATCH), index=True)
    channel: Mapped[str] = mapped_column(String(CHANNEL))
    target: Mapped[str] = mapped_column(String(USERNAME))
    urgent: Mapped[bool]
    notices: Mapped[list[int]] = mapped_column(
        JsonDocument
    )  # what the message said, by Notice.id
    at: Mapped[datetime]
    result: Mapped[Result] = mapped_column(choice(Result))
    reason: Mapped[str] = mapped_column(String(REASON))
    took_ms: Mapped[int]


class ChannelHealth(Row):
    """How a channel has been doing, so that one that is down is itself reported."""

    __tablename__ = "channel_health"

    channel: Mapped[str] = mapped_column(String(CHANNEL), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failing_since: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(REASON), default="")


class Preference(Row):
    """Where a person wants to be told, and when not."""

    __tablename__ = "notice_preference"

    username: Mapped[str] = mapped_column(String(USERNAME), primary_key=True)
    mail: Mapped[str] = mapped_column(String(ADDRESS), default="")
    quiet: Mapped[str] = mapped_column(
        String(16), default=""
    )  # "22:00-07:00"; "": as set
    digest_only: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
