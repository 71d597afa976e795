"""A new critical finding opens one incident; the same one again is a note on it.

Run after every round, and every minute besides, so that a desk that died between a
round and its incidents opens them when it is back. Who is told goes by the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.flows import work_tickets
from opsdesk.flows.itself import SELF
from opsdesk.flows.work_tickets import Deed
from opsdesk.inspections.models import IN_FORCE, Condition, FindingRow, Round, Visit
from opsdesk.tickets.models import Kind, Relation, Ticket, What
from opsdesk.tickets.operations import noting, telling
from opsdesk.tickets.operations.opening import Opening
from opsdesk.tickets.operations.telling import Entry
from probes.finding import Severity

MOST = 200
log = structlog.get_logger(__name__)


def sweep(desk: Desk, *, at: datetime) -> int:
    """Open what must be opened and note what was seen again; returns how many."""
    with desk.database.reading() as session:
        standing = _standing(session)
        known = _open_tickets(session, [one.fingerprint for one in standing])
        fresh = [one for one in standing if one.fingerprint not in known]
        again = [
            one
            for one in standing
            if one.fingerprint in known
            and _seen(known[one.fingerprint]) < one.seen_visit_id
        ]
        over = _over(session)
    for condition in fresh:
        _open_once(desk, condition, at=at)
    for condition in again:
        _note_again(desk, condition, at=at)
    for number, condition in over:
        _note_green(desk, number, condition, at=at)
    return len(fresh)


def _standing(session: Session) -> Sequence[Condition]:
    """Return critical conditions that stand, seen last without being muted."""
    query = (
        select(Condition)
        .join(
            FindingRow,
            (FindingRow.visit_id == Condition.seen_visit_id)
            & (FindingRow.fingerprint == Condition.fingerprint),
        )
        .where(
            Condition.closed_at.is_(None),
            Condition.severity == Severity.CRITICAL.value,
            FindingRow.muted == "",
        )
        .order_by(Condition.id)
        .limit(MOST)
        .distinct()
    )
    return session.scalars(query).all()


def _open_tickets(session: Session, prints: Sequence[str]) -> dict[str, Ticket]:
    query = select(Ticket).where(Ticket.is_open, Ticket.fingerprint.in_(prints))
    return {str(one.fingerprint): one for one in session.scalars(query)}


def _seen(ticket: Ticket) -> int:
    return int(ticket.sheet.get("finding_visit") or 0)


def _over(session: Session) -> list[tuple[str, Condition]]:
    """Return open tickets whose finding is over, and not noted as such yet."""
    query = (
        select(Ticket, Condition)
        .join(Condition, Condition.fingerprint == Ticket.fingerprint)
        .where(Ticket.is_open, Condition.closed_visit_id.is_not(None))
        .order_by(Condition.id)
    )
    newest = {ticket.number: (ticket, one) for ticket, one in session.execute(query)}
    return [
        (number, condition)
        for number, (ticket, condition) in newest.items()
        if (condition.closed_visit_id or 0) > _seen(ticket)
    ]


def _open_once(desk: Desk, condition: Condition, *, at: datetime) -> None:
    """Open an incident, where no other process does at the very same moment."""
    try:
        _open(desk, condition, at=at)
    except IntegrityError:
        with desk.database.reading() as session:
            if not _open_tickets(session, [condition.fingerprint]):
                raise


def _open(desk: Desk, condition: Condition, *, at: datetime) -> None:
    with desk.database.unit() as session:
        if _open_tickets(session, [condition.fingerprint]):
            return  # another process was quicker
        former = _former(session, condition.fingerprint)
        opening = Opening(
            values=_said(condition, desk.settings),
            began_at=_grave_since(session, condition),
            fingerprint=condition.fingerprint,
            detail={"server": condition.server, "probe": condition.probe},
        )
        deed = Deed(by=SELF, at=at)
        ticket = work_tickets.open_ticket(
            session, desk.settings, Kind.INCIDENT, opening, deed
        )
        _remember(ticket, condition)
        _attach(session, desk, ticket, condition.seen_visit_id, deed)
        if former is not None:
            noting.link(
                session, ticket.number, Relation.CONTINUES, former, by=SELF, at=at
            )
    log.info("incident.raised", number=ticket.number, server=condition.server)


def _grave_since(session: Session, condition: Condition) -> datetime:
    """Return when a round first called it critical: an attention starts no clock."""
    query = (
        select(func.min(Visit.began_at))
        .select_from(FindingRow)
        .join(Visit, IN_FORCE)
        .where(
            FindingRow.fingerprint == condition.fingerprint,
            FindingRow.visit_id >= condition.opened_visit_id,
            FindingRow.severity == Severity.CRITICAL.value,
            FindingRow.muted == "",
        )
    )
    found = session.scalar(query) or condition.opened_at
    return max(found, condition.opened_at)


def _former(session: Session, fingerprint: str) -> str | None:
    query = (
        select(Ticket.number)
        .where(Ticket.fingerprint == fingerprint)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _said(condition: Condition, settings: Settings) -> dict[str, object]:
    lang = "zh" if settings.desk.language.startswith("zh") else "en"
    message = condition.message_zh if lang == "zh" else condition.message_en
    server = settings.server(condition.server)
    return {
        "title": f"{condition.server}: {message}"[:200],
        "source": "inspection",
        "reporter": "opsdesk",
        "module": "" if server is None else getattr(server.kind.words, lang),
        "description": f"{condition.message_zh}\n{condition.message_en}",
        "impact": "middle",
        "urgency": "middle",
        "items": [condition.server],
    }


def _remember(ticket: Ticket, condition: Condition) -> None:
    seen = max(condition.seen_visit_id, condition.closed_visit_id or 0)
    ticket.sheet = {**ticket.sheet, "finding_visit": seen}


def _attach(
    session: Session, desk: Desk, ticket: Ticket, visit_id: int, deed: Deed
) -> None:
    visit = session.get(Visit, visit_id)
    if visit is None or visit.transcript_sha256 is None:
        return
    file = noting.File(
        name=f"transcript-{visit.server}-{visit_id}.bin",
        media_type="application/octet-stream",
        size=len(desk.store.get(visit.transcript_sha256)),
        sha256=visit.transcript_sha256,
    )
    work_tickets.attach(session, ticket.number, file, deed)


def _note_again(desk: Desk, condition: Condition, *, at: datetime) -> None:
    with desk.database.unit() as session:
        ticket = _locked(session, condition.fingerprint)
        if ticket is None or _seen(ticket) >= condition.seen_visit_id:
            return
        _remember(ticket, condition)
        entry = Entry(
            what=What.SEEN_AGAIN,
            by=SELF.username,
            at=at,
            text=_round(session, condition.seen_visit_id),
            detail={"green": False, "visit": condition.seen_visit_id},
        )
        telling.tell(session, ticket, entry)


def _note_green(desk: Desk, number: str, condition: Condition, *, at: datetime) -> None:
    with desk.database.unit() as session:
        ticket = _locked(session, condition.fingerprint)
        closed = condition.closed_visit_id or 0
        if ticket is None or ticket.number != number or _seen(ticket) >= closed:
            return
        _remember(ticket, condition)
        entry = Entry(
            what=What.CHECKED,
            by=SELF.username,
            at=at,
            text=_round(session, closed),
            detail={"green": True, "visit": closed, "probe": condition.probe},
        )
        telling.tell(session, ticket, entry)


def _locked(session: Session, fingerprint: str) -> Ticket | None:
    query = select(Ticket).where(Ticket.is_open, Ticket.fingerprint == fingerprint)
    return session.scalar(query.with_for_update())


def _round(session: Session, visit_id: int) -> str:
    query = (
        select(Round.number)
        .join(Visit, Visit.round_id == Round.id)
        .where(Visit.id == visit_id)
    )
    return session.scalar(query) or ""
