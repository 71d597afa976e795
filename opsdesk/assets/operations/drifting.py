"""People decide what a difference means: a change explains it, or the record follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.models import (
    NOTE,
    REFERENCE,
    CauseKind,
    Drift,
    DriftState,
    Item,
)
from opsdesk.assets.operations.items import revise
from opsdesk.assets.operations.revisions import Cause
from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from probes.finding import Words


def explain(
    session: Session, drift_id: int, reference: str, *, by: str, at: datetime
) -> str:
    """Name the change behind a difference; the record follows. Returns the item's code.

    Refuses what somebody decided already, and an empty number.
    """
    if not reference.strip() or len(reference) > REFERENCE:
        raise RefusedInWords(_NO_REFERENCE)
    cause = Cause(kind=CauseKind.CHANGE, reference=reference)
    return _settle(session, drift_id, DriftState.EXPLAINED, cause, by=by, at=at)


def accept(
    session: Session, drift_id: int, reason: str, *, by: str, at: datetime
) -> str:
    """Accept a difference no change explains, and say why; the record follows."""
    if not reason.strip() or len(reason) > NOTE:
        raise RefusedInWords(_NO_REASON, most=NOTE)
    cause = Cause(kind=CauseKind.DRIFT, note=reason)
    return _settle(session, drift_id, DriftState.ACCEPTED, cause, by=by, at=at)


def _settle(
    session: Session,
    drift_id: int,
    state: DriftState,
    cause: Cause,
    *,
    by: str,
    at: datetime,
) -> str:
    drift = session.scalar(select(Drift).where(Drift.id == drift_id).with_for_update())
    if drift is None:
        raise NotFound("没有这条巡检差异。没有任何改动。")
    if drift.state is not DriftState.OPEN:
        raise RefusedInWords(_SETTLED, by=drift.by, why=drift.explanation or "/")
    code = session.scalars(select(Item.code).where(Item.id == drift.item_id)).one()
    drift.state = state
    drift.explanation = cause.reference or cause.note
    drift.by, drift.at = by, at
    revise(
        session, code, {drift.field: drift.found["value"]}, cause=cause, by=by, at=at
    )
    audit.write(
        session,
        actor=by,
        action=f"drift-{state.value}",
        subject=code,
        at=at,
        detail={"field": drift.field, "why": drift.explanation},
    )
    return code


_NO_REFERENCE = Words(
    "请写明说明这处差异的变更单号。没有保存。",
    "Give the number of the change that explains it. Nothing was saved.",
)
_NO_REASON = Words(
    "没有变更单的差异，确认时要写明理由（最多 {most} 个字）。没有保存。",
    "Say why a difference without a change is accepted (at most {most} characters). "
    "Nothing was saved.",
)
_SETTLED = Words(
    "这条差异已经处理过了（{by}：{why}）。没有任何改动，请刷新页面。",
    "This difference was settled already ({by}: {why}). Nothing was changed; reload.",
)
