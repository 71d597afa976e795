"""Search in the archive: every word, in the card or anywhere in the text, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import TextClause

from opsdesk.archive.models import Category, Document, DocumentText, Label, Reading
from opsdesk.archive.shelf import Wanted
from opsdesk.core import grams
from opsdesk.core.grams import Phrase

AROUND = 40
_NEWEST = 2**31 - 1
_NEEDLES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document in which every word stands, and what stands around the first.

    `reading` is None for one that has not been read yet: its card was searched.
    """

    id: int
    number: str
    version: int
    kind: str
    title: str
    category: Category
    label: Label
    day: date | None
    at: datetime
    excerpt: str
    reading: Reading | None


def find(
    session: Session, words: str, wanted: Wanted, *, most: int = 50
) -> tuple[Hit, ...]:
    """Return the newest documents with every word, of those that are wanted.

    Everything a search is narrowed by is in its statement, so that no hit is lost
    behind the last one returned. Nothing to search for: nothing.
    """
    phrases = grams.asked(words)
    if not phrases or most < 1:
        return ()
    narrowed = {**_narrowed(wanted), "most": most}
    read = _read(session, phrases, words, narrowed)
    floor = read[-1].id if len(read) == most else 0
    unread = _unread(session, phrases, {**narrowed, "floor": floor})
    both = sorted((*read, *unread), key=lambda hit: -hit.id)
    return tuple(both[:most])


def _narrowed(wanted: Wanted) -> dict[str, Any]:
    """Return the values of what narrows a search; an empty one narrows nothing."""
    return {
        "labels": [label.value for label in wanted.who.labels],
        "person": wanted.who.person,
        "category": str(wanted.category or ""),
        "label": str(wanted.label or ""),
        "kind": wanted.kind or "",
        "since": wanted.since or date.min,
        "until": wanted.until or date.max,
        "dated": int(wanted.since is not None or wanted.until is not None),
        "superseded": int(wanted.superseded_too),
        "before": _NEWEST if wanted.before is None else wanted.before,
    }


def _read(
    session: Session,
    phrases: tuple[Phrase, ...],
    words: str,
    narrowed: Mapping[str, Any],
) -> tuple[Hit, ...]:
    needles = _needles(words, phrases)
    values = {**narrowed, **{f"n{i}": one for i, one in enumerate(needles)}}
    if session.get_bind().dialect.name == "sqlite":
        values["wanted"] = _fts5(phrases)
        rows = session.execute(_SQLITE, values)
        return tuple(_hit(row) for row in rows)
    joints = {joint for phrase in phrases for joint in _joints(phrase)}
    values |= {"wanted": _tsquery(phrases), "joints": sorted(joints)}
    values |= {f"p{i}": _in_order(phrases, i) for i in range(grams.MOST_TERMS)}
    session.execute(text("SET LOCAL enable_seqscan = off"))  # it would unpack all
    rows = session.execute(_POSTGRESQL[bool(values["wanted"]), bool(joints)], values)
    found = tuple(_hit(row) for row in rows)
    session.execute(text("SET LOCAL enable_seqscan = on"))
    return found


def _unread(
    session: Session, phrases: tuple[Phrase, ...], narrowed: Mapping[str, Any]
) -> tuple[Hit, ...]:
    """Look into the cards of documents that are not in the index yet, if any is."""
    store = session.get_bind().dialect.name
    if not session.scalar(_WAITING[store]):
        return ()
    said = {**narrowed, "like": f"%{_spelt(phrases[0])}%"}
    rows = session.execute(_CARDS[store], said)
    return tuple(
        replace(_hit(row), excerpt=row.keywords)
        for row in rows
        if _stands_in(phrases, f"{row.number}\n{row.title}\n{row.keywords}")
    )[: narrowed["most"]]


def _stands_in(phrases: tuple[Phrase, ...], card: str) -> bool:
    """Tell whether every phrase stands in a card, as the index would tell it."""
    tokens = f" {grams.indexed(card)} "
    return all(
        f" {' '.join(phrase.tokens)}{'' if phrase.open_ended else ' '}" in tokens
        for phrase in phrases
    )


