"""How the promises were kept: attainment, median and p95, by month and by whom.

The cohort is what was opened in the period, whatever became of it since; closed
tickets by their frozen clocks, which no later calendar changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.tickets.models import Kind, Ticket

MOST = 50_000
CLOCKS = ("response", "restored", "released")
NINETY_FIFTH = 0.95


class By(StrEnum):
    """What the rows of the table stand for."""

    MONTH = "month"
    MODULE = "module"
    REGION = "region"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Kept:
    """One clock in one group; times in seconds of service time, None for n = 0."""

    n: int
    met: int
    median: float | None
    p95: float | None

    @property
    def attainment(self) -> float | None:
        """Return the share that was met, 0 to 1; None where there is none."""
        return self.met / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One row: its key, how many were opened and are still open, and each clock."""

    key: str
    opened: int
    still_open: int
    clocks: dict[str, Kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which tickets, grouped by what; half-open, aware."""

    since: datetime
    until: datetime
    by: By
    zone: tzinfo


def statistics(session: Session, period: Period) -> tuple[Group, ...]:
    """Return a row per group, and one for all of them with the key ""."""
    query = (
        select(
            Ticket.opened_at,
            Ticket.module,
            Ticket.region,
            Ticket.owner,
            Ticket.is_open,
            Ticket.result,
        )
        .where(
            Ticket.kind == Kind.INCIDENT,
            Ticket.state != "void",
            Ticket.opened_at >= period.since,
            Ticket.opened_at < period.until,
        )
        .limit(MOST)
    )
    rows = session.execute(query).all()
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(_key(row, period), []).append(row)
    order = sorted(groups, reverse=period.by is By.MONTH)
    return (*(_group(key, groups[key]) for key in order), _group("", rows))


def _key(row: Any, period: Period) -> str:
    match period.by:
        case By.MONTH:
            return str(row.opened_at.astimezone(period.zone).strftime("%Y-%m"))
        case By.MODULE:
            return row.module or "/"
        case By.REGION:
            return row.region or "/"
        case By.OWNER:
            return row.owner or "/"


def _group(key: str, rows: Sequence[Any]) -> Group:
    results = [row.result["clocks"] for row in rows if row.result]
    return Group(
        key=key,
        opened=len(rows),
        still_open=sum(row.is_open for row in rows),
        clocks={name: _kept(results, name) for name in CLOCKS},
    )


def _kept(results: Iterable[dict[str, Any]], name: str) -> Kept:
    clocks = [one[name] for one in results if name in one]
    times = sorted(one["elapsed_s"] for one in clocks)
    return Kept(
        n=len(clocks),
        met=sum(bool(one["met"]) for one in clocks),
        median=quantile(times, 0.5),
        p95=quantile(times, NINETY_FIFTH),
    )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank quantile: a value that was measured; None for none."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
