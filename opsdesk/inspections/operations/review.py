"""What people do with a judged round: explain, acknowledge, sign, countersign."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import Refused, Stale
from opsdesk.inspections.models import (
    Acknowledgement,
    Explanation,
    Maintenance,
    Round,
    Signature,
    Slot,
    Status,
)
from opsdesk.inspections.operations.rounds import move
from opsdesk.inspections.queries.review import (
    abnormal_items,
    explanations_of,
    open_items,
    round_content,
    rounds_of,
    signatures_of,
)

INSPECTOR = "inspector"  # 巡检人
REVIEWER = "reviewer"  # 复核人
CUSTOMER = "customer"  # 甲方抽查

_SIGNABLE = (Status.JUDGED, Status.REVIEWED)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, as the sign-in knows them."""

    username: str
    name: str


def explain(  # noqa: PLR0913 - who, what, when, and what was seen are all said
    session: Session,
    round_: Round,
    items: Sequence[str],
    text: str,
    *,
    by: str,
    at: datetime,
    seen: Mapping[str, int] | None = None,
) -> None:
    """Say what was done about abnormal items of a round that is not signed yet.

    `seen`: the versions of the explanations on the writer's page (0: none yet); one
    that somebody changed since is not overwritten.
    """
    if not text.strip():
        raise Refused("请写明处理情况。所选异常项未改动。")
    if round_.status not in _SIGNABLE:
        raise Refused(
            "巡检 %(number)s 尚未完成或已签名，不能再填写说明。您的文字未保存，请先复制。",
            number=round_.number,
        )
    former = _explainable(session, round_, items, seen)
    for item in items:
        _explain_one(session, round_.id, item, text.strip(), by=by, at=at)
    session.flush()
    round_.version += 1  # whoever has it open to sign looks at something else
    settle(session, round_, at=at)
    detail = {"items": list(items), "text": text.strip(), "former": former}
    _tell(session, by, "round.explained", round_.number, at, detail)


def _explainable(
    session: Session,
    round_: Round,
    items: Sequence[str],
    seen: Mapping[str, int] | None,
) -> dict[str, str]:
    """Return what stood at the items so far; refuses foreign and changed ones."""
    if not items:
        raise Refused("没有勾选任何异常项。您的文字未保存，请先复制，勾选后再提交。")
    known = {item.key for item in abnormal_items(session, round_.id)}
    if not known.issuperset(items):
        raise Refused(
            "所选的异常项不在巡检 %(number)s 里，可能已重新判读。没有保存，请刷新后再填。",
            number=round_.number,
        )
    rows = explanations_of(session, round_.id)
    for item in items:
        row = rows.get(item)
        if row is not None and seen is not None and seen.get(item, 0) != row.version:
            raise Stale(
                "%(by)s 在您打开之后为所选的异常项写了说明，没有覆盖。"
                "请复制您的文字，刷新后核对。",
                by=row.by,
            )
    return {item: rows[item].text for item in items if item in rows}


def _tell(
    session: Session,
    by: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, object],
) -> None:
    audit.write(session, actor=by, action=action, subject=subject, at=at, detail=detail)


def _explain_one(
    session: Session, round_id: int, item: str, text: str, *, by: str, at: datetime
) -> None:
    row = session.scalar(
        select(Explanation).where(
            Explanation.round_id == round_id, Explanation.item == item
        )
    )
    if row is None:
        session.add(Explanation(round_id=round_id, item=item, text=text, by=by, at=at))
        return
    row.text, row.by, row.at = text, by, at
    row.version += 1


def settle(session: Session, round_: Round, *, at: datetime) -> None:
    """Move a round between judged and reviewed by whether anything is unexplained."""
    clear = not open_items(session, round_, at=at)
    if clear and round_.status is Status.JUDGED:
        move(round_, Status.REVIEWED)
    elif not clear and round_.status is Status.REVIEWED:
        move(round_, Status.JUDGED)


def acknowledge(  # noqa: PLR0913 - who, what, why and until when are all said
    session: Session,
    *,
    fingerprint: str,
    server: str,
    reason: str,
    until: datetime,
    by: str,
    at: datetime,
) -> Acknowledgement:
    """Let a known abnormality stand until a moment, with the reason."""
    if not reason.strip():
        raise Refused("请写明确认的理由。异常项仍在告警。")
    if until <= at:
        raise Refused("确认的截止时间必须在将来。异常项仍在告警。")
    row = Acknowledgement(
        fingerprint=fingerprint,
        server=server,
        reason=reason.strip(),
        until=until,
        by=by,
        at=at,
    )
    session.add(row)
    session.flush()
    detail = {"server": server, "reason": row.reason, "until": until}
    _tell(session, by, "finding.acknowledged", fingerprint, at, detail)
    return row


