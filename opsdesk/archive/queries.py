"""Questions to the archive: what was issued, and which version holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from opsdesk.archive.clearance import Clearance
from opsdesk.archive.models import Category, Document, Label
from opsdesk.core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """One issue, as lists and pages show it. The three hashes name stored files."""

    id: int
    number: str
    version: int
    kind: str
    title: str
    day: date | None
    issued_at: datetime
    issued_by: str
    content_sha256: str
    pdf_sha256: str | None
    docx_sha256: str | None
    audit_head: str
    superseded: bool
    category: Category
    label: Label
    keywords: str
    keep_until: date | None
    note: str
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a list is narrowed to; None leaves it as it is."""

    kind: str | None = None
    since: date | None = None  # first and last day the documents are about
    until: date | None = None
    superseded_too: bool = False


_VERSIONS = (
    select(Document)
    .where(Document.number.in_(bindparam("numbers", expanding=True)))
    .order_by(Document.version)
)


def issued(
    session: Session, sought: Sought | None = None, *, limit: int = 100, offset: int = 0
) -> tuple[DocumentView, ...]:
    """Return documents, newest day first, by default only the versions that hold."""
    sought = sought or Sought()
    query = _narrowed(select(Document), sought)
    query = query.order_by(Document.day.desc(), Document.id.desc())
    rows = session.scalars(query.limit(limit).offset(offset))
    return tuple(map(_view, rows))


def current(session: Session, number: str) -> DocumentView | None:
    """Return the version of a number that holds, or None: never issued."""
    row = latest(session, number)
    return None if row is None else _view(row)


def current_of(session: Session, numbers: Sequence[str]) -> list[DocumentView]:
    """Return the versions of numbers that hold, in the order of the numbers."""
    rows = session.scalars(_VERSIONS, {"numbers": list(numbers)})
    last = {
        row.number: row for row in rows
    }  # a later version takes the earlier's place
    return [_view(last[one]) for one in numbers if one in last]


def version(session: Session, number: str, version: int) -> DocumentView:
    """Return one version of a number, superseded or not. Raises NotFound."""
    row = session.scalar(
        select(Document).where(Document.number == number, Document.version == version)
    )
    if row is None:
        raise _never_there(number, version)
    return _view(row)


def readable(
    session: Session, number: str, version: int, *, who: Clearance
) -> DocumentView:
    """Return a version to somebody who reads it, to the others raise NotFound.

    It says what it says of a document that was never there.
    """
    row = session.scalar(
        select(Document)
        .where(Document.number == number, Document.version == version)
        .where(who.condition())
    )
    if row is None:
        raise _never_there(number, version)
    return _view(row)


def readable_current(
    session: Session, number: str, *, who: Clearance
) -> DocumentView | None:
    """Return the version that holds to somebody who may read it; None to others."""
    row = latest(session, number)
    return _view(row) if row is not None and who.admits(row) else None


def chain(
    session: Session, number: str, *, who: Clearance | None = None
) -> tuple[DocumentView, ...]:
    """Return every version of a number, newest first; with `who`, what he may read."""
    query = select(Document).where(Document.number == number)
    if who is not None:
        query = query.where(who.condition())
    return tuple(map(_view, session.scalars(query.order_by(Document.version.desc()))))


def of_day(session: Session, kind: str, day: date) -> DocumentView | None:
    """Return the holding version of a day's document of a kind, or None."""
    row = session.scalar(
        select(Document)
        .where(Document.kind == kind, Document.day == day)
        .where(Document.superseded_by_id.is_(None))
        .order_by(Document.version.desc())
        .limit(1)
    )
    return None if row is None else _view(row)


def past_term(session: Session, today: date) -> tuple[DocumentView, ...]:
    """Return the holding versions whose term has passed, the longest ago first.

    A document is kept through the day of its term; nothing is done to it here.
    """
    rows = session.scalars(
        select(Document)
        .where(Document.keep_until < today, Document.superseded_by_id.is_(None))
        .order_by(Document.keep_until, Document.id)
    )
    return tuple(map(_view, rows))


def latest(session: Session, number: str) -> Document | None:
    """Return the row of a number's last version, for operations."""
    return session.scalar(
        select(Document)
        .where(Document.number == number)
        .order_by(Document.version.desc())
        .limit(1)
    )


def _narrowed(query: Select[Document], sought: Sought) -> Select[Document]:
    if sought.kind is not None:
        query = query.where(Document.kind == sought.kind)
    if sought.since is not None:
        query = query.where(Document.day >= sought.since)
    if sought.until is not None:
        query = query.where(Document.day <= sought.until)
    if not sought.superseded_too:
        query = query.where(Document.superseded_by_id.is_(None))
    return query


def _never_there(number: str, version: int) -> NotFound:
    return NotFound(
        "档案里没有 %(number)s 第 %(version)s 版。", number=number, version=version
    )


def _view(row: Document) -> DocumentView:
    return DocumentView(
        id=row.id,
        number=row.number,
        version=row.version,
        kind=row.kind,
        title=row.title,
        day=row.day,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        content_sha256=row.content_sha256,
        pdf_sha256=row.pdf_sha256,
        docx_sha256=row.docx_sha256,
        audit_head=row.audit_head,
        superseded=row.superseded_by_id is not None,
        category=row.category,
        label=row.label,
        keywords=row.keywords,
        keep_until=row.keep_until,
        note=row.note,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
    )
