"""Documents enter the archive and are superseded; none is changed or removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from opsdesk.archive import queries
from opsdesk.archive.models import Document
from opsdesk.archive.shelves import category_of
from opsdesk.core import audit
from opsdesk.core.errors import Stale
from opsdesk.core.files import Store
from opsdesk.core.language import RefusedInWords
from probes.finding import Words

_OUTRUN = Words(
    "{number} 刚刚被另一处重新出具，本次的第 {version} 版没有归档，档案未改动。"
    "请再出具一次。",
    "{number} was issued elsewhere a moment ago. Version {version} of this attempt was "
    "not archived and the archive is as it was. Issue it once more.",
)


class Outrun(RefusedInWords, Stale):
    """The same number was issued by somebody else while this paper was printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One finished document: what it is called, its frozen content and its files.

    `version` is the one printed in the files; `audit_head` was printed with it.
    """

    kind: str
    number: str
    version: int
    title: str
    day: date | None
    content_json: bytes
    pdf: bytes
    docx: bytes | None
    audit_head: str


def issue(
    session: Session, store: Store, issued: Issued, *, by: str, at: datetime
) -> Document:
    """Archive a document; it supersedes the former version of its number.

    The files are in the store before the row is. Raises Outrun where another version
    has been issued since the paper was printed: its version would be a lie.
    """
    audit.locked_head(session)  # one issue at a time, from the version to the entry
    former = queries.latest(session, issued.number)
    if issued.version != next_version(former):
        raise Outrun(_OUTRUN, number=issued.number, version=issued.version)
    row = Document(
        number=issued.number,
        version=issued.version,
        kind=issued.kind,
        title=issued.title,
        day=issued.day,
        issued_at=at,
        issued_by=by,
        content_sha256=store.put(issued.content_json),
        pdf_sha256=store.put(issued.pdf),
        docx_sha256=None if issued.docx is None else store.put(issued.docx),
        audit_head=issued.audit_head,
        category=category_of(issued.kind),
    )
    session.add(row)
    session.flush()
    if former is not None:
        former.superseded_by_id = row.id
    _record(session, row, former, by=by, at=at)
    return row


def next_version(former: Document | None) -> int:
    """Return the version that the next issue of a number bears."""
    return 1 if former is None else former.version + 1


def _record(
    session: Session, row: Document, former: Document | None, *, by: str, at: datetime
) -> None:
    audit.write(
        session,
        actor=by,
        action="document.issued",
        subject=row.number,
        at=at,
        detail={
            "version": row.version,
            "kind": row.kind,
            "content_sha256": row.content_sha256,
            "pdf_sha256": row.pdf_sha256,
            "docx_sha256": row.docx_sha256,
            "supersedes": None if former is None else former.version,
        },
    )
