"""Every day that is over leaves its audit entries and its head in files of their own."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import clock
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.audit_segments import (
    NOTHING,
    note_head,
    read_heads,
    write_segment,
)
from opsdesk.core.desk import Desk

A_DAY = timedelta(days=1)


def sweep(desk: Desk, *, at: datetime) -> int:
    """Write what days are over and not written; returns how many were."""
    folder = desk.settings.desk.data / "audit"
    (folder / "segments").mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder), desk.database.reading() as session:
        return _catch_up(session, folder, desk, at)


def _catch_up(session: Session, folder: Path, desk: Desk, at: datetime) -> int:
    zone = desk.settings.desk.timezone
    heads = read_heads(folder / "heads.jsonl")
    last = heads[-1] if heads else NOTHING
    day = last.day + A_DAY if heads else _first_day(session, desk)
    written = 0
    while day is not None and day < clock.local_day(at, zone):
        _start, end = clock.day_bounds(day, zone)
        path = folder / "segments" / f"{day}.jsonl"
        last = write_segment(session, path, last, day, end)
        note_head(folder / "heads.jsonl", last, at=at)
        day += A_DAY
        written += 1
    return written


def _first_day(session: Session, desk: Desk) -> date | None:
    query = select(AuditEntry.at).order_by(AuditEntry.seq).limit(1)
    first = session.scalar(query)
    return first and clock.local_day(first, desk.settings.desk.timezone)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process write at a time; another one waits, and finds it done."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
