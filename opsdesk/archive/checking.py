"""Is every byte of the archive what was archived? Read again, slowly, and compared."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive.models import Document
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.files import Damaged, Missing, Store
from probes.finding import Words

ISSUED, ENTERED = "document.issued", "document.entered"
PARTS = ("content_sha256", "pdf_sha256", "docx_sha256")
Kept = dict[tuple[str, int], dict[str, Any]]


class Harm(enum.StrEnum):
    """What happened to a document."""

    MISSING = "missing"  # its row is there, the file is not
    CHANGED = "changed"  # the file is there and holds something else
    UNREADABLE = "unreadable"  # the file is there and the disk does not give it
    ROW = "row"  # the row itself is not what was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it was archived; `part` is content, pdf, docx or row."""

    number: str
    version: int
    part: str
    path: str
    harm: Harm
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One version that was read again: how many bytes, and what is wrong with it."""

    number: str
    version: int
    size: int
    faults: tuple[Fault, ...]


def documents(session: Session) -> int:
    """Return how many versions a check will read: the last one's id."""
    last = select(Document.id).order_by(Document.id.desc()).limit(1)
    return session.scalar(last) or 0


def verify(session: Session, store: Store) -> Iterator[Checked]:
    """Yield every version, oldest first, after all its files were read again.

    The bytes are held against the hashes of the row, and the row against the audit
    entry of its issue or upload, and what the trail tells of and no row holds comes
    last. The chain of the trail itself is for `opsdesk audit verify`.
    """
    told = _told(session)
    query = select(Document).order_by(Document.id)
    for row in session.scalars(query.execution_options(yield_per=100)):
        yield _checked(row, store, told)
        told.pop((row.number, row.version), None)
    for number, version in told:
        yield _gone(number, version)


def _told(session: Session) -> Kept:
    """Return what the audit trail says of every version's hashes."""
    query = select(AuditEntry).where(AuditEntry.action.in_((ISSUED, ENTERED)))
    found: Kept = {}
    for entry in session.scalars(query.execution_options(yield_per=500)):
        detail = json.loads(entry.body)["detail"]
        found[entry.subject, detail["version"]] = detail
    return found


def _checked(row: Document, store: Store, told: Kept) -> Checked:
    faults, size = [], 0
    for part in PARTS:
        sha256 = getattr(row, part)
        if sha256 is None:
            continue
        try:
            size += len(store.get(sha256))
        except Damaged as damage:
            harm = Harm.MISSING if isinstance(damage, Missing) else Harm.CHANGED
            faults.append(
                _fault(row, part, str(store.path(sha256)), _OF_FILE[harm], harm)
            )
        except (OSError, ValueError):
            said = _OF_FILE[Harm.UNREADABLE]
            faults.append(_fault(row, part, sha256, said, Harm.UNREADABLE))
    faults += _against(row, told)
    return Checked(
        number=row.number, version=row.version, size=size, faults=tuple(faults)
    )


def _against(row: Document, told: Kept) -> list[Fault]:
    """Hold a row's hashes against what the audit trail says they were."""
    entry = told.get((row.number, row.version))
    if entry is None:
        return [_fault(row, "row", "", _UNTOLD)]
    return [
        _fault(row, part, getattr(row, part) or "", _OTHER)
        for part in PARTS
        if part in entry and entry[part] != getattr(row, part)
    ]


def _gone(number: str, version: int) -> Checked:
    """Tell of a version that the audit trail knows and the archive does not."""
    words = _GONE.fill(number=number, version=version)
    fault = Fault(
        number=number, version=version, part="row", path="", harm=Harm.ROW, words=words
    )
    return Checked(number=number, version=version, size=0, faults=(fault,))


def _fault(
    row: Document, part: str, path: str, words: Words, harm: Harm = Harm.ROW
) -> Fault:
    name = part.removesuffix("_sha256")
    said = words.fill(
        number=row.number, version=row.version, file=name, path=path or "/"
    )
    return Fault(
        number=row.number,
        version=row.version,
        part=name,
        path=path,
        harm=harm,
        words=said,
    )


_FLIPPED = Words(
    "{number} 第 {version} 版的 {file} 文件已损坏：{path} 的内容与归档时的哈希值不符。"
    "文件保留原样；请从备份恢复这一个文件，然后再核验。",
    "The {file} of {number} version {version} is damaged: {path} is not what its hash "
    "says. It was left as it is; restore this one file from a backup, then verify again.",
)
_MISSING = Words(
    "{number} 第 {version} 版的 {file} 文件丢失：{path} 不存在。请从备份恢复这一个文件。",
    "The {file} of {number} version {version} is gone: there is no {path}. Restore this "
    "one file from a backup.",
)
_UNREADABLE = Words(
    "{number} 第 {version} 版的 {file} 文件读不了：{path}。请检查磁盘和权限，然后再核验。",
    "The {file} of {number} version {version} cannot be read: {path}. Check the disk and "
    "the permissions, then verify again.",
)
_OF_FILE = {
    Harm.MISSING: _MISSING,
    Harm.CHANGED: _FLIPPED,
    Harm.UNREADABLE: _UNREADABLE,
}
_UNTOLD = Words(
    "{number} 第 {version} 版没有归档的审计记录：这一行不是本台写入的。"
    "请先运行 opsdesk audit verify，再与备份核对。",
    "Nothing in the audit trail tells of {number} version {version}: this row was not "
    "written by the desk. Run opsdesk audit verify, then compare with a backup.",
)
_GONE = Words(
    "{number} 第 {version} 版归档过，现在数据库里没有它这一行。"
    "请先运行 opsdesk audit verify，再从备份恢复数据库。",
    "{number} version {version} was archived and its row is gone from the database. Run "
    "opsdesk audit verify, then restore the database from a backup.",
)
_OTHER = Words(
    "{number} 第 {version} 版登记的 {file} 哈希值与归档时的审计记录不符：数据库里的这一行"
    "被改过。请先运行 opsdesk audit verify，再与备份核对。",
    "The hash of the {file} of {number} version {version} is not the one the audit trail "
    "tells of: its row was changed in the database. Run opsdesk audit verify, then "
    "compare with a backup.",
)
