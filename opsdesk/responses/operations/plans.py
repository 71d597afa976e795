"""Plans kept as they were, and signatures on exactly those versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import PlanSignature, PlanVersion
from opsdesk.responses.wording import PlanMark
from opsdesk.tickets.register import Actor
from runbooks.plan import Plan


def keep_version(session: Session, plan: Plan, *, at: datetime) -> PlanVersion:
    """Keep a plan under its hash, once; return the version it is."""
    raise NotImplementedError


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
    raise NotImplementedError
