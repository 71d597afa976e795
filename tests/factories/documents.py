"""Documents for tests, as they lie in the archive, with and without their words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from opsdesk.archive import indexing, media
from opsdesk.archive.models import UPLOAD, Document, Reading
from opsdesk.archive.reading import Found
from opsdesk.core.files import Store

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def an_upload(
    session: Session, store: Store, number: str, content: bytes = b"words", **more: Any
) -> Document:
    """Put a file into the archive as the next version of a number."""
    former = (
        session.query(Document)
        .filter_by(number=number)
        .order_by(Document.version.desc())
        .first()
    )
    values: dict[str, Any] = {
        "kind": UPLOAD,
        "title": f"Title of {number}",
        "day": date(2026, 11, 23),
        "issued_at": AT,
        "issued_by": "somebody",
        "audit_head": "",
        "file_name": "file.bin",
        "media_type": media.sniffed(content),
        "keywords": "",
        "note": "",
    }
    row = Document(
        number=number,
        version=former.version + 1 if former else 1,
        content_sha256=store.put(content),
        size=len(content),
        **{**values, **more},
    )
    session.add(row)
    session.flush()
    if former is not None:
        session.execute(
            update(Document)
            .where(Document.id == former.id)
            .values(superseded_by_id=row.id)
        )
    return row


def its_words(
    session: Session, row: Document, body: str, reading: Reading = Reading.READ
) -> None:
    """Let a document have been read."""
    words = indexing.words_of(indexing.card_of(row), Found(reading, body))
    indexing.keep(session, row.id, words, at=AT)
