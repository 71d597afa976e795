"""Questions of the archive's screens: a page of the list, what was read, and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from opsdesk.archive.clearance import Clearance
from opsdesk.archive.models import Category, Document, DocumentText, Label, Reading
from opsdesk.core.audit_models import AuditEntry

SHOWN, OPENED, TAKEN = "document.shown", "document.opened", "document.taken"
"""Its page was looked at; its file was opened in the browser; its file was saved."""
MOST_READERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list or a search is narrowed to; None leaves it as it is.

    Nothing that `who` may not read is listed, counted or quoted.
    """

    who: Clearance
    category: Category | None = None
    label: Label | None = None
    kind: str | None = None
    since: date | None = None
    until: date | None = None
    superseded_too: bool = False
    before: int | None = None  # the id of the last line of the page before


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One version, as a list shows it. Not read yet: `reading` is None."""

    id: int
    number: str
    version: int
    kind: str
    title: str
    category: Category
    label: Label
    day: date | None
    issued_at: datetime
    issued_by: str
    superseded: bool
    keep_until: date | None
    reading: Reading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of reading a document, and the beginning of its words."""

    reading: Reading
    read_at: datetime
    beginning: str
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One person and what he did with a version: how often, and when last."""

    username: str
    action: str  # SHOWN, OPENED or TAKEN
    times: int
    last: datetime


def lines(session: Session, wanted: Wanted, *, most: int = 50) -> tuple[Line, ...]:
    """Return a page of the archive, newest first."""
    query = select(Document, DocumentText.reading).outerjoin(
        DocumentText, DocumentText.document_id == Document.id
    )
    query = _narrowed(query, wanted).order_by(Document.id.desc()).limit(most)
    return tuple(_line(row, reading) for row, reading in session.execute(query))


def lines_of(session: Session, ids: Iterable[int]) -> dict[int, Line]:
    """Return the lines of some documents by their id."""
    query = (
        select(Document, DocumentText.reading)
        .outerjoin(DocumentText, DocumentText.document_id == Document.id)
        .where(Document.id.in_(list(ids)))
    )
    return {row.id: _line(row, reading) for row, reading in session.execute(query)}


def read(session: Session, document_id: int, *, most: int) -> Read | None:
    """Return what reading a document found, its first characters; None: not yet."""
    row = session.execute(
        select(
            DocumentText.reading,
            DocumentText.read_at,
            func.substr(DocumentText.body, 1, most).label("beginning"),
            func.length(DocumentText.body).label("characters"),
        ).where(DocumentText.document_id == document_id)
    ).one_or_none()
    return None if row is None else Read(**row._asdict())


def readers(session: Session, number: str, version: int) -> tuple[Reader, ...]:
    """Return who looked at a version and who took a file of it, the last first."""
    last = func.max(AuditEntry.at)
    query = (
        select(AuditEntry.actor, AuditEntry.action, func.count(), last)
        .where(AuditEntry.subject == f"{number}/{version}")
        .where(AuditEntry.action.in_((SHOWN, OPENED, TAKEN)))
        .group_by(AuditEntry.actor, AuditEntry.action)
        .order_by(last.desc(), AuditEntry.actor, AuditEntry.action)
        .limit(MOST_READERS)
    )
    return tuple(
        Reader(username=actor, action=action, times=times, last=at)
        for actor, action, times, at in session.execute(query)
    )


def kinds(session: Session) -> list[str]:
    """Return every kind of document that the archive holds."""
    return list(session.scalars(select(Document.kind).distinct().order_by("kind")))


def is_empty(session: Session) -> bool:
    """Tell whether nothing has come into the archive yet."""
    return session.scalar(select(Document.id).limit(1)) is None


def _narrowed(
    query: Select[Document, Reading], wanted: Wanted
) -> Select[Document, Reading]:
    query = query.where(wanted.who.condition())
    for column in ("category", "label", "kind"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(getattr(Document, column) == value)
    if wanted.since is not None:
        query = query.where(Document.day >= wanted.since)
    if wanted.until is not None:
        query = query.where(Document.day <= wanted.until)
    if not wanted.superseded_too:
        query = query.where(Document.superseded_by_id.is_(None))
    if wanted.before is not None:
        query = query.where(Document.id < wanted.before)
    return query


def _line(row: Document, reading: Reading | None) -> Line:
    return Line(
        id=row.id,
        number=row.number,
        version=row.version,
        kind=row.kind,
        title=row.title,
        category=row.category,
        label=row.label,
        day=row.day,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        superseded=row.superseded_by_id is not None,
        keep_until=row.keep_until,
        reading=reading,
    )
