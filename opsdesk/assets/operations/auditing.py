"""A configuration audit: a sample is drawn, looked at one by one, and concluded."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.assets.models import (
    NAME,
    NOTE,
    AuditOutcome,
    AuditRow,
    Baseline,
    ConfigurationAudit,
    Item,
    State,
    Type,
)
from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from probes.finding import Words
from probes.server import Kind as DeviceKind

SHARE = 0.2
FIREWALLS = frozenset(
    {
        DeviceKind.SECURITY_ZONE_FIREWALL.value,
        DeviceKind.DATA_ZONE_FIREWALL.value,
        DeviceKind.INTRUSION_PREVENTION.value,
    }
)
_DATABASE_SERVER = DeviceKind.CLASS_1_DATABASE.value
_NAME, _SCOPE = 80, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an audit is to look at."""

    name: str
    day: date
    scope: str = ""
    baseline_id: int | None = None


def is_mandatory(item: Item) -> bool:
    """Tell whether an item is looked at in every audit: databases and firewalls."""
    kind = item.fields.get("kind")
    return item.type is Type.DATABASE or kind in FIREWALLS or kind == _DATABASE_SERVER


def sample(items: Iterable[Item], seed: str) -> list[Item]:
    """Return all databases and firewalls, and at least a fifth of everything else.

    The same seed draws the same items: whoever doubts a sample can draw it again.
    """
    population = list(items)
    chosen = [item for item in population if is_mandatory(item)]
    others = [item for item in population if not is_mandatory(item)]
    others.sort(
        key=lambda item: hashlib.sha256(f"{seed}/{item.code}".encode()).digest()
    )
    return sorted(
        chosen + others[: math.ceil(SHARE * len(others))], key=lambda item: item.code
    )


def begin(session: Session, plan: Plan, *, by: str, at: datetime) -> ConfigurationAudit:
    """Draw the sample of an audit. Refuses a taken name and an empty library."""
    name = " ".join(plan.name.split())
    if not name or len(name) > _NAME or len(plan.scope) > _SCOPE:
        raise RefusedInWords(_BAD_NAME, most=_NAME)
    taken = select(ConfigurationAudit.id).where(ConfigurationAudit.name == name)
    if session.scalar(taken) is not None:
        raise RefusedInWords(_TAKEN, name=name)
    if plan.baseline_id and session.get(Baseline, plan.baseline_id) is None:
        raise NotFound("没有这条基线。没有开始审计。")
    living = select(Item).where(Item.state.not_in([State.PLANNED, State.SCRAPPED]))
    population = list(session.scalars(living.order_by(Item.code)))
    if not population:
        raise RefusedInWords(_NOTHING)
    row = ConfigurationAudit(
        name=name,
        day=plan.day,
        scope=plan.scope.strip(),
        baseline_id=plan.baseline_id,
        population=len(population),
        begun_by=by,
        begun_at=at,
    )
    session.add(row)
    session.flush()
    drawn = sample(population, name)
    session.add_all(
        AuditRow(audit_id=row.id, code=i.code, name=i.name, mandatory=is_mandatory(i))
        for i in drawn
    )
    _note(session, "configuration-audit-begun", row, by=by, at=at)
    return row


def judge(
    session: Session,
    row_id: int,
    outcome: AuditOutcome,
    note: str,
    *,
    by: str,
    at: datetime,
) -> None:
    """Say what one look found; what is not consistent needs a word."""
    row = session.scalar(select(AuditRow).where(AuditRow.id == row_id))
    if row is None:
        raise NotFound("没有这一行审计记录。没有任何改动。")
    held = _open(session, row.audit_id)
    if outcome is not AuditOutcome.CONSISTENT and not note.strip():
        raise RefusedInWords(_NO_WORD)
    if (outcome is AuditOutcome.NOT_RECORDED) != row.code.startswith("+"):
        raise RefusedInWords(_WRONG_CLASS)
    row.outcome, row.note, row.by, row.at = outcome, note.strip()[:NOTE], by, at
    _note(session, "configuration-audit-row", held, by=by, at=at, code=row.code)


def found_unrecorded(
    session: Session, audit_id: int, name: str, note: str, *, by: str, at: datetime
) -> None:
    """Write down a thing that is there and that no item stands for."""
    held = _open(session, audit_id)
    name = " ".join(name.split())
    if not name or len(name) > NAME or not note.strip():
        raise RefusedInWords(_NO_WORD)
    extra = select(func.count()).where(
        AuditRow.audit_id == audit_id, AuditRow.code.startswith("+")
    )
    code = f"+{(session.scalar(extra) or 0) + 1}"
    session.add(
        AuditRow(
            audit_id=audit_id,
            code=code,
            name=name,
            outcome=AuditOutcome.NOT_RECORDED,
            note=note.strip()[:NOTE],
            by=by,
            at=at,
        )
    )
    _note(session, "configuration-audit-row", held, by=by, at=at, code=code)


def conclude(
    session: Session, audit_id: int, conclusion: str, *, by: str, at: datetime
) -> None:
    """Close an audit. Refuses while a sampled item was not looked at."""
    held = _open(session, audit_id)
    left = session.scalar(
        select(func.count()).where(
            AuditRow.audit_id == audit_id, AuditRow.outcome.is_(None)
        )
    )
    if left:
        raise RefusedInWords(_NOT_DONE, n=left)
    if not conclusion.strip():
        raise RefusedInWords(_NO_CONCLUSION)
    held.conclusion, held.closed_by, held.closed_at = conclusion.strip(), by, at
    _note(session, "configuration-audit-closed", held, by=by, at=at)


def _open(session: Session, audit_id: int) -> ConfigurationAudit:
    query = select(ConfigurationAudit).where(ConfigurationAudit.id == audit_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound("没有这次配置审计。没有任何改动。")
    if row.closed_at is not None:
        raise RefusedInWords(_CLOSED, by=row.closed_by)
    return row


def _note(
    session: Session,
    action: str,
    row: ConfigurationAudit,
    *,
    by: str,
    at: datetime,
    **detail: str,
) -> None:
    session.flush()
    audit.write(
        session, actor=by, action=action, subject=row.name, at=at, detail=detail
    )


_BAD_NAME = Words(
    "审计名称必填，最多 {most} 个字；范围最多 200 个字。没有开始审计。",
    "An audit needs a name of at most {most} characters, and a scope of at most 200. "
    "Nothing was begun.",
)
_TAKEN = Words(
    "已经有名为“{name}”的审计。没有开始，请换一个名称。",
    "There is an audit {name!r} already. Nothing was begun; choose another name.",
)
_NOTHING = Words(
    "配置库里还没有配置项，没有可抽样的内容。请先登记。",
    "The library is empty, there is nothing to sample. Record items first.",
)
_NO_WORD = Words(
    "与台账不一致的内容要写明情况。没有保存。",
    "Say what is not consistent. Nothing was saved.",
)
_WRONG_CLASS = Words(
    "“实物无台账”只用于台账之外发现的实物。没有保存，请改选。",
    "“There, not recorded” is only for things found beside the record. Nothing was "
    "saved; choose another.",
)
_NOT_DONE = Words(
    "还有 {n} 项抽样没有结论，审计没有结束。请逐项填写后再结束。",
    "{n} sampled items have no outcome; the audit was not closed. Judge them first.",
)
_NO_CONCLUSION = Words(
    "请写明审计结论。没有结束。", "Write a conclusion. The audit was not closed."
)
_CLOSED = Words(
    "这次审计已由 {by} 结束，不能再修改。没有任何改动。",
    "This audit was closed by {by} and can no longer be changed. Nothing was changed.",
)
