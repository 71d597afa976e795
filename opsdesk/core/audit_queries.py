"""Reads the audit trail for the one who may, and for its export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from opsdesk.core.audit_models import AuditEntry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as shown."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    mac: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries: by exact actor and action, by a part of the subject, by time."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(
    session: Session, wanted: Wanted, *, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """Return the newest entries wanted, those before a number on the next pages."""
    query = _select(wanted).order_by(AuditEntry.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    return [_entry(row) for row in session.scalars(query)]


def actions(session: Session) -> list[str]:
    """Return every kind of action there is an entry of."""
    query = select(AuditEntry.action).distinct().order_by(AuditEntry.action)
    return list(session.scalars(query))


def export(session: Session, wanted: Wanted) -> Iterator[str]:
    """Yield the entries wanted as JSON lines, oldest first; the body is verbatim."""
    query = _select(wanted).order_by(AuditEntry.seq)
    for row in session.scalars(query.execution_options(yield_per=500)):
        line = {"body": row.body.decode(), "mac": row.mac}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _select(wanted: Wanted) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if wanted.actor:
        query = query.where(AuditEntry.actor == wanted.actor)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.subject:
        query = query.where(
            AuditEntry.subject.contains(wanted.subject, autoescape=True)
        )
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    return query


def _entry(row: AuditEntry) -> Entry:
    body = json.loads(row.body)
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=body["detail"],
        mac=row.mac,
    )
