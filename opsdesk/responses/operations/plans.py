"""Plans kept as they were, and signatures on exactly those versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.text import storable
from opsdesk.people.models import Role
from opsdesk.responses import keeping
from opsdesk.responses.models import PlanSignature, PlanVersion
from opsdesk.responses.moves import BUSINESS
from opsdesk.responses.refusals import NotYours
from opsdesk.responses.wording import PlanMark
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Plan

_MAY: dict[PlanMark, frozenset[Role]] = {
    PlanMark.REVIEWED: BUSINESS | {Role.CUSTOMER},
    PlanMark.APPROVED: frozenset({Role.LEAD, Role.CUSTOMER}),
    PlanMark.ACKNOWLEDGED: BUSINESS | {Role.CUSTOMER},
}


def keep_version(session: Session, plan: Plan, *, at: datetime) -> PlanVersion:
    """Keep a plan under its hash, once; return the version it is."""
    content, sha256 = keeping.packed(plan)
    known = _version(session, plan, sha256)
    if known is not None:
        return known
    row = PlanVersion(
        plan=plan.id,
        scenario=plan.scenario.value,
        version=plan.version,
        title_zh=plan.title.zh[:120],
        title_en=plan.title.en[:120],
        sha256=sha256,
        content=content,
        seen_at=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody else kept it in this moment
        known = _version(session, plan, sha256)
        assert known is not None
        return known
    return row


def _version(session: Session, plan: Plan, sha256: str) -> PlanVersion | None:
    query = select(PlanVersion).where(
        PlanVersion.plan == plan.id, PlanVersion.sha256 == sha256
    )
    return session.scalar(query)


def sign_plan(
    session: Session,
    plan: Plan,
    mark: PlanMark,
    *,
    note: str = "",
    by: Actor,
    at: datetime,
) -> PlanSignature:
    """Review, approve or acknowledge exactly this content; the password was asked again.

    The lead or the customer approves. Raises NotYours.
    """
    if by.role not in _MAY[mark]:
        raise NotYours(_NOT_YOURS)
    version = keep_version(session, plan, at=at)
    row = PlanSignature(
        plan_version_id=version.id,
        what=mark.value,
        by=by.username,
        note=storable(note).strip()[:2000],
        at=at,
    )
    session.add(row)
    session.flush()
    detail = {"sha256": version.sha256, "version": version.version, "note": row.note}
    audit.write(
        session,
        actor=by.username,
        action=f"plan.{mark.value}",
        subject=plan.id,
        at=at,
        detail=detail,
    )
    return row


_NOT_YOURS = Words(
    "预案由运维负责人或甲方代表批准；评审和学习确认由参与处置的人签。没有签署。",
    "The lead or the customer approves a plan; those who carry it out review and "
    "acknowledge it. Nothing was signed.",
)
