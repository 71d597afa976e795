"""Signing in on post, one's phone, and leave."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import Forbidden, NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person
from opsdesk.people.operations import record
from opsdesk.people.roster import telling
from opsdesk.people.roster.models import (
    LEAVE_MOVES,
    Duty,
    Leave,
    LeaveState,
)
from opsdesk.people.roster.operations.planning import held
from probes.finding import Words

EARLY = timedelta(hours=1)
LONGEST_LEAVE = timedelta(days=366)
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,30}")


class NotYours(Forbidden, RefusedInWords):
    """Only the person concerned may do this."""


class NoSuchLeave(NotFound, RefusedInWords):
    """There is no such request for leave."""


def arrive(session: Session, duty_id: int, *, by: Person, at: datetime) -> Duty:
    """Sign in on post: oneself, from an hour before the shift until it ends."""
    duty = held(session, duty_id)
    if duty.person_id != by.id:
        raise NotYours(_NOT_YOURS)
    if not duty.starts_at - EARLY <= at < duty.ends_at:
        raise RefusedInWords(_NOT_NOW)
    if duty.arrived_at is None:
        duty.arrived_at = at
        _record(session, "duty.arrived", duty.id, by=by, at=at)
    return duty


def set_phone(
    session: Session, person: Person, phone: str, *, by: str, at: datetime
) -> None:
    """Set the number a person on duty is called under; empty takes it away."""
    phone = phone.strip()
    if phone and not PHONE.fullmatch(phone):
        raise RefusedInWords(_PHONE)
    person.phone = phone
    record(session, person, "person.phone", by=by, at=at)


def ask_leave(
    session: Session, first: date, last: date, reason: str, *, by: Person, at: datetime
) -> Leave:
    """Ask for leave over whole days; the lead decides."""
    if not first <= last <= first + LONGEST_LEAVE:
        raise RefusedInWords(_SPAN)
    leave = Leave(
        person_id=by.id,
        first=first,
        last=last,
        reason=reason.strip()[:200],
        state=LeaveState.ASKED,
        asked_at=at,
    )
    session.add(leave)
    session.flush()
    telling.tell_of_leave(session, leave, at=at)
    _record(session, "leave.asked", leave, by=by, at=at)
    return leave


def decide_leave(
    session: Session, leave_id: int, state: LeaveState, *, by: Person, at: datetime
) -> Leave:
    """Grant or refuse leave; nobody decides about his own."""
    leave = _leave(session, leave_id)
    if leave.person_id == by.id:
        raise NotYours(_OWN_LEAVE)
    _move(session, leave, state, by=by, at=at)
    return leave


def withdraw_leave(
    session: Session, leave_id: int, *, by: Person, at: datetime
) -> Leave:
    """Take one's own request or leave back."""
    leave = _leave(session, leave_id)
    if leave.person_id != by.id:
        raise NotYours(_NOT_YOURS)
    _move(session, leave, LeaveState.WITHDRAWN, by=by, at=at)
    return leave


def _leave(session: Session, leave_id: int) -> Leave:
    leave = session.get(Leave, leave_id, with_for_update=True)
    if leave is None:
        raise NoSuchLeave(_NO_LEAVE)
    return leave


def _move(
    session: Session, leave: Leave, state: LeaveState, *, by: Person, at: datetime
) -> None:
    if state not in LEAVE_MOVES.get(leave.state, set()):
        raise RefusedInWords(_DECIDED)
    leave.state, leave.decided_by, leave.decided_at = state, by.username, at
    telling.tell_of_leave(session, leave, at=at)
    _record(session, f"leave.{state.value}", leave, by=by, at=at)


def _record(
    session: Session, action: str, about: Leave | int, *, by: Person, at: datetime
) -> None:
    session.flush()
    subject = f"duty:{about}" if isinstance(about, int) else f"leave:{about.id}"
    detail = (
        {}
        if isinstance(about, int)
        else {"first": about.first.isoformat(), "last": about.last.isoformat()}
    )
    audit.write(
        session, actor=by.username, action=action, subject=subject, at=at, detail=detail
    )


_NOT_YOURS = Words(
    "这不是你的，只能由本人操作。没有改动。",
    "This is not yours; only the person concerned can do it. Nothing was changed.",
)
_NOT_NOW = Words(
    "只能在接班前一小时到下班之间签到。没有签到。",
    "One signs in from an hour before the shift until its end. Nothing was recorded.",
)
_PHONE = Words(
    "电话只写数字、空格和连字符，例如 138 0000 0000。没有改动。",
    "A phone number has digits, blanks and hyphens, such as 138 0000 0000. Nothing was "
    "changed.",
)
_SPAN = Words(
    "请假的最后一天不能早于第一天，也不超过一年。没有提交。",
    "The last day of leave is not before the first, nor a year after it. Nothing was "
    "asked.",
)
_OWN_LEAVE = Words(
    "不能批自己的假，请另一位运维负责人批。没有改动。",
    "You cannot decide about your own leave; ask another lead. Nothing was changed.",
)
_NO_LEAVE = Words("没有这项请假。", "There is no such leave.")
_DECIDED = Words(
    "这项请假已经处理过了，没有改动。",
    "This leave was decided already; nothing was changed.",
)
