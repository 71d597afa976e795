"""Drafts of reports, and the orders by which the desk prints them by itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice

NUMBER, CODE, USERNAME = 32, 24, 64


class Draft(Row):
    """The paragraphs people wrote for a report. It holds no figure, ever."""

    __tablename__ = "report_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(NUMBER), unique=True)
    narrative: Mapped[dict[str, str]]
    edited_by: Mapped[str] = mapped_column(String(USERNAME))
    edited_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class OrderState(StrEnum):
    """How far the printing of a report has come."""

    WAITING = "waiting"
    PRINTING = "printing"
    DONE = "done"
    FAILED = "failed"  # with the reason; nothing tries it again by itself


class Order(Row):
    """Somebody asked for a report, or the first working day did (`by` is empty)."""

    __tablename__ = "report_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(NUMBER), index=True)
    code: Mapped[str] = mapped_column(String(CODE))  # of the period
    by: Mapped[str] = mapped_column(String(USERNAME), default="")
    at: Mapped[datetime]
    state: Mapped[OrderState] = mapped_column(choice(OrderState), index=True)
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    issued_version: Mapped[int | None]
    reason_zh: Mapped[str] = mapped_column(Text, default="")
    reason_en: Mapped[str] = mapped_column(Text, default="")
