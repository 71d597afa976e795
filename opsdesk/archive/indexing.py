"""What the archive's index holds of a document: its card first, then its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from opsdesk.archive.models import Document, DocumentText
from opsdesk.archive.reading import Found
from opsdesk.core import grams

_MOST_WEIGHT = 900_000
"""PostgreSQL takes 1 MiB of different tokens a document, each with its place."""
_WEIGHT_OF_PLACE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A document that nobody has read yet, and where its words are.

    Of what was printed here those are the words on the paper, not the frozen data.
    """

    id: int
    sha256: str
    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was read in a document, and what the index is made of under its card."""

    found: Found
    card: str
    grams: str


def waiting(session: Session, *, most: int) -> tuple[Waiting, ...]:
    """Return documents to be read, the newest first: they are looked for soonest."""
    unread = ~exists().where(DocumentText.document_id == Document.id)
    rows = session.scalars(
        select(Document).where(unread).order_by(Document.id.desc()).limit(most)
    )
    return tuple(
        Waiting(
            id=row.id, sha256=row.pdf_sha256 or row.content_sha256, card=card_of(row)
        )
        for row in rows
    )


def words_of(card: str, found: Found) -> Words:
    """Prepare what is to be kept; a long text takes a second, so do it unlocked."""
    return Words(found=found, card=card, grams=grams_of(card, found.words))


def grams_of(card: str, words: str) -> str:
    """Return what the index is made of, a space in front of every token.

    Of words more different than the index takes the end is left out.
    """
    found = grams.indexed(f"{card}\n\n{words}")
    while _weight(found) > _MOST_WEIGHT:
        words = words[: len(words) * 3 // 4]
        found = grams.indexed(f"{card}\n\n{words}")
    return f" {found}"


def _weight(tokens: str) -> int:
    different = set(tokens.split())
    return sum(len(token.encode()) + _WEIGHT_OF_PLACE for token in different)


def card_of(document: Document) -> str:
    """Return what a document is found by before it has been read."""
    return f"{document.number}\n{document.title}\n{document.keywords}"


def keep(session: Session, document_id: int, words: Words, *, at: datetime) -> bool:
    """Let a document be found by what was read in it; twice is once."""
    if session.get(DocumentText, document_id) is not None:
        return False
    card = card_of(session.get_one(Document, document_id))
    if card != words.card:  # it was described anew meanwhile
        words = words_of(card, words.found)
    session.add(
        DocumentText(
            document_id=document_id,
            reading=words.found.reading,
            read_at=at,
            body=words.found.words,
            grams=words.grams,
        )
    )
    session.flush()
    _join(session, document_id, words.grams)
    return True


def title_changed(session: Session, document: Document) -> None:
    """Let a document be found by its new title and keywords, no longer by the old.

    One that has not been read yet is found by its card itself: nothing is to be done.
    """
    text = session.get(DocumentText, document.id)
    if text is not None:
        text.grams = grams_of(card_of(document), text.body)
        session.flush()
        _join(session, document.id, text.grams)


def _join(session: Session, document_id: int, tokens: str) -> None:
    """Keep beside PostgreSQL's index which tokens stand side by side.

    FTS5 has the places of all of them; PostgreSQL forgets those in long texts.
    """
    if session.get_bind().dialect.name == "postgresql":
        joined = {"id": document_id, "joints": sorted(grams.joints(tokens.split()))}
        session.execute(JOIN, joined)


JOIN = sql("UPDATE document_fts SET joints = CAST(:joints AS integer[]) WHERE id = :id")
