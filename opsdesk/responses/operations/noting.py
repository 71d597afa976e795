"""What gathers around a run: notes, evidence, clocks, reports, levels, tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from opsdesk.responses.models import Run, RunEvidence, RunTicket
from opsdesk.tickets.register import Actor
from runbooks.plan import Clock, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words for the timeline, about a step or the whole; `token` as with a tick."""

    text: str
    step: str = ""
    claimed_at: datetime | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that lies in the store already, under its hash."""

    name: str
    media_type: str
    size: int
    sha256: str
    step: str = ""
    captured_at: datetime | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report to the customer: to whom, how, what."""

    to: str
    way: str  # 电话, 邮件, 当面 …
    text: str
    claimed_at: datetime | None = None
    token: str | None = None


def note(session: Session, number: str, note: Note, *, by: Actor, at: datetime) -> int:
    """Add the scribe's words to the timeline; return the entry's id."""
    raise NotImplementedError


def attach(
    session: Session, number: str, evidence: Evidence, *, by: Actor, at: datetime
) -> RunEvidence:
    """Add a file; the same bytes for the same step are added once."""
    raise NotImplementedError


def mark(  # noqa: PLR0913 - which clock, and when it is said to have been
    session: Session,
    number: str,
    clock: Clock,
    *,
    claimed_at: datetime | None = None,
    token: str | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Mark one of T0–T7; a later mark of the same clock corrects the earlier."""
    raise NotImplementedError


def recovery_point(
    session: Session, number: str, moment: datetime, *, by: Actor, at: datetime
) -> int:
    """Say up to which moment data could be saved; RPO is counted from it."""
    raise NotImplementedError


def report(
    session: Session, number: str, report: Report, *, by: Actor, at: datetime
) -> int:
    """Note a report to the customer; the next one falls due as the level asks."""
    raise NotImplementedError


def change_level(
    session: Session,
    number: str,
    level: Level,
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> Run:
    """Set the level anew, with a reason; the report's timer starts over."""
    raise NotImplementedError


def link_item(
    session: Session,
    number: str,
    ticket_id: int,
    *,
    due_on: date | None,
    by: Actor,
    at: datetime,
) -> RunTicket:
    """Tie an improvement item (a ticket that flows opened) to a run, once."""
    raise NotImplementedError


def printed(
    session: Session,
    number: str,
    *,
    form: str,
    sha256: str,
    by: Actor,
    at: datetime,
) -> int:
    """Note in the timeline that a paper was printed."""
    raise NotImplementedError
