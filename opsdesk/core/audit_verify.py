"""Walks the audit trail from its first entry and says what is wrong with it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.audit import GENESIS, HEAD, TRAIL
from opsdesk.core.audit_models import AuditEntry, AuditHead


class Fault(StrEnum):
    """What may be wrong with a chain."""

    TAMPER = "TAMPER"  # an entry is not what was written
    FORK = "FORK"  # an entry follows something else than the one before it
    GAP = "GAP"  # entries are missing in the middle
    TRUNCATED = "TRUNCATED"  # entries are missing at the end


@dataclass(frozen=True, slots=True)
class Broken:
    """One fault, and the entry it shows at."""

    fault: Fault
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head noted elsewhere: on paper, or in a file on another machine."""

    seq: int
    mac: str  # or its first 12 digits


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk over the whole chain found."""

    entries: int
    head: str
    broken: tuple[Broken, ...]

    @property
    def sound(self) -> bool:
        return not self.broken


@dataclass(slots=True)
class _Walk:
    """Where the walk is, and which anchors were not met yet."""

    anchors: dict[int, set[str]]
    seq: int = 0
    mac: str = GENESIS
    entries: int = 0


def verify(session: Session, against: Iterable[Anchor] = ()) -> Verdict:
    """Check every entry, the links between them, the head row, and noted heads.

    Raises NoAuditKey where the process has no key.
    """
    anchors: dict[int, set[str]] = {}
    for anchor in against:
        anchors.setdefault(anchor.seq, set()).add(anchor.mac)
    walk = _Walk(anchors)
    broken: list[Broken] = []
    query = select(AuditEntry).order_by(AuditEntry.seq)
    for entry in session.scalars(query.execution_options(yield_per=500)):
        broken.extend(_check(entry, walk))
        session.expunge(entry)
    broken.extend(_check_end(session, walk))
    return Verdict(walk.entries, f"{walk.seq}:{walk.mac[:12]}", tuple(broken))


def read_anchors(lines: Iterable[str]) -> list[Anchor]:
    """Read heads, one a line: `{"seq": 12, "mac": "…"}` or `12:9f86d081884c`.

    Raises ValueError naming the line.
    """
    anchors = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            anchors.append(_read_anchor(line.strip()))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} is not a head: {line.strip()}") from error
    return anchors


def _read_anchor(line: str) -> Anchor:
    if line.startswith("{"):
        document = json.loads(line)
        return Anchor(int(document["seq"]), str(document["mac"]))
    seq, mac = line.split(":")
    return Anchor(int(seq), mac)


def _check(entry: AuditEntry, walk: _Walk) -> Iterator[Broken]:
    seq = entry.seq
    if seq != walk.seq + 1:
        missing = f"entries {walk.seq + 1} to {seq - 1} are missing"
        yield Broken(Fault.GAP, walk.seq + 1, missing)
    altered = _altered(entry)
    if altered:
        yield Broken(Fault.TAMPER, seq, altered)
    elif seq == walk.seq + 1 and json.loads(entry.body)["prev"] != walk.mac:
        yield Broken(Fault.FORK, seq, f"it does not follow entry {walk.seq}")
    for mac in sorted(walk.anchors.pop(seq, ())):
        if not entry.mac.startswith(mac):
            yield Broken(Fault.FORK, seq, f"its head was noted as {mac}")
    walk.seq, walk.mac = seq, entry.mac
    walk.entries += 1


def _altered(entry: AuditEntry) -> str:
    """Return what is not as it was written, or nothing."""
    if not hmac.compare_digest(TRAIL.mac(entry.body), entry.mac):
        return "its text does not match its MAC"
    body = json.loads(entry.body)
    shown = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
    }
    wrong = [name for name, value in shown.items() if body[name] != value]
    return f"its column {wrong[0]} differs from its text" if wrong else ""


def _check_end(session: Session, walk: _Walk) -> Iterator[Broken]:
    query = select(AuditHead.seq, AuditHead.mac).where(AuditHead.id == HEAD)
    head = session.execute(query).one_or_none()
    if head is None:
        yield Broken(Fault.TAMPER, walk.seq, "the head row is gone")
    elif head.seq > walk.seq:
        missing = f"entries {walk.seq + 1} to {head.seq} are missing at the end"
        yield Broken(Fault.TRUNCATED, walk.seq + 1, missing)
    elif head.seq < walk.seq:
        yield Broken(Fault.FORK, head.seq + 1, "it lies beyond the head row")
    elif head.mac != walk.mac:
        yield Broken(Fault.TAMPER, head.seq, "the head row names another MAC")
    for seq in sorted(walk.anchors):
        if seq > walk.seq:
            yield Broken(Fault.TRUNCATED, walk.seq + 1, f"head {seq} was noted")
