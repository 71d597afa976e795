"""Telling somebody something, in the unit of what it is about; reading it on screen."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import (
    BATCH,
    LINK,
    ONCE,
    SUBJECT,
    WORDS,
    Kind,
    Notice,
    Urgency,
)
from opsdesk.core.text import one_line, storable
from probes.finding import Words


def tell(  # noqa: PLR0913 - a notice has this many sides, each named by callers
    session: Session,
    *,
    to: Iterable[str],
    kind: Kind,
    subject_ref: str,
    words: Words,
    link: str,
    at: datetime,
    urgency: Urgency = Urgency.NORMAL,
    once: str | None = None,
) -> int:
    """Write a notice for each user name, in the caller's unit; return how many.

    They are there if and only if that unit commits; nothing is sent here. With `once`
    a person who was told under that key before is not told again. `link` is a path on
    this desk. Sentences are made one line each, so that none becomes a mail header.
    """
    said = Saying(
        to=frozenset(to),
        kind=kind,
        subject_ref=subject_ref,
        words=words,
        link=link,
        at=at,
        urgency=urgency,
        once=once,
    )
    return sum(_write(session, row) for row in _notices(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One thing to say, to several people; as `tell` takes it."""

    to: frozenset[str]
    kind: Kind
    subject_ref: str
    words: Words
    link: str
    at: datetime
    urgency: Urgency = Urgency.NORMAL
    once: str | None = None


def tell_all(session: Session, sayings: Iterable[Saying]) -> None:
    """Write the notices of many sayings at once, in the caller's unit."""
    rows = [row for one in sayings for row in _notices(one)]
    if rows:
        session.execute(_unless_told(session), rows)


def _notices(one: Saying) -> list[dict[str, object]]:
    link, once = one.link, one.once
    if not link.startswith("/") or link.startswith("//") or len(link) > LINK:
        raise ValueError(f"a notice leads to a page of this desk, not to {link!r}")
    batch = secrets.token_hex(BATCH // 2) if once is None else _batch(once)
    said = {
        "kind": one.kind,
        "urgency": one.urgency,
        "subject": one_line(storable(one.subject_ref))[:SUBJECT],
        "zh": _sentence(one.words.zh),
        "en": _sentence(one.words.en),
        "link": link,
        "batch": batch,
        "once": once if once is None or len(once) <= ONCE else batch,
        "at": one.at,
    }
    return [{"recipient": name, **said} for name in sorted(one.to) if name]


def mark_read(session: Session, username: str, notice_id: int, *, at: datetime) -> bool:
    """Mark one of a person's own notices as read; False where it is not theirs."""
    mine = Notice.recipient == username
    unread = Notice.read_at.is_(None)
    seen = update(Notice).where(Notice.id == notice_id, mine, unread)
    return _rows(session, seen.values(read_at=at)) == 1


def mark_all_read(session: Session, username: str, up_to: int, *, at: datetime) -> int:
    """Mark what a person saw, up to the newest notice on their page, as read."""
    mine = Notice.recipient == username
    unread = Notice.read_at.is_(None)
    seen = update(Notice).where(mine, unread, Notice.id <= up_to)
    return _rows(session, seen.values(read_at=at))


def _batch(once: str) -> str:
    """Return the same mark for everything told under a key, so a room hears it once."""
    return hashlib.sha256(once.encode()).hexdigest()[:BATCH]


def _sentence(text: str) -> str:
    return one_line(storable(" ".join(text.split())))[:WORDS]


def _write(session: Session, values: dict[str, object]) -> int:
    wrote = _unless_told(session).values(values).returning(Notice.id)
    return len(session.scalars(wrote).all())


def _unless_told(session: Session) -> Any:
    sort = session.get_bind().dialect.name
    insert = postgresql.insert if sort == "postgresql" else sqlite.insert
    return insert(Notice).on_conflict_do_nothing()


def _rows(session: Session, statement: object) -> int:
    found: int = session.execute(statement).rowcount  # type: ignore[call-overload]
    return found
