"""Documents are read into the index, a few at a time, in a process of their own."""

from __future__ import annotations

from datetime import datetime
from time import monotonic

import structlog

from opsdesk.archive import indexing
from opsdesk.archive.indexing import Waiting
from opsdesk.archive.models import Reading
from opsdesk.archive.reading import Found
from opsdesk.archive.reading.apart import read_apart
from opsdesk.core.desk import Desk
from opsdesk.core.files import Damaged

log = structlog.get_logger(__name__)
SECONDS = 2.0
"""No document is begun later than this into a tick; the rest waits for the next."""
MOST = 50


def sweep(desk: Desk, *, at: datetime, seconds: float = SECONDS) -> int:
    """Read the newest documents that nobody has read; return how many were."""
    until = monotonic() + seconds
    with desk.database.reading() as session:
        waiting = indexing.waiting(session, most=MOST)
    done = 0
    for document in waiting:
        if done and monotonic() > until:
            break
        words = indexing.words_of(document.card, _read(desk, document))
        with desk.database.unit() as session:  # nothing was locked till now
            done += indexing.keep(session, document.id, words, at=at)
    return done


def _read(desk: Desk, document: Waiting) -> Found:
    """Return a document's words; a file that is gone or changed is a broken one.

    `opsdesk archive verify` names it; the index only goes without.
    """
    try:
        content = desk.store.get(document.sha256)
    except (Damaged, OSError) as damage:
        log.warning("document.unread", document=document.id, why=str(damage))
        return Found(Reading.BROKEN)
    return read_apart(content)
