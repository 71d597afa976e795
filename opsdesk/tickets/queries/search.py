"""Full-text search over every register, its notes, files' names, and articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from opsdesk.core import grams
from opsdesk.core.grams import Phrase

AROUND = 40

_SQLITE = text("""
    SELECT s.id, s.source, s.ref, s.at, substr(s.body, 1, 4000) AS body
    FROM search_fts f JOIN searchable s ON s.id = f.rowid
    WHERE search_fts MATCH :wanted AND f.rowid < :before
    ORDER BY f.rowid DESC LIMIT :many
""")
_HITS = """WITH near AS MATERIALIZED (
        SELECT id FROM search_fts
        WHERE vector @@ CAST(:wanted AS tsquery) AND id < :before
        AND id >= LEAST(:before, (SELECT max(id) FROM search_fts)) - 20000
        ORDER BY id DESC LIMIT :many),
    found AS MATERIALIZED (
        SELECT id FROM near UNION SELECT id FROM search_fts
        WHERE vector @@ CAST(:wanted AS tsquery) AND id < :before
        AND (SELECT count(*) FROM near) < :many)
"""
"""PostgreSQL walks from the newest or asks the index of words, by how many hits it
guesses. It cannot guess well: so a common word is found among the newest, and only
where too few are the index is asked, which then holds few."""
_POSTGRESQL = text(
    f"""{_HITS}
    SELECT s.id, s.source, s.ref, s.at, substr(s.body, 1, 4000) AS body
    FROM (SELECT id FROM found ORDER BY id DESC LIMIT :many) f
    JOIN searchable s ON s.id = f.id
    ORDER BY f.id DESC
"""  # noqa: S608 - constants
)
_SIMILAR_SQLITE = text("""
    SELECT s.id, s.source, s.ref, s.at, substr(s.body, 1, 4000) AS body
    FROM (SELECT rowid AS id, rank FROM search_fts WHERE search_fts MATCH :wanted
          ORDER BY rowid DESC LIMIT :many) f
    JOIN searchable s ON s.id = f.id
    WHERE s.source IN ('ticket', 'article') ORDER BY f.rank LIMIT :most
""")
_SIMILAR_POSTGRESQL = text(
    f"""{_HITS}
    SELECT s.id, s.source, s.ref, s.at, substr(s.body, 1, 4000) AS body
    FROM (SELECT id FROM found ORDER BY id DESC LIMIT :many) f
    JOIN search_fts t ON t.id = f.id JOIN searchable s ON s.id = f.id
    WHERE s.source IN ('ticket', 'article')
    ORDER BY ts_rank(t.vector, CAST(:wanted AS tsquery)) DESC LIMIT :most
"""  # noqa: S608 - constants
)
_NEWEST = 2**62
_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the words stand: what, whose page shows it, and around them."""

    id: int
    source: str  # ticket, note, file, article
    ref: str
    at: datetime
    excerpt: str
    title: str


def find(
    session: Session, query: str, *, most: int = 50, before: int = _NEWEST
) -> tuple[Hit, ...]:
    """Return the newest places where every word of a query stands.

    `before` is the last hit's id of the page before. Nothing to search for: nothing.
    """
    phrases = grams.asked(query)
    if not phrases:
        return ()
    sqlite = _is_sqlite(session)
    wanted = _fts5(phrases, " AND ") if sqlite else _tsquery(phrases, " & ")
    rows = session.execute(
        _SQLITE if sqlite else _POSTGRESQL,
        {"wanted": wanted, "before": before, "many": most},
    )
    return tuple(_hit(row, query) for row in rows)


def similar(session: Session, words: str, *, most: int = 5) -> tuple[Hit, ...]:
    """Return tickets and articles that share words with a text, best first."""
    tokens = grams.indexed(words[:200]).partition("|")[0].split()[:24]
    if not tokens:
        return ()
    phrases = tuple(
        Phrase((token,), open_ended=False) for token in dict.fromkeys(tokens)
    )
    sqlite = _is_sqlite(session)
    wanted = _fts5(phrases, " OR ") if sqlite else _tsquery(phrases, " | ")
    rows = session.execute(
        _SIMILAR_SQLITE if sqlite else _SIMILAR_POSTGRESQL,
        {"wanted": wanted, "before": _NEWEST, "many": _LOOKED_AT, "most": most},
    )
    return tuple(_hit(row, words) for row in rows)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _fts5(phrases: tuple[Phrase, ...], joint: str) -> str:
    """Return an FTS5 expression; tokens hold no quotes, letters and digits only."""
    return joint.join(
        f'"{" ".join(phrase.tokens)}"{"*" if phrase.open_ended else ""}'
        for phrase in phrases
    )


def _tsquery(phrases: tuple[Phrase, ...], joint: str) -> str:
    return joint.join(
        "("
        + " <-> ".join(
            f"'{token}'{':*' if phrase.open_ended and last else ''}"
            for token, last in _marked(phrase.tokens)
        )
        + ")"
        for phrase in phrases
    )


def _marked(tokens: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(token, i == len(tokens) - 1) for i, token in enumerate(tokens)]


def _hit(row: Any, query: str) -> Hit:
    identity, source, ref, at, body = row
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    lines = body.split("\n")
    title = lines[1] if source == "ticket" and len(lines) > 1 else lines[0]
    return Hit(identity, source, ref, moment, _around(body, query), title)


def _around(body: str, query: str) -> str:
    """Return the words around the first match, on one line."""
    flat = " ".join(body.split())
    low = flat.casefold()
    places = [low.find(term.casefold()) for term in query.split()]
    place = min((one for one in places if one >= 0), default=0)
    start = max(0, place - AROUND)
    end = place + 3 * AROUND
    lead, tail = "…" if start else "", "…" if end < len(flat) else ""
    return f"{lead}{flat[start:end]}{tail}"
