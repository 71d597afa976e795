"""Issued documents and their versions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row


class Document(Row):
    """One issue of one document. A later issue supersedes; nothing is overwritten.

    The files live in the content store under their SHA-256; `content_sha256` is the
    hash of the frozen content (the JSON), printed on the paper.
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
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    docx_sha256: Mapped[str | None] = mapped_column(String(64))
    audit_head: Mapped[str] = mapped_column(String(80))
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
