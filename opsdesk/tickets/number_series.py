"""The series that numbers come from; alone, since a round needs a number and no ticket."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row


class NumberSeries(Row):
    """The last number given out for one prefix on one local day."""

    __tablename__ = "number_series"

    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
