"""What the archive holds: issued papers and uploaded files, version by version."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.archive.outcome import Reading
from opsdesk.core.database import Row, choice

__all__ = [
    "UPLOAD",
    "ArchiveCheck",
    "Category",
    "Document",
    "DocumentText",
    "Label",
    "Reading",
]

UPLOAD = "upload"  # the kind of what was not printed here


class Category(enum.StrEnum):
    """The shelf a document stands on."""

    ROUNDS = "rounds"  # 巡检记录
    REPORTS = "reports"  # 报告
    INCIDENTS = "incidents"  # 事件与问题
    REQUESTS = "requests"  # 服务请求
    CHANGES = "changes"  # 变更与发布
    REPAIRS = "repairs"  # 硬件维修
    PLANS = "plans"  # 预案与演练
    CONTRACT = "contract"  # 合同与制度
    TECHNICAL = "technical"  # 技术资料
    TRAINING = "training"  # 培训
    OTHER = "other"  # 其他


class Label(enum.StrEnum):
    """Who may read a document."""

    OPEN = "open"  # 公开: everybody who signs in to read
    INTERNAL = "internal"  # 内部: the team and the customer
    RESTRICTED = "restricted"  # 受限: lead, customer and security administrator only


class Document(Row):
    """One version of one document. A later one supersedes; nothing is overwritten.

    The files live in the content store under their SHA-256. Of an issued document
    `content_sha256` is the hash of the frozen content (the JSON), printed on the
    paper; of an uploaded one it is the hash of the file itself, which has a name, a
    media type and a size, and no `pdf_sha256`.
    """

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("number", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), index=True)  # DOC-…, WRY-XJ-…
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32), index=True)  # daily_record, …
    title: Mapped[str] = mapped_column(String(200))
    day: Mapped[date | None] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    docx_sha256: Mapped[str | None] = mapped_column(String(64))
    audit_head: Mapped[str] = mapped_column(String(80))
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    category: Mapped[Category] = mapped_column(
        choice(Category), default=Category.OTHER, index=True
    )
    label: Mapped[Label] = mapped_column(choice(Label), default=Label.INTERNAL)
    keywords: Mapped[str] = mapped_column(String(400), default="")  # spaces between
    keep_until: Mapped[date | None]  # None: for good
    note: Mapped[str] = mapped_column(String(400), default="")  # what is new in it
    file_name: Mapped[str] = mapped_column(String(255), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(default=0)  # bytes


class DocumentText(Row):
    """The words of a document, as found; without a row it has not been read yet.

    `grams` holds what the index is made of (`core.grams`), title and keywords first;
    the index itself is a table of the database's own kind, kept by triggers
    (`document_fts`).
    """

    __tablename__ = "document_text"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id"), primary_key=True, autoincrement=False
    )
    reading: Mapped[Reading] = mapped_column(choice(Reading))
    read_at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)
    grams: Mapped[str] = mapped_column(Text)


class ArchiveCheck(Row):
    """One reading again of the whole archive, and what it came to; insert-only."""

    __tablename__ = "archive_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    versions: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)  # bytes that were read
    faults: Mapped[int]
    strays: Mapped[int]  # files in the store that nothing names
    told: Mapped[dict[str, Any]]  # {"faults": [[zh, en], …]}, the first of them
