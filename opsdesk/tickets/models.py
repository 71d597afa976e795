"""What every register shares: the ticket, its timeline, links, files and numbers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
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
from opsdesk.tickets.number_series import NumberSeries as NumberSeries  # noqa: PLC0414 - tables are found through here

NUMBER, STATE, USERNAME = 24, 24, 64
TITLE = 200


class Kind(StrEnum):
    """The six registers."""

    INCIDENT = "incident"  # 事件
    PROBLEM = "problem"  # 问题
    REQUEST = "request"  # 服务请求
    CHANGE = "change"  # 变更
    RELEASE = "release"  # 发布
    REPAIR = "repair"  # 硬件维修


class What(StrEnum):
    """What an entry of the timeline tells."""

    OPENED = "opened"
    MOVED = "moved"
    EDITED = "edited"
    NOTED = "noted"
    ATTACHED = "attached"
    LINKED = "linked"
    UNLINKED = "unlinked"
    RECLASSIFIED = "reclassified"
    ASKED = "asked"  # an approval was asked for
    DECIDED = "decided"
    VOIDED = "voided"  # signatures lost their object
    ESCALATED = "escalated"
    SEEN_AGAIN = "seen-again"  # the same finding, once more
    CHECKED = "checked"  # an inspection's answer
    REPORTED = "reported"  # to the customer
    PRINTED = "printed"


class Relation(StrEnum):
    """How one ticket leads to another; read from the first to the second."""

    CAUSED_BY = "caused-by"  # 起因于
    FIXED_BY = "fixed-by"  # 由…修复
    RELEASED_IN = "released-in"  # 随…发布
    REPAIRED_BY = "repaired-by"  # 由…维修
    DUPLICATE_OF = "duplicate-of"  # 与…重复
    CONTINUES = "continues"  # 接续
    RELATES_TO = "relates-to"  # 相关


class Ticket(Row):
    """One record of a register. Nothing is deleted: void is a state, with a reason.

    `sheet` holds the register's own fields. `due_at` repeats the next deadline for
    lists and sweeps; the truth is computed from the timeline. `began_at` is when it
    began as far as anyone claims; `opened_at` is when the desk heard of it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_kind_id", "kind", "id"),
        Index("ix_ticket_kind_state_id", "kind", "state", "id"),
        Index("ix_ticket_kind_module_id", "kind", "module", "id"),
        Index("ix_ticket_kind_region_id", "kind", "region", "id"),
        Index("ix_ticket_owner_id", "owner", "id"),
        Index("ix_ticket_opened_at", "opened_at"),
        Index("ix_ticket_closed_at", "closed_at"),
        Index(
            "ix_ticket_open_kind_id",
            "kind",
            "id",
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
        Index(
            "ix_ticket_open_due",
            "due_at",
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
        Index(
            "ix_ticket_open_kind_opened_at",
            "kind",
            "opened_at",
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
        Index(
            "ix_ticket_open_look",
            "look_at",
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
        Index(
            "uq_ticket_open_fingerprint",
            "fingerprint",
            unique=True,
            sqlite_where=text("is_open = 1 AND fingerprint IS NOT NULL"),
            postgresql_where=text("is_open and fingerprint is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(NUMBER), unique=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    state: Mapped[str] = mapped_column(String(STATE))
    is_open: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str] = mapped_column(String(TITLE))
    priority: Mapped[str] = mapped_column(String(2), default="")
    is_complex: Mapped[bool] = mapped_column(default=False)
    module: Mapped[str] = mapped_column(String(64), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    reporter: Mapped[str] = mapped_column(String(120), default="")
    owner: Mapped[str] = mapped_column(String(USERNAME), default="")
    opened_by: Mapped[str] = mapped_column(String(USERNAME))
    opened_at: Mapped[datetime]
    began_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    edited_by: Mapped[str] = mapped_column(String(USERNAME))
    due_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]  # when a clock next reaches 50, 75 or 100 percent
    result: Mapped[dict[str, Any] | None]  # the clocks, frozen at closing
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    sheet: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)


class TicketEvent(Row):
    """One entry of a timeline; insert-only, a correction is another entry.

    `at` is the desk's time; `claimed_at` what a person entered by hand beside it.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket_id_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(USERNAME))
    what: Mapped[What] = mapped_column(choice(What))
    move: Mapped[str] = mapped_column(String(STATE), default="")
    state: Mapped[str] = mapped_column(String(STATE), default="")  # after it
    text: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]]


class TicketLink(Row):
    """One ticket leads to another; ended links are kept."""

    __tablename__ = "ticket_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    relation: Mapped[Relation] = mapped_column(choice(Relation))
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]
    ended_by: Mapped[str] = mapped_column(String(USERNAME), default="")
    ended_at: Mapped[datetime | None]


class TicketItem(Row):
    """A configuration item that a ticket is about or touches, by its code."""

    __tablename__ = "ticket_item"
    __table_args__ = (UniqueConstraint("ticket_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    code: Mapped[str] = mapped_column(String(64), index=True)


class Attachment(Row):
    """A file of a ticket; its bytes lie in the store under their SHA-256."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]
    withdrawn_by: Mapped[str] = mapped_column(String(USERNAME), default="")
    withdrawn_at: Mapped[datetime | None]


class SavedView(Row):
    """A list's filters under a name: one person's own, or everybody's."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("username", "kind", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(500))
    shared: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class ApprovalRound(Row):
    """One asking for signatures: what was asked is a frozen snapshot, by its hash.

    `outcome` is None while signers are still to decide; rounds are never changed
    after that, and a ticket stands where its latest round left it.
    """

    __tablename__ = "approval_round"
    __table_args__ = (
        Index(
            "uq_approval_round_open",
            "ticket_id",
            unique=True,
            sqlite_where=text("outcome is null"),
            postgresql_where=text("outcome is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(STATE))
    snapshot: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    sequential: Mapped[bool] = mapped_column(default=True)
    asked_by: Mapped[str] = mapped_column(String(USERNAME))
    asked_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(16))  # agreed, refused, void
    closed_at: Mapped[datetime | None]
    closed_why: Mapped[str] = mapped_column(Text, default="")
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))


class ApprovalStep(Row):
    """One signer of a round: a role, or a person by name."""

    __tablename__ = "approval_step"
    __table_args__ = (UniqueConstraint("round_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("approval_round.id"))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(16), default="")
    username: Mapped[str] = mapped_column(String(USERNAME), default="")
    agreed: Mapped[bool | None]
    opinion: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(USERNAME), default="")
    instead_of: Mapped[str] = mapped_column(String(USERNAME), default="")  # 代签
    at: Mapped[datetime | None]


class Substitute(Row):
    """Who may sign for whom, from when until when; told on the paper as 代签."""

    __tablename__ = "substitute"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME), index=True)
    substitute: Mapped[str] = mapped_column(String(USERNAME), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Freeze(Row):
    """A time in which changes wait: a holiday, a filing deadline."""

    __tablename__ = "freeze"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Article(Row):
    """A version of an article of the knowledge base; versions are only added.

    Publishing and retiring are versions too; `note` says what changed, or why.
    """

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(NUMBER))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE))
    body: Mapped[str] = mapped_column(Text)
    module: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16))  # draft, published, retired
    note: Mapped[str] = mapped_column(String(500), default="")
    is_newest: Mapped[bool] = mapped_column(default=True)
    by: Mapped[str] = mapped_column(String(USERNAME))
    at: Mapped[datetime]


class Searchable(Row):
    """Words that can be found: a ticket's own, one note, one file's name, an article.

    `grams` holds what the index is made of (`core.grams`); the index itself is a
    table of the database's own kind, kept by triggers (`search_fts`).
    """

    __tablename__ = "searchable"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(8))  # ticket, note, file, article
    key: Mapped[str] = mapped_column(String(40))  # unique within its source
    ref: Mapped[str] = mapped_column(String(NUMBER), index=True)  # whose page shows it
    at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)
    grams: Mapped[str] = mapped_column(Text)
