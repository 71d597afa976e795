"""Notes in the audit trail that config.yaml is another one than at the last start."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.audit_models import AuditEntry

ACTION = "configuration.changed"


def note_configuration(session: Session, path: Path, *, by: str, at: datetime) -> bool:
    """Write an entry where the file's hash is not the one noted last; tell whether.

    The file may hold what is nobody's business, so only its SHA-256 is noted. A desk
    without a file runs on the defaults, which is noted as "absent".
    """
    found = _hash(path)
    last = session.scalar(
        select(AuditEntry.body)
        .where(AuditEntry.action == ACTION)
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    )
    before = json.loads(last)["detail"]["sha256"] if last is not None else ""
    if found == before:
        return False
    detail = {"sha256": found, "before": before}
    audit.write(
        session, actor=by, action=ACTION, subject=path.name, at=at, detail=detail
    )
    return True


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return "absent"
