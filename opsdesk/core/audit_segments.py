"""Segments of the audit trail outside the database: one file a day, written once."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.core.audit import GENESIS, TRAIL
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.audit_verify import Broken, Fault


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood at the end of a day."""

    day: date
    seq: int
    mac: str


NOTHING = Head(date.min, 0, GENESIS)


def read_heads(path: Path) -> list[Head]:
    """Return the heads noted so far. A last line cut off by a crash is taken away."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        os.truncate(path, len(whole))
    lines = [json.loads(line) for line in whole.splitlines()]
    return [
        Head(date.fromisoformat(one["day"]), one["seq"], one["mac"]) for one in lines
    ]


def note_head(path: Path, head: Head, *, at: datetime) -> None:
    """Add one line to the heads, on the disk when this returns."""
    line = {
        "seq": head.seq,
        "mac": head.mac,
        "at": at.isoformat(),
        "day": head.day.isoformat(),
    }
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    _settle(path.parent)


def write_segment(
    session: Session, path: Path, former: Head, day: date, until: datetime
) -> Head:
    """Write the entries after a head that belong to the days before a moment.

    Numbers follow each other from segment to segment whatever the wall clock did. A
    segment that stands already is read, never written again.
    """
    if not path.exists():
        _write_once(path, _lines(session, former, until))
    last = former
    with path.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            last = Head(day, json.loads(entry["body"])["seq"], entry["mac"])
    return Head(day, last.seq, last.mac)


def _lines(session: Session, former: Head, until: datetime) -> Iterator[str]:
    newest = select(func.max(AuditEntry.seq)).where(AuditEntry.at < until)
    query = (
        select(AuditEntry.body, AuditEntry.mac)
        .where(AuditEntry.seq > former.seq, AuditEntry.seq <= newest.scalar_subquery())
        .order_by(AuditEntry.seq)
    )
    for body, mac in session.execute(query.execution_options(yield_per=500)):
        yield json.dumps({"body": body.decode(), "mac": mac}, ensure_ascii=False) + "\n"


def _write_once(path: Path, lines: Iterable[str]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it 0600
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another one was quicker: his stands
            os.link(name, path)
    finally:
        Path(name).unlink()
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Make a new name in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def compare(session: Session, lines: Iterable[str]) -> list[Broken]:
    """Hold a segment's lines against the database. Raises ValueError for other files.

    Whichever of the two was altered, its MAC tells.
    """
    return [
        fault for line in lines if line.strip() for fault in _differs(session, line)
    ]


def _differs(session: Session, line: str) -> Iterator[Broken]:
    try:
        noted = json.loads(line)
        body, mac = noted["body"].encode(), str(noted["mac"])
        seq = int(json.loads(body)["seq"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a segment's line: {line.strip()[:80]}") from error
    if not compare_digest(TRAIL.mac(body), mac):
        yield Broken(Fault.TAMPER, seq, "the segment's text does not match its MAC")
        return
    query = select(AuditEntry.body, AuditEntry.mac).where(AuditEntry.seq == seq)
    held = session.execute(query).one_or_none()
    if held is None:
        yield Broken(Fault.GAP, seq, "it is in the segment, not in the database")
    elif (held.body, held.mac) != (body, mac):
        yield Broken(Fault.FORK, seq, "the database holds another entry")