def _fts5(phrases: tuple[Phrase, ...]) -> str:
    """Return an FTS5 expression; tokens hold no quotes, letters and digits only."""
    return " AND ".join(
        f'"{" ".join(phrase.tokens)}"{"*" if phrase.open_ended else ""}'
        for phrase in phrases
    )


def _tsquery(phrases: tuple[Phrase, ...]) -> str:
    """Return the tokens that no joint tells of, each on its own.

    PostgreSQL forgets places in long texts. What must stand side by side is told by
    joints, and for certain by the grams of the few documents that are left.
    """
    found: list[str] = []
    for phrase in phrases:
        last = phrase.tokens[-1]
        if phrase.open_ended:
            found.append(f"'{last}':*")
        if len(_joined(phrase)) < 2:  # noqa: PLR2004 - one stands beside nothing
            found += [f"'{token}'" for token in _joined(phrase)]
    return " & ".join(found)


def _joints(phrase: Phrase) -> set[int]:
    return grams.joints(_joined(phrase))


def _joined(phrase: Phrase) -> tuple[str, ...]:
    """Return a phrase's tokens that stand there whole: one that may go on does not."""
    return phrase.tokens[:-1] if phrase.open_ended else phrase.tokens


def _in_order(phrases: tuple[Phrase, ...], number: int) -> str:
    """Return what must stand in the grams for a phrase; nothing for a single token."""
    if number >= len(phrases) or len(phrases[number].tokens) == 1:
        return ""
    return f" {' '.join(phrases[number].tokens)}"


def _needles(words: str, phrases: tuple[Phrase, ...]) -> list[str]:
    """Return what an excerpt is cut around, the first that stands there."""
    wanted = [term.lower() for term in words.split()]
    wanted += [_spelt(phrase) for phrase in phrases]
    different = list(dict.fromkeys(wanted))[:_NEEDLES]
    return [*different, *different[:1] * (_NEEDLES - len(different))]


def _spelt(phrase: Phrase) -> str:
    """Return a phrase's characters: pairs overlap; of words of letters the first."""
    first, *others = phrase.tokens
    if others and not first.isascii():
        return first + "".join(token[1:] for token in others)
    return first


def _hit(row: Any) -> Hit:
    excerpt = " ".join((row.excerpt or "").split())
    lead = "…" if row.place > AROUND + 1 else ""
    tail = "…" if len(row.excerpt or "") == _SPAN else ""
    return Hit(
        id=row.id,
        number=row.number,
        version=row.version,
        kind=row.kind,
        title=row.title,
        category=row.category,
        label=row.label,
        day=row.day,
        at=row.issued_at,
        excerpt=f"{lead}{excerpt}{tail}" if excerpt else "",
        reading=row.reading,
    )


_SPAN = 4 * AROUND
_EARLY = 4000  # characters looked at first: a common word stands among them
_COLUMNS = "d.id, d.number, d.version, d.kind, d.title, d.category, d.label, d.day, d.issued_at"
_NARROWED = """(d.label IN :labels OR d.issued_by = :person)
    AND (:category = '' OR d.category = :category)
    AND (:label = '' OR d.label = :label) AND (:kind = '' OR d.kind = :kind)
    AND (:dated = 0 OR d.day BETWEEN :since AND :until)
    AND (:superseded = 1 OR d.superseded_by_id IS NULL) AND d.id < :before"""


def _place(within: str, position: str) -> str:
    """Return SQL of where the first needle that is there begins; else 1."""
    looks = (
        f"nullif({position}(lower({part}), :n{number}), 0)"
        for number in range(_NEEDLES)
        for part in (f"substr({within}, 1, {_EARLY})", within)
    )
    return f"coalesce({', '.join(looks)}, 1)"


