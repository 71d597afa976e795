"""Plans in force, and how fresh each is: derived from signatures and runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import PlanVersion
from runbooks.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Somebody's signature on a version of a plan."""

    what: str  # a PlanMark
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How fresh a plan is. `current` are signatures on exactly this content.

    Reviewed and rehearsed count for the plan whatever its version; approved counts for
    this version only. Rehearsed is the end of the last drill or emergency that ran.
    """

    plan: str
    sha256: str
    approved_at: datetime | None
    approved_by: str
    reviewed_at: datetime | None
    rehearsed_at: datetime | None
    rehearsed_by: str  # the run's number
    review_overdue: bool
    rehearse_overdue: bool
    current: tuple[Signed, ...]


def freshness(
    session: Session, plans: Iterable[Plan], *, at: datetime
) -> Mapping[str, Freshness]:
    """Return how fresh plans are, by id, in three queries."""
    raise NotImplementedError


def versions(session: Session, plan: str) -> tuple[PlanVersion, ...]:
    """Return the versions of a plan the desk has seen, newest first."""
    raise NotImplementedError


def content(session: Session, sha256: str) -> Plan | None:
    """Return a kept plan by its hash."""
    raise NotImplementedError
