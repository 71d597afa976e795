"""Plans in force, and how fresh each is: derived from signatures and runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.responses import keeping
from opsdesk.responses.models import PlanSignature, PlanVersion, Run
from opsdesk.responses.states import RunState
from opsdesk.responses.wording import PlanMark
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

    Reviewed (or approved) and rehearsed count for the plan whatever its version;
    approved counts for this version only. Rehearsed is the end of the last drill or
    emergency that ran to its end.
    """

    plan: str
    sha256: str
    approved_at: datetime | None
    approved_by: str
    reviewed_at: datetime | None
    rehearsed_at: datetime | None
    rehearsed_by: str  # the run's number
    review_overdue: bool  # never is overdue too
    rehearse_overdue: bool
    current: tuple[Signed, ...]


def freshness(
    session: Session, plans: Iterable[Plan], *, at: datetime
) -> Mapping[str, Freshness]:
    """Return how fresh plans are, by id, in three queries."""
    plans = tuple(plans)
    ids = [plan.id for plan in plans]
    signed = _signatures(session, ids)
    rehearsed = _rehearsed(session, ids)
    return {plan.id: _fresh(plan, signed, rehearsed, at) for plan in plans}


def _fresh(
    plan: Plan,
    signed: Sequence[_Given],
    rehearsed: Mapping[str, tuple[datetime, str]],
    at: datetime,
) -> Freshness:
    _content, sha256 = keeping.packed(plan)
    own = [one for one in signed if one.plan == plan.id]
    current = tuple(one.signed for one in own if one.sha256 == sha256)
    approved = next((s for s in reversed(current) if s.what == PlanMark.APPROVED), None)
    reviews = (PlanMark.REVIEWED, PlanMark.APPROVED)
    reviewed = [one.signed.at for one in own if one.signed.what in reviews]
    reviewed_at = max(reviewed, default=None)
    held_at, held_by = rehearsed.get(plan.id, (None, ""))
    return Freshness(
        plan=plan.id,
        sha256=sha256,
        approved_at=approved.at if approved else None,
        approved_by=approved.by if approved else "",
        reviewed_at=reviewed_at,
        rehearsed_at=held_at,
        rehearsed_by=held_by,
        review_overdue=reviewed_at is None or reviewed_at + plan.review_every < at,
        rehearse_overdue=held_at is None or held_at + plan.rehearse_every < at,
        current=current,
    )


@dataclass(frozen=True, slots=True)
class _Given:
    plan: str
    sha256: str
    signed: Signed


def _signatures(session: Session, ids: Sequence[str]) -> list[_Given]:
    query = (
        select(PlanVersion.plan, PlanVersion.sha256, PlanSignature)
        .join(PlanVersion, PlanVersion.id == PlanSignature.plan_version_id)
        .where(PlanVersion.plan.in_(ids))
        .order_by(PlanSignature.id)
    )
    return [
        _Given(plan, sha, Signed(what=row.what, by=row.by, at=row.at, note=row.note))
        for plan, sha, row in session.execute(query)
    ]


def _rehearsed(session: Session, ids: Sequence[str]) -> dict[str, tuple[datetime, str]]:
    """Return when each plan was last gone through to its end, and by which run."""
    last = (
        select(func.max(Run.id).label("id"))
        .where(Run.plan.in_(ids), Run.ended_at.is_not(None))
        .where(Run.state.in_([RunState.REVIEW, RunState.SIGNED]))
        .group_by(Run.plan)
        .subquery()
    )
    query = select(Run.plan, Run.ended_at, Run.number).join(last, last.c.id == Run.id)
    return {row.plan: (row.ended_at, row.number) for row in session.execute(query)}


def versions(session: Session, plan: str) -> tuple[PlanVersion, ...]:
    """Return the versions of a plan the desk has seen, newest first."""
    query = select(PlanVersion).where(PlanVersion.plan == plan)
    return tuple(session.scalars(query.order_by(PlanVersion.id.desc())))


def content(session: Session, sha256: str) -> Plan | None:
    """Return a kept plan by its hash."""
    query = select(PlanVersion.content).where(PlanVersion.sha256 == sha256).limit(1)
    found = session.scalar(query)
    return keeping.unpacked(found) if found is not None else None
