"""Templates of standard changes: agreed to once, by both sides, for a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row


class ChangeTemplate(Row):
    """What a standard change is filled with; one standing template a name.

    `sha256` is of the name, the fields and the last day: what both signatures are for.
    An edit takes both away.
    """

    __tablename__ = "change_template"
    __table_args__ = (
        Index(
            "uq_change_template_standing",
            "name",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    fields: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    valid_until: Mapped[date]
    ends_at: Mapped[datetime]  # when that day is over
    by: Mapped[str] = mapped_column(String(64))  # who last wrote it
    at: Mapped[datetime]
    lead_by: Mapped[str] = mapped_column(String(64), default="")
    lead_at: Mapped[datetime | None]
    customer_by: Mapped[str] = mapped_column(String(64), default="")
    customer_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def is_signed(self) -> bool:
        return self.lead_at is not None and self.customer_at is not None

    def stands(self, at: datetime) -> bool:
        """Tell whether a standard change may follow it."""
        return self.is_signed and self.ended_at is None and at < self.ends_at