def _quoted(position: str) -> str:
    """Return SQL that shows the newest hits with what stands around the words."""
    place = _place("t.body", position)
    start = f"CASE WHEN place > {AROUND} THEN place - {AROUND} ELSE 1 END"
    # Only constants of this module are put together here; what is sought is bound.
    return f"""
        , placed AS MATERIALIZED (SELECT newest.id, t.reading, {place} AS place
                     FROM newest JOIN document_text t ON t.document_id = newest.id)
        SELECT {_COLUMNS}, placed.reading, placed.place,
               substr(t.body, {start}, {_SPAN}) AS excerpt
        FROM placed JOIN document d ON d.id = placed.id
        JOIN document_text t ON t.document_id = placed.id ORDER BY d.id DESC"""  # noqa: S608


_WORDS = ("person", "category", "label", "kind")


def _typed(sql: str, *more: Any) -> Any:
    """Return a statement whose columns come back as the models have them."""
    names = ("id", "number", "version", "kind", "title", "category", "label", "day")
    columns = [getattr(Document, name) for name in (*names, "issued_at")]
    statement: TextClause = text(sql).bindparams(
        bindparam("labels", type_=String, expanding=True),
        *(bindparam(name, type_=String) for name in _WORDS),
        *(bindparam(name, type_=Date) for name in ("since", "until")),
    )
    types = {column.key: column.type for column in (*columns, *more)}
    return statement.columns(**types)


_SQLITE = _typed(
    f"""WITH newest AS MATERIALIZED (
        SELECT f.rowid AS id FROM document_fts f
        CROSS JOIN document d ON d.id = f.rowid
        WHERE document_fts MATCH :wanted AND f.rowid < :before AND {_NARROWED}
        ORDER BY f.rowid DESC LIMIT :most)
    """  # noqa: S608 - constants
    + _quoted("instr"),
    DocumentText.reading,
)
_ORDERED = " AND ".join(
    f"""(CAST(:p{number} AS text) = '' OR (SELECT strpos(t.grams, :p{number}) > 0
        FROM document_text t WHERE t.document_id = kept.id))"""  # noqa: S608 - constants
    for number in range(grams.MOST_TERMS)
)
_BY_WORDS = "SELECT id FROM document_fts WHERE vector @@ CAST(:wanted AS tsquery)"
_BY_JOINTS = "SELECT id FROM document_fts WHERE joints @> CAST(:joints AS integer[])"


def _postgresql(by: str) -> Any:
    """Return the search by one of PostgreSQL's indexes, or by both."""
    return _typed(
        f"""WITH found AS MATERIALIZED ({by}),
        newest AS MATERIALIZED (
            SELECT kept.id
            FROM (SELECT id FROM found ORDER BY id DESC) kept
            JOIN document d ON d.id = kept.id
            WHERE {_NARROWED} AND {_ORDERED} ORDER BY kept.id DESC LIMIT :most)
        """  # noqa: S608 - constants
        + _quoted("strpos"),
        DocumentText.reading,
    )


_POSTGRESQL = {
    (True, True): _postgresql(f"{_BY_WORDS} INTERSECT {_BY_JOINTS}"),
    (True, False): _postgresql(_BY_WORDS),
    (False, True): _postgresql(_BY_JOINTS),
}
"""By whether tokens stand alone in what is sought, and whether any stand side by side."""
_INDEXED = {"sqlite": "document_fts_docsize", "postgresql": "document_fts"}
"""A small table with one row for each document in the index; its texts are large."""
_WAITING = {
    store: text(
        f"SELECT (SELECT count(*) FROM document) > (SELECT count(*) FROM {indexed})"  # noqa: S608
    )
    for store, indexed in _INDEXED.items()
}
_CARDS = {
    store: _typed(
        f"""WITH unread AS MATERIALIZED (
            SELECT id FROM document WHERE id > :floor AND id < :before
            EXCEPT SELECT id FROM {indexed})
        SELECT {_COLUMNS}, d.keywords, NULL AS reading, '' AS excerpt, 1 AS place
        FROM unread JOIN document d ON d.id = unread.id
        WHERE lower(d.number || ' ' || d.title || ' ' || d.keywords) LIKE :like
        AND {_NARROWED} ORDER BY d.id DESC"""  # noqa: S608 - constants
    )
    for store, indexed in _INDEXED.items()
}
