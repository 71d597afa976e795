"""Paragraphs are written, reports are ordered; no figure is ever changed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.reporting.models import Draft, Order, OrderState
from opsdesk.reporting.queries import drafts
from probes.finding import Words

LONGEST = 20_000
KEYS = ("highlights", "improvements", "risks", "customer", "next")
"""The paragraphs that people write; whatever else is sent is not kept."""


class Overtaken(RefusedInWords, Stale):
    """Somebody else saved the draft meanwhile."""


def write(
    session: Session,
    number: str,
    narrative: Mapping[str, str],
    *,
    version: int,
    by: str,
    at: datetime,
) -> Draft:
    """Save a report's paragraphs. `version` is the one that was seen, 0 for none.

    Raises Overtaken where it was saved since, Refused where a text is too long.
    """
    kept = {key: storable(narrative.get(key, "")).strip() for key in KEYS}
    for text in kept.values():
        if len(text) > LONGEST:
            raise RefusedInWords(_TOO_LONG, most=LONGEST, length=len(text))
    row = drafts.draft(session, number)
    if (row.version if row else 0) != version:
        raise Overtaken(_OVERTAKEN, number=number)
    if row is None:
        row = Draft(number=number, narrative=kept, edited_by=by, edited_at=at)
        session.add(row)
    else:
        row.narrative, row.edited_by, row.edited_at = kept, by, at
        row.version += 1
    session.flush()
    lengths = {key: len(text) for key, text in kept.items()}
    _audit(session, "report.written", number, by=by, at=at, detail=lengths)
    return row


def order(session: Session, number: str, code: str, *, by: str, at: datetime) -> Order:
    """Ask for a report to be printed; the order under way is returned if there is one."""
    last = drafts.last_order(session, number)
    if last is not None and last.state in (OrderState.WAITING, OrderState.PRINTING):
        return last
    row = Order(number=number, code=code, by=by, at=at, state=OrderState.WAITING)
    session.add(row)
    session.flush()
    _audit(session, "report.ordered", number, by=by, at=at, detail={"code": code})
    return row


def begin(session: Session, *, at: datetime) -> Order | None:
    """Take the oldest order that waits; None where there is none."""
    row = drafts.waiting(session)
    if row is not None:
        row.state, row.begun_at = OrderState.PRINTING, at
    return row


def finish(
    session: Session, order_id: int, *, version: int | None, why: Words, at: datetime
) -> Order:
    """Record how an order ended: the version that was issued, or why there is none."""
    row = session.get_one(Order, order_id)
    row.state = OrderState.FAILED if version is None else OrderState.DONE
    row.ended_at, row.issued_version = at, version
    row.reason_zh, row.reason_en = why.zh, why.en
    detail = {"version": version, "state": row.state.value}
    _audit(session, "report.printed", row.number, by=row.by, at=at, detail=detail)
    return row


def _audit(
    session: Session,
    action: str,
    number: str,
    *,
    by: str,
    at: datetime,
    detail: Mapping[str, object],
) -> None:
    audit.write(
        session,
        actor=by or "scheduler",
        action=action,
        subject=number,
        at=at,
        detail=dict(detail),
    )


_OVERTAKEN = Words(
    "{number} 的草稿在您编写时被别人保存过。您写的文字都还在下面，没有保存；"
    "不同的段落下面列出了别人保存的内容，请合并后再保存。",
    "The draft of {number} was saved by somebody else while you wrote. Your text stands "
    "below, unsaved; under each paragraph that differs is what they saved. Merge, then save.",
)
_TOO_LONG = Words(
    "一段文字最多 {most} 字，这一段有 {length} 字，没有保存。请缩短后再保存。",
    "A paragraph has at most {most} characters, this one has {length}; nothing was saved. "
    "Shorten it and save again.",
)
