"""The audit trail: a keyed hash chain, written in the transaction it tells of.

Every entry's body holds the previous entry's MAC, and its own MAC is an HMAC-SHA256
over exactly the stored bytes, so nobody without the key can alter, drop or slip in an
entry unseen. The key lies in a file outside the database. Where the chain ends stands
in one row, locked while a unit appends to it; print `head` on paper, and a chain cut
off at its end is found out too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from opsdesk.core.audit_models import AuditEntry, AuditHead
from opsdesk.core.text import storable
from probes.finding import Words

HEAD = 1
GENESIS = "0" * 64
KEY_BYTES = 32
_ACTOR, _SUBJECT = 64, 200  # as wide as their columns


class NoAuditKey(Exception):
    """The key cannot be used; nothing that must be recorded may happen without it."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


class Trail:
    """Holds the key of this process, and never shows it."""

    def __init__(self) -> None:
        self._key: bytes | None = None

    def __repr__(self) -> str:
        return f"Trail(ready={self._key is not None})"

    def use(self, key: bytes) -> None:
        self._key = key

    def mac(self, body: bytes) -> str:
        """Return the hex MAC of a body. Raises NoAuditKey where no key was given."""
        if self._key is None:
            raise NoAuditKey(_NOT_OPENED)
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()


TRAIL = Trail()


def create_key(path: Path) -> None:
    """Make a new key, readable by its owner only. Raises FileExistsError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


def use_key(path: Path) -> None:
    """Open the key for this process. Raises NoAuditKey with a sentence saying why."""
    TRAIL.use(read_key(path))


def read_key(path: Path) -> bytes:
    """Return the key. Raises NoAuditKey where it is absent, open to others, or odd."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
        key = bytes.fromhex(text.strip())
    except OSError as error:
        raise NoAuditKey(_UNREADABLE.fill(path=path, why=error.strerror)) from error
    except ValueError as error:
        raise NoAuditKey(_ODD.fill(path=path)) from error
    if mode & 0o077:
        raise NoAuditKey(_OPEN.fill(path=path))
    if len(key) != KEY_BYTES:
        raise NoAuditKey(_ODD.fill(path=path))
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one entry says: who did what to what, and when."""

    actor: str
    action: str
    subject: str
    at: datetime
    detail: Mapping[str, object] | None = None


def write(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one entry in the caller's unit; it is there if and only if that commits.

    Call it last in an operation: the head stays locked until the unit ends. Raises
    NoAuditKey, and NoResultFound where the head row is gone: both fail closed.
    """
    one = Done(actor=actor, action=action, subject=subject, at=at, detail=detail)
    write_all(session, [one])


def write_all(session: Session, done: Sequence[Done]) -> None:
    """Append entries in the caller's unit, in order; each chained to the one before."""
    if not done:
        return
    seq, mac = locked_head(session)
    rows = []
    for one in done:
        row = _row(one, seq + 1, mac)
        seq, mac = seq + 1, row["mac"]
        rows.append(row)
    session.execute(insert(AuditEntry), rows)
    session.execute(
        update(AuditHead).where(AuditHead.id == HEAD).values(seq=seq, mac=mac)
    )


def _row(one: Done, seq: int, previous: str) -> dict[str, Any]:
    entry = {
        "actor": storable(one.actor)[:_ACTOR],
        "action": one.action,
        "subject": storable(one.subject)[:_SUBJECT],
    }
    at = one.at.astimezone(UTC).isoformat()
    detail = dict(one.detail or {})
    body = canonical(
        {"seq": seq, "prev": previous, "at": at, **entry, "detail": detail}
    )
    return {**entry, "seq": seq, "at": one.at, "body": body, "mac": TRAIL.mac(body)}


def locked_head(session: Session) -> tuple[int, str]:
    """Return the chain's end, locked until the unit ends."""
    query = select(AuditHead.seq, AuditHead.mac).where(AuditHead.id == HEAD)
    seq, mac = session.execute(query.with_for_update()).one()
    return seq, mac


def end(session: Session) -> tuple[int, str]:
    """Return the number and the MAC of the newest entry."""
    query = select(AuditHead.seq, AuditHead.mac).where(AuditHead.id == HEAD)
    seq, mac = session.execute(query).one()
    return seq, mac


def head(session: Session) -> str:
    """Return the chain's end as printed on paper: "1204:9f86d081884c"."""
    seq, mac = end(session)
    return f"{seq}:{mac[:12]}"


def canonical(document: Mapping[str, object]) -> bytes:
    """Return the one byte string a document has: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    return text.encode("utf-8", "backslashreplace")  # a lone surrogate: \\udc80


_NOT_OPENED = Words(
    "这个进程还没有打开审计密钥", "no audit key was opened in this process"
)
_UNREADABLE = Words(
    "审计密钥 {path} 不能读取：{why}", "The audit key {path} cannot be read: {why}"
)
_ODD = Words(
    "审计密钥 {path} 的内容不对：应为 64 位十六进制数字",
    "The audit key {path} is damaged: it should be 64 hexadecimal digits",
)
_OPEN = Words(
    "审计密钥 {path} 别人也能读；应为 0600 权限",
    "The audit key {path} can be read by others; its mode should be 0600",
)
