"""When the archive was last read again, by whom, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive.checking import Fault
from opsdesk.archive.models import ArchiveCheck
from opsdesk.core import audit
from probes.finding import Words

VERIFIED = "archive.verified"
MOST_TOLD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What reading the whole archive again came to."""

    began_at: datetime
    ended_at: datetime
    versions: int
    size: int
    faults: Sequence[Fault]
    strays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """The last check, as a page shows it; `told` are the first of its faults."""

    id: int
    ended_at: datetime
    by: str
    versions: int
    faults: int
    strays: int
    told: tuple[Words, ...]


def record(session: Session, outcome: Outcome, *, by: str) -> ArchiveCheck:
    """Keep what a check came to."""
    faults = outcome.faults
    row = ArchiveCheck(
        began_at=outcome.began_at,
        ended_at=outcome.ended_at,
        by=by,
        versions=outcome.versions,
        size=outcome.size,
        faults=len(faults),
        strays=outcome.strays,
        told={"faults": [[one.words.zh, one.words.en] for one in faults[:MOST_TOLD]]},
    )
    session.add(row)
    session.flush()
    audit.write(
        session,
        actor=by,
        action=VERIFIED,
        subject="archive",
        at=outcome.ended_at,
        detail={
            "versions": row.versions,
            "bytes": row.size,
            "faults": row.faults,
            "strays": row.strays,
        },
    )
    return row


def last(session: Session) -> CheckView | None:
    """Return the last check; None: there was none."""
    query = select(ArchiveCheck).order_by(ArchiveCheck.id.desc()).limit(1)
    row = session.scalar(query)
    if row is None:
        return None
    return CheckView(
        id=row.id,
        ended_at=row.ended_at,
        by=row.by,
        versions=row.versions,
        faults=row.faults,
        strays=row.strays,
        told=tuple(Words(zh, en) for zh, en in row.told["faults"]),
    )