def end_acknowledgement(
    session: Session, row: Acknowledgement, *, by: str, at: datetime
) -> None:
    """Let the abnormality alarm again."""
    if row.ended_at is not None:
        raise Refused("该确认已由 %(by)s 撤销。", by=row.ended_by)
    row.ended_at, row.ended_by = at, by
    session.flush()
    detail = {"server": row.server}
    _tell(session, by, "finding.unacknowledged", row.fingerprint, at, detail)


def maintain(  # noqa: PLR0913 - as above
    session: Session,
    *,
    server: str,
    begins: datetime,
    ends: datetime,
    reason: str,
    by: str,
    at: datetime,
) -> Maintenance:
    """Announce a maintenance window: what is found inside it does not alarm."""
    if not reason.strip():
        raise Refused("请写明维护的理由。未登记维护窗口。")
    if ends <= begins:
        raise Refused("维护窗口的结束必须晚于开始。未登记维护窗口。")
    row = Maintenance(
        server=server, begins=begins, ends=ends, reason=reason.strip(), by=by, at=at
    )
    session.add(row)
    session.flush()
    detail = {"begins": begins, "ends": ends, "reason": row.reason}
    _tell(session, by, "maintenance.announced", server, at, detail)
    return row


def end_maintenance(
    session: Session, row: Maintenance, *, by: str, at: datetime
) -> None:
    """End a window before its time; what is found from now on alarms."""
    if row.ended_at is not None:
        raise Refused("这个维护窗口已经结束或已被取消。")
    row.ended_at = at
    session.flush()
    detail = {"begins": row.begins, "ends": row.ends, "reason": row.reason}
    _tell(session, by, "maintenance.ended", row.server, at, detail)


def sign(
    session: Session, round_: Round, signer: Signer, *, version: int, at: datetime
) -> Signature:
    """Put the inspector's name under a round. The caller has checked the password."""
    if round_.version != version:
        raise Stale(
            "巡检 %(number)s 在您打开之后有变动，尚未签名。请刷新后重新核对。",
            number=round_.number,
        )
    if round_.status not in _SIGNABLE:
        raise Refused(
            "巡检 %(number)s 现在不能签名：尚未完成，或已经签名。", number=round_.number
        )
    left = open_items(session, round_, at=at)
    if left:
        raise Refused(
            "还有 %(count)s 项异常没有说明，不能签名。请逐项说明或确认。",
            count=len(left),
        )
    settle(session, round_, at=at)
    move(round_, Status.SIGNED)
    return _put(session, round_.day, round_.id, INSPECTOR, signer, at)


def countersign(
    session: Session, day: date, part: str, signer: Signer, *, at: datetime
) -> Signature:
    """Put the reviewer's or the customer's name under a whole day's record."""
    session.execute(select(Round.id).where(Round.day == day).with_for_update())
    rounds = rounds_of(session, day)
    if not rounds:
        raise Refused("%(day)s 没有巡检记录，不能签名。", day=day)
    open_ = [r for r in rounds if r.status not in (Status.SIGNED, Status.MISSED)]
    if any(r.slot is not Slot.ADHOC for r in open_):
        raise Refused("当日还有巡检未签名，不能复核。请巡检人先签名。")
    if any(_unsettled(session, r, at=at) for r in open_):
        raise Refused("当日的临时巡检还有异常没有说明，不能复核。请先说明。")
    names = signatures_of(session, day)
    if any(name.part == part for name in names):
        raise Refused("该栏已经签名。")
    if any(name.username == signer.username for name in names):
        raise Refused("复核人不能是当日的巡检人。请由另一人复核。")
    return _put(session, day, None, part, signer, at)


def _unsettled(session: Session, round_: Round, *, at: datetime) -> bool:
    """Say whether an ad-hoc round of the day is under way, or has open items."""
    return round_.status not in _SIGNABLE or bool(open_items(session, round_, at=at))


def _put(
    session: Session,
    day: date,
    round_id: int | None,
    part: str,
    signer: Signer,
    at: datetime,
) -> Signature:
    content = (
        round_content(session, round_id, at=at)
        if round_id is not None
        else [round_content(session, r.id, at=at) for r in rounds_of(session, day)]
    )
    row = Signature(
        place=f"{round_id or day}/{part}",
        day=day,
        round_id=round_id,
        part=part,
        username=signer.username,
        name=signer.name,
        at=at,
        snapshot_sha256=_sha256(content),
    )
    session.add(row)
    session.flush()
    detail = {"snapshot": row.snapshot_sha256, "part": part, "day": day}
    _tell(session, signer.username, "signed", row.place, at, detail)
    return row


def _sha256(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
