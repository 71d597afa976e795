"""What gathers around a run: notes, evidence, clocks, reports, levels, tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.file_names import clean_name
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.responses.models import Run, RunEvidence, RunTicket
from opsdesk.responses.moves import GOING
from opsdesk.responses.operations import clocks
from opsdesk.responses.operations.holding import (
    held,
    plan_of,
    require_participant,
    step_of,
)
from opsdesk.responses.operations.telling import Entry, counted, tell
from opsdesk.responses.states import OPEN, What
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.register import Actor
from probes.finding import Words
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
    run = _open(session, number, by, at=at)
    known = counted(session, run, note.token)
    if known is not None:
        return known
    text = storable(note.text).strip()
    if not text:
        raise RefusedInWords(_EMPTY)
    if note.step:
        step_of(session, run, note.step)
    entry = Entry(
        what=What.NOTED,
        by=by.username,
        at=at,
        text=text,
        step=note.step,
        claimed_at=note.claimed_at,
        token=note.token,
    )
    return tell(session, run, entry)


def attach(
    session: Session, number: str, evidence: Evidence, *, by: Actor, at: datetime
) -> RunEvidence:
    """Add a file; the same bytes for the same step are added once."""
    run = _open(session, number, by, at=at)
    if evidence.step:
        step_of(session, run, evidence.step)
    query = select(RunEvidence).where(
        RunEvidence.run_id == run.id,
        RunEvidence.step == evidence.step,
        RunEvidence.sha256 == evidence.sha256,
    )
    there = session.scalar(query.order_by(RunEvidence.id).limit(1))
    if there is not None:
        return there
    row = RunEvidence(
        run_id=run.id,
        step=evidence.step,
        name=clean_name(evidence.name),
        media_type=evidence.media_type[:100],
        size=evidence.size,
        sha256=evidence.sha256,
        captured_at=evidence.captured_at,
        by=by.username,
        at=at,
    )
    session.add(row)
    detail = {"sha256": row.sha256, "size": row.size, "name": row.name}
    entry = Entry(
        what=What.EVIDENCE,
        by=by.username,
        at=at,
        text=row.name,
        step=row.step,
        claimed_at=evidence.captured_at,
        token=evidence.token,
        detail=detail,
    )
    tell(session, run, entry)
    return row


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
    run = _open(session, number, by, at=at)
    known = counted(session, run, token)
    if known is not None:
        return known
    if run.started_at is None:
        raise RefusedInWords(_NOT_BEGUN, number=run.number)
    if claimed_at is not None and claimed_at > at:
        raise RefusedInWords(_FUTURE)
    return clocks.put(
        session,
        run,
        clock,
        claimed_at=claimed_at,
        token=token,
        by=by.username,
        at=at,
    )


def recovery_point(
    session: Session, number: str, moment: datetime, *, by: Actor, at: datetime
) -> int:
    """Say up to which moment data could be saved; RPO is counted from it."""
    run = _open(session, number, by, at=at)
    if moment > at:
        raise RefusedInWords(_FUTURE)
    entry = Entry(what=What.RECOVERY_POINT, by=by.username, at=at, claimed_at=moment)
    return tell(session, run, entry)


def report(
    session: Session, number: str, report: Report, *, by: Actor, at: datetime
) -> int:
    """Note a report to the customer; the next one falls due as the level asks."""
    run = _open(session, number, by, at=at)
    known = counted(session, run, report.token)
    if known is not None:
        return known
    if not report.text.strip() or not report.to.strip():
        raise RefusedInWords(_EMPTY_REPORT)
    when = min(report.claimed_at or at, at)
    late = run.report_due_at is not None and when > run.report_due_at
    rule = plan_of(session, run).level(run.level)
    going = run.state in GOING
    every = rule.report_every if rule and going else None
    due = run.report_due_at
    run.report_due_at = when + every if every is not None else None
    detail = {
        "to": storable(report.to)[:200],
        "way": storable(report.way)[:60],
        "late": late,
        "due_at": due.isoformat() if due else "",
    }
    entry = Entry(
        what=What.REPORTED,
        by=by.username,
        at=at,
        text=report.text.strip(),
        claimed_at=report.claimed_at,
        token=report.token,
        detail=detail,
    )
    return tell(session, run, entry)


def change_level(
    session: Session,
    number: str,
    level: Level,
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> Run:
    """Set the level anew, with a reason; the report's timer starts over.

    A report that was due sooner stays due then.
    """
    run = _open(session, number, by, at=at)
    if not reason.strip():
        raise RefusedInWords(_NO_REASON)
    if level is run.level:
        return run
    before, run.level = run.level, level
    run.version += 1
    rule = plan_of(session, run).level(level)
    if rule is not None and run.state in GOING:
        due = at + rule.first_report
        run.report_due_at = min(run.report_due_at or due, due)
    detail = {"from": before.value, "to": level.value}
    entry = Entry(
        what=What.LEVEL, by=by.username, at=at, text=reason.strip(), detail=detail
    )
    tell(session, run, entry)
    return run


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
    run = held(session, number, at=at)
    require_participant(session, run, by)
    query = select(RunTicket).where(
        RunTicket.run_id == run.id, RunTicket.ticket_id == ticket_id
    )
    known = session.scalar(query)
    if known is not None:
        return known
    row = RunTicket(
        run_id=run.id, ticket_id=ticket_id, due_on=due_on, by=by.username, at=at
    )
    session.add(row)
    other = session.get_one(Ticket, ticket_id).number
    detail = {"other": other, "due_on": due_on.isoformat() if due_on else ""}
    entry = Entry(what=What.LINKED, by=by.username, at=at, text=other, detail=detail)
    tell(session, run, entry)
    return row


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
    run = held(session, number, at=at)
    detail = {"form": form, "sha256": sha256}
    entry = Entry(what=What.PRINTED, by=by.username, at=at, text=form, detail=detail)
    return tell(session, run, entry)


def _open(session: Session, number: str, by: Actor, *, at: datetime) -> Run:
    run = held(session, number, at=at)
    require_participant(session, run, by)
    if run.state not in OPEN:
        raise RefusedInWords(_OVER, number=run.number)
    return run


_EMPTY = Words("记录是空的，没有保存。", "The note is empty; nothing was saved.")
_EMPTY_REPORT = Words(
    "请写明向谁报告、报告了什么。没有保存。",
    "Say to whom you reported, and what. Nothing was saved.",
)
_NO_REASON = Words(
    "调整级别请写明理由。没有任何改动。",
    "Say why the level changes. Nothing was changed.",
)
_FUTURE = Words(
    "这个时间还没有到，请核对。没有保存。",
    "That moment has not come yet: check it. Nothing was saved.",
)
_NOT_BEGUN = Words(
    "{number} 还没有开始，不能标记时间。没有保存。",
    "{number} has not begun, so no moment is marked. Nothing was saved.",
)
_OVER = Words(
    "{number} 已经结束，记录不再改动。没有保存。",
    "{number} is over, and its record stays as it is. Nothing was saved.",
)
