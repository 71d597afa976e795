"""Baselines: the library as it is now gets a name, and a hash that proves it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import REFERENCE, Baseline
from opsdesk.assets.queries.history import digest, last_revision, view_of
from opsdesk.core import audit
from opsdesk.core.language import RefusedInWords
from probes.finding import Words

KINDS = ("monthly", "release", "other")
_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What a baseline is called, and what it is made for."""

    name: str
    kind: str = "other"
    reference: str = ""


def draw(session: Session, naming: Naming, *, by: str, at: datetime) -> Baseline:
    """Name the library as it is now. Refuses a name that is taken."""
    name = " ".join(naming.name.split())
    if not name or len(name) > _NAME or len(naming.reference) > REFERENCE:
        raise RefusedInWords(_BAD_NAME, most=_NAME)
    if naming.kind not in KINDS:
        raise RefusedInWords(_BAD_KIND)
    if session.scalar(select(Baseline.id).where(Baseline.name == name)) is not None:
        raise RefusedInWords(_TAKEN, name=name)
    last = last_revision(session)
    view = view_of(session, last)
    row = Baseline(
        name=name,
        kind=naming.kind,
        reference=naming.reference.strip(),
        at=at,
        by=by,
        revision_id=last,
        items=len(view),
        sha256=digest(view),
    )
    session.add(row)
    session.flush()
    audit.write(
        session,
        actor=by,
        action="baseline-drawn",
        subject=name,
        at=at,
        detail={"items": row.items, "sha256": row.sha256, "revision": last},
    )
    return row


_BAD_NAME = Words(
    "基线名称必填，最多 {most} 个字；单号不能超过 64 个字。没有保存。",
    "A baseline needs a name of at most {most} characters, and a number of at most 64. "
    "Nothing was saved.",
)
_BAD_KIND = Words(
    "请选择基线的种类。没有保存。", "Choose the kind of baseline. Nothing was saved."
)
_TAKEN = Words(
    "已经有名为“{name}”的基线，基线不能改写。没有保存，请换一个名称。",
    "There is a baseline {name!r}, and baselines are not rewritten. Nothing was saved; "
    "choose another name.",
)
