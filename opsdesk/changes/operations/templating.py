"""Templates of standard changes: written by the team, signed by both sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opsdesk.changes.models import ChangeTemplate
from opsdesk.core import audit
from opsdesk.core.errors import NotFound, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.people.models import Role
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.register import BUSINESS, Actor
from probes.finding import Words

PRESET = (
    *("reason", "content", "impact_analysis", "test_result", "steps"),
    *("backup_before", "announcement", "backout_trigger", "backout_steps"),
    *("backout_data", "backout_minutes", "verification_plan"),
    *("risk_scope", "risk_reversible", "risk_experience", "risk_window"),
)
NEEDED = ("content", "steps", "backout_steps", "verification_plan")
DAY, LONGEST = timedelta(days=1), timedelta(days=366)
LONGEST_NAME, LONGEST_WHY = 100, 500


class TemplateOvertaken(RefusedInWords, Stale):
    """The template is no longer what was read."""


class NoTemplate(RefusedInWords, NotFound):
    """There is no such template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a template says: typed fields of a change, until when it may be followed."""

    name: str
    fields: Mapping[str, Any]
    valid_until: date | None


def add(
    session: Session, preset: Preset, zone: tzinfo, *, by: Actor, at: datetime
) -> ChangeTemplate:
    """Add a template; it is followed once both sides have signed it."""
    _require_business(by)
    row = ChangeTemplate(by=by.username, at=at, version=0)
    _fill(session, row, preset, zone, by, at)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as taken:  # by somebody at the same moment
        raise RefusedInWords(_TAKEN, name=row.name) from taken
    _record(session, "template.written", row, by=by, at=at)
    return row


def edit(  # noqa: PLR0913 - the template, what was seen, what it says, who and when
    session: Session,
    template_id: int,
    seen: int,
    preset: Preset,
    zone: tzinfo,
    *,
    by: Actor,
    at: datetime,
) -> ChangeTemplate:
    """Change a template; both signatures lose their object and are taken away."""
    _require_business(by)
    row = _held(session, template_id, seen)
    _fill(session, row, preset, zone, by, at)
    row.lead_by, row.lead_at, row.customer_by, row.customer_at = "", None, "", None
    _record(session, "template.written", row, by=by, at=at)
    return row


def sign(
    session: Session,
    template_id: int,
    sha256: str,
    *,
    by: Actor,
    at: datetime,
) -> ChangeTemplate:
    """Sign as lead or as customer, for exactly what was read.

    The password was asked again already. Whoever wrote it does not sign it.
    """
    if by.role not in (Role.LEAD, Role.CUSTOMER):
        raise NotYours(_NOT_YOURS)
    row = _held(session, template_id, None)
    if row.sha256 != sha256:
        raise TemplateOvertaken(_OVERTAKEN, name=row.name, by=row.by)
    if by.username == row.by:
        raise RefusedInWords(_OWN)
    if at >= row.ends_at:
        raise RefusedInWords(_EXPIRED)
    _put_signature(row, by, at)
    _record(session, "template.signed", row, by=by, at=at)
    return row


def end(
    session: Session, template_id: int, why: str, *, by: Actor, at: datetime
) -> ChangeTemplate:
    """Take a template out of use; it is kept with the reason."""
    if by.role not in (Role.LEAD, Role.CUSTOMER):
        raise NotYours(_NOT_YOURS)
    row = _held(session, template_id, None)
    reason = " ".join(storable(why).split())
    if not reason or len(reason) > LONGEST_WHY:
        raise RefusedInWords(_REASON)
    row.ended_by, row.ended_at, row.ended_why = by.username, at, reason
    _record(session, "template.ended", row, by=by, at=at)
    return row


def _put_signature(row: ChangeTemplate, by: Actor, at: datetime) -> None:
    lead = by.role is Role.LEAD
    if (row.lead_at if lead else row.customer_at) is not None:
        raise RefusedInWords(_ALREADY, name=row.lead_by if lead else row.customer_by)
    if lead:
        row.lead_by, row.lead_at = by.username, at
    else:
        row.customer_by, row.customer_at = by.username, at


def _fill(
    session: Session,
    row: ChangeTemplate,
    preset: Preset,
    zone: tzinfo,
    by: Actor,
    at: datetime,
) -> None:
    name = " ".join(storable(preset.name).split())
    today, until = at.astimezone(zone).date(), preset.valid_until
    if not name or len(name) > LONGEST_NAME:
        raise RefusedInWords(_NAME)
    if until is None or not today <= until <= today + LONGEST:
        raise RefusedInWords(_UNTIL)
    fields = {k: v for k, v in preset.fields.items() if k in PRESET and v is not None}
    if any(not fields.get(needed) for needed in NEEDED):
        raise RefusedInWords(_UNFILLED)
    other = session.scalar(_standing(name))
    if other is not None and other.id != row.id:
        raise RefusedInWords(_TAKEN, name=name)
    row.name, row.fields, row.valid_until = name, fields, until
    row.ends_at = datetime.combine(until + DAY, time(0), zone)
    row.by, row.at, row.version = by.username, at, row.version + 1
    row.sha256 = _digest(name, fields, until)


def _digest(name: str, fields: Mapping[str, Any], until: date) -> str:
    said = {"name": name, "fields": fields, "valid_until": until.isoformat()}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _standing(name: str) -> Any:
    return (
        select(ChangeTemplate)
        .where(ChangeTemplate.name == name, ChangeTemplate.ended_at.is_(None))
        .with_for_update()
    )


def _held(session: Session, template_id: int, seen: int | None) -> ChangeTemplate:
    row = session.get(
        ChangeTemplate, template_id, with_for_update=True, populate_existing=True
    )
    if row is None or row.ended_at is not None:
        raise NoTemplate(_ABSENT)
    if seen is not None and row.version != seen:
        raise TemplateOvertaken(_OVERTAKEN, name=row.name, by=row.by)
    return row


def _require_business(by: Actor) -> None:
    if by.role not in BUSINESS:
        raise NotYours(_NOT_YOURS)


def _record(
    session: Session, action: str, row: ChangeTemplate, *, by: Actor, at: datetime
) -> None:
    session.flush()
    audit.write(
        session,
        actor=by.username,
        action=action,
        subject=row.name,
        at=at,
        detail={
            "version": row.version,
            "sha256": row.sha256,
            "valid_until": row.valid_until.isoformat(),
            "why": row.ended_why,
        },
    )


_NAME = Words(
    "模板要有名称，最多 100 字。没有保存，填写的内容还在。",
    "A template needs a name of at most 100 characters. Nothing was saved; what you "
    "typed is kept.",
)
_UNTIL = Words(
    "有效期应为今天起一年以内的日期。没有保存，填写的内容还在。",
    "A template is valid until a day within a year from today. Nothing was saved; what "
    "you typed is kept.",
)
_UNFILLED = Words(
    "模板至少要写明变更内容、实施步骤、回退步骤和验证方案。没有保存，填写的内容还在。",
    "A template says at least what changes, its steps, the backout and the "
    "verification. Nothing was saved; what you typed is kept.",
)
_TAKEN = Words(
    "已有名为「{name}」的模板。没有保存，填写的内容还在：请换一个名称，或修改原来的。",
    "There is a template called {name}. Nothing was saved, what you typed is kept: "
    "take another name, or edit that one.",
)
_ABSENT = Words(
    "没有这个模板，或者它已经停用。没有改动。",
    "There is no such template, or it is out of use. Nothing was changed.",
)
_OVERTAKEN = Words(
    "模板「{name}」在你打开之后已由 {by} 改过。没有覆盖，也没有签署：请看过新内容再来。",
    "{by} changed the template {name} after you opened it. Nothing was overwritten or "
    "signed: read what it says now first.",
)
_OWN = Words(
    "模板由你所写，要由另一人签署。没有改动。",
    "You wrote this template; somebody else signs it. Nothing was changed.",
)
_EXPIRED = Words(
    "模板已过有效期，不能签署：请先修改有效期。没有改动。",
    "The template has expired and cannot be signed: give it another day first. Nothing "
    "was changed.",
)
_ALREADY = Words(
    "这一方已由 {name} 签署。没有改动。",
    "{name} has signed for this side already. Nothing was changed.",
)
_REASON = Words(
    "停用要写明理由，最多 500 字。没有改动。",
    "Give the reason, at most 500 characters. Nothing was changed.",
)
_NOT_YOURS = Words(
    "你的角色不能这样处理标准变更模板。没有改动。",
    "Your role does not do this to templates. Nothing was changed.",
)
