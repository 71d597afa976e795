"""Files from outside enter the archive, version by version, and are described."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.archive import indexing, media, queries
from opsdesk.archive.models import UPLOAD, Category, Document, Label
from opsdesk.archive.operations import next_version
from opsdesk.core import audit
from opsdesk.core.errors import NotFound, Stale
from opsdesk.core.file_names import clean_name
from opsdesk.core.files import Store
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import one_line, storable
from probes.finding import Words

MOST_BYTES = 64 << 20
TITLE, KEYWORDS, NOTE = 200, 400, 400


class Overtaken(RefusedInWords, Stale):
    """Somebody else entered or described another version meanwhile."""


class NoDocument(RefusedInWords, NotFound):
    """The archive holds no such number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is said of a document. `keep_until` None: it is kept for good."""

    title: str
    category: Category = Category.OTHER
    label: Label = Label.INTERNAL
    keywords: str = ""
    keep_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file, what is said of it, and where it goes.

    `seen` is the version of `number` that was looked at and is to be superseded; 0
    for a number that is new. `note` says what is new in this version.
    """

    number: str
    day: date
    card: Card
    file_name: str
    content: bytes
    note: str = ""
    seen: int = 0


def enter(
    session: Session, store: Store, upload: Upload, *, by: str, at: datetime
) -> Document:
    """Put a file into the archive; a former version of its number is superseded.

    The file is in the store before the row is. Raises RefusedInWords where it is
    empty, too large, has no title, or its number was issued here: such a paper is
    issued again. Raises Overtaken where there is a later version than the one seen.
    """
    _require_sound(upload)
    audit.locked_head(session)
    former = queries.latest(session, upload.number)
    _require_seen(former, upload)
    row = _row(session, store, upload, former, by=by, at=at)
    session.add(row)
    session.flush()
    if former is not None:
        former.superseded_by_id = row.id
    _record(session, row, former, by=by, at=at)
    return row


def _require_seen(former: Document | None, upload: Upload) -> None:
    """Raise where what is there is not what was looked at."""
    number = upload.number
    if former is None:
        if upload.seen:
            raise NoDocument(_NONE, number=number)
        return
    if former.kind != UPLOAD:
        raise RefusedInWords(_ISSUED, number=number)
    if former.version != upload.seen:
        raise Overtaken(_NEWER, number=number, version=former.version)


def describe(
    session: Session, number: str, card: Card, *, seen: Card, by: str, at: datetime
) -> Document:
    """Change what is said of the version that holds; its files stay as they are.

    `seen` is what was said when the form was opened. Raises Overtaken where somebody
    changed it since.
    """
    card = _tidy(card)
    audit.locked_head(session)
    row = holding(session, number)
    if card_of(row) != _tidy(seen):
        raise Overtaken(_DESCRIBED, number=number)
    before, after = _told(card_of(row)), _told(card)
    changed = {
        name: [before[name], new] for name, new in after.items() if before[name] != new
    }
    if not changed:
        return row
    for name in changed:
        setattr(row, name, getattr(card, name))
    indexing.title_changed(session, row)
    session.flush()
    audit.write(
        session,
        actor=by,
        action="document.described",
        subject=f"{number}/{row.version}",
        at=at,
        detail={"changed": changed},
    )
    return row


def holding(session: Session, number: str) -> Document:
    """Return the version of a number that holds. Raises NoDocument."""
    row = queries.latest(session, number)
    if row is None:
        raise NoDocument(_NONE, number=number)
    return row


def card_of(row: Any) -> Card:
    """Return what is said of a document, or of its view."""
    return Card(
        title=row.title,
        category=row.category,
        label=row.label,
        keywords=row.keywords,
        keep_until=row.keep_until,
    )


def _row(
    session: Session,
    store: Store,
    upload: Upload,
    former: Document | None,
    *,
    by: str,
    at: datetime,
) -> Document:
    card = _tidy(upload.card)
    return Document(
        number=upload.number,
        version=next_version(former),
        kind=UPLOAD,
        title=card.title,
        day=upload.day,
        issued_at=at,
        issued_by=by,
        content_sha256=store.put(upload.content),
        audit_head=audit.head(session),
        category=card.category,
        label=card.label,
        keywords=card.keywords,
        keep_until=card.keep_until,
        note=" ".join(storable(upload.note).split())[:NOTE],
        file_name=clean_name(upload.file_name),
        media_type=media.sniffed(upload.content),
        size=len(upload.content),
    )


def _record(
    session: Session, row: Document, former: Document | None, *, by: str, at: datetime
) -> None:
    audit.write(
        session,
        actor=by,
        action="document.entered",
        subject=row.number,
        at=at,
        detail={
            "version": row.version,
            "file": row.file_name,
            "size": row.size,
            "content_sha256": row.content_sha256,
            "label": row.label.value,
            "supersedes": None if former is None else former.version,
        },
    )


def _require_sound(upload: Upload) -> None:
    if not upload.content:
        raise RefusedInWords(_EMPTY, name=clean_name(upload.file_name))
    if len(upload.content) > MOST_BYTES:
        raise RefusedInWords(_LARGE, name=clean_name(upload.file_name))
    _tidy(upload.card)


def _tidy(card: Card) -> Card:
    """Return a card as it is kept. Raises RefusedInWords for one without a title."""
    title = one_line(" ".join(storable(card.title).split()))
    if not title or len(title) > TITLE:
        raise RefusedInWords(_TITLE, longest=TITLE)
    words = storable(card.keywords).replace("，", " ").replace(",", " ").split()
    return Card(
        title=title,
        category=card.category,
        label=card.label,
        keywords=" ".join(dict.fromkeys(words))[:KEYWORDS],
        keep_until=card.keep_until,
    )


def _told(card: Card) -> dict[str, str]:
    until = card.keep_until
    return {
        "title": card.title,
        "category": card.category.value,
        "label": card.label.value,
        "keywords": card.keywords,
        "keep_until": until.isoformat() if until else "",
    }


_EMPTY = Words(
    "{name} 是空文件，没有归档。请检查后重新选择。",
    "{name} is empty and was not archived. Check it and choose again.",
)
_LARGE = Words(
    "{name} 超过 64 MiB，没有归档。请拆分或压缩后分别归档。",
    "{name} is larger than 64 MiB and was not archived. Split it and archive the parts.",
)
_TITLE = Words(
    "标题要写，且最多 {longest} 个字。没有保存，填写的内容还在。",
    "A title is needed, of at most {longest} characters. Nothing was saved; what you "
    "typed is kept.",
)
_NONE = Words(
    "档案里没有 {number}。没有任何改动。",
    "The archive holds no {number}. Nothing was changed.",
)
_ISSUED = Words(
    "{number} 是本台出具的文件，不能用上传的文件代替。没有归档；内容有变请重新出具。",
    "{number} was issued here and cannot be replaced by a file. Nothing was archived; "
    "issue it again where its content has changed.",
)
_NEWER = Words(
    "{number} 已有第 {version} 版，您看到的不是最新的。没有归档；请刷新后再上传。",
    "{number} has version {version} by now, later than the one you saw. Nothing was "
    "archived; load the page again, then upload.",
)
_DESCRIBED = Words(
    "{number} 的说明刚被别人改过。您的修改没有保存；请刷新后再改。",
    "Somebody has just changed what is said of {number}. Your change was not saved; "
    "load the page again, then change it.",
)
