"""Handing over: written, signed by who leaves, signed by who comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import Forbidden, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.people.handover.models import MOVES, Handover, HandoverState
from opsdesk.people.handover.queries import (
    TEXTS,
    Circumstances,
    NoSuchHandover,
    digest,
    kept,
)
from opsdesk.people.models import Person
from opsdesk.people.roster.models import Duty
from opsdesk.people.roster.shifts import Turn
from probes.finding import Words

LONGEST = 8000


class Changed(Stale, RefusedInWords):
    """Somebody changed the hand-over since it was read."""


class NotTwice(Forbidden, RefusedInWords):
    """The same person cannot give and take."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The shift that ends, the one that begins, and whose clock says when."""

    turn: Turn
    next_shift: str
    zone: ZoneInfo


def start(
    session: Session,
    ending: Ending,
    circumstances: Circumstances,
    *,
    by: Person,
    at: datetime,
) -> Handover:
    """Begin the hand-over at the end of a shift; where one is begun, return that."""
    turn = ending.turn
    local = turn.ends_at.astimezone(ending.zone)
    row = Handover(
        number=f"JJ-{local:%Y%m%d-%H%M}",
        day=turn.day,
        shift=turn.shift,
        next_shift=ending.next_shift,
        planned_at=turn.ends_at,
        state=HandoverState.DRAFT,
        circumstances=kept(circumstances),
        written_by=by.username,
        written_at=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        same = select(Handover).where(Handover.planned_at == turn.ends_at)
        return session.scalars(same).one()
    _record(session, row, "handover.begun", by=by, at=at)
    return row


def write(
    session: Session,
    number: str,
    texts: Mapping[str, str],
    *,
    version: int,
    by: Person,
    at: datetime,
) -> Handover:
    """Save what is written, while nobody has signed."""
    row = _held(session, number)
    if row.state is not HandoverState.DRAFT:
        raise RefusedInWords(_SIGNED)
    if row.version != version:
        raise Changed(_CHANGED)
    for name in TEXTS:
        setattr(row, name, texts.get(name, "").replace("\r\n", "\n").strip()[:LONGEST])
    row.written_by, row.written_at = by.username, at
    row.version += 1
    _record(session, row, "handover.written", by=by, at=at)
    return row


def give(
    session: Session,
    number: str,
    circumstances: Circumstances,
    *,
    version: int,
    by: Person,
    at: datetime,
) -> Handover:
    """Sign as the one who hands over; how things stand is frozen with it."""
    row = _held(session, number)
    if row.version != version:
        raise Changed(_CHANGED)
    if circumstances.blocks:
        raise RefusedInWords(
            _MAJOR, refs="、".join(b.ref for b in circumstances.blocks)
        )
    if not row.system_state:
        raise RefusedInWords(_EMPTY)
    _move(row, HandoverState.GIVEN)
    row.circumstances = kept(circumstances)
    row.given_by, row.given_name, row.given_at = by.username, by.name, at
    row.content_sha256 = digest(row)
    _record(session, row, "handover.given", by=by, at=at)
    return row


def take(
    session: Session, number: str, *, sha256: str, by: Person, at: datetime
) -> Handover:
    """Sign as the one who takes over, under the very text that was given."""
    row = _held(session, number)
    if by.username == row.given_by:
        raise NotTwice(_TWICE)
    _require_move(row, HandoverState.TAKEN)
    if sha256 != row.content_sha256 or digest(row) != row.content_sha256:
        raise Changed(_CHANGED)
    _move(row, HandoverState.TAKEN)
    row.taken_by, row.taken_name, row.taken_at = by.username, by.name, at
    _arrive(session, row, by, at)
    _record(session, row, "handover.taken", by=by, at=at)
    return row


def reopen(
    session: Session, number: str, reason: str, *, by: Person, at: datetime
) -> Handover:
    """Send a given hand-over back to be written on; the first name is taken off."""
    row = _held(session, number)
    if not reason.strip():
        raise RefusedInWords(_WHY)
    _move(row, HandoverState.DRAFT)
    row.given_by, row.given_name, row.given_at = "", "", None
    row.content_sha256 = ""
    _record(session, row, "handover.reopened", by=by, at=at, reason=reason.strip())
    return row


def _arrive(session: Session, row: Handover, by: Person, at: datetime) -> None:
    """Whoever takes over is on post."""
    duty = session.scalar(
        select(Duty)
        .where(Duty.person_id == by.id, Duty.starts_at == row.planned_at)
        .where(Duty.removed_at.is_(None), Duty.arrived_at.is_(None))
        .with_for_update()
    )
    if duty is not None and at < duty.ends_at:
        duty.arrived_at = at


def _move(row: Handover, state: HandoverState) -> None:
    _require_move(row, state)
    row.state = state
    row.version += 1


def _require_move(row: Handover, state: HandoverState) -> None:
    if state not in MOVES.get(row.state, set()):
        raise RefusedInWords(
            _SIGNED if row.state is not HandoverState.DRAFT else _FIRST
        )


def _held(session: Session, number: str) -> Handover:
    query = select(Handover).where(Handover.number == number).with_for_update()
    row = session.scalar(query)
    if row is None:
        raise NoSuchHandover(_NONE, number=number)
    return row


def _record(
    session: Session,
    row: Handover,
    action: str,
    *,
    by: Person,
    at: datetime,
    **more: str,
) -> None:
    session.flush()
    detail = {"sha256": row.content_sha256} if row.content_sha256 else {}
    audit.write(
        session,
        actor=by.username,
        action=action,
        subject=f"handover:{row.number}",
        at=at,
        detail={**detail, **more},
    )


_NONE = Words("没有编号为 {number} 的交接班记录。", "There is no hand-over {number}.")
_SIGNED = Words(
    "这份交接班记录已经签过字，没有改动。要改请先退回。",
    "This hand-over is signed already; nothing was changed. Send it back first.",
)
_FIRST = Words(
    "交班人还没有签字，不能接班。没有改动。",
    "Whoever hands over has not signed yet. Nothing was changed.",
)
_CHANGED = Words(
    "这份交接班记录在你打开之后改过了，没有签字也没有覆盖。请重新打开核对。",
    "This hand-over was changed since you opened it; nothing was signed or overwritten. "
    "Open it again and check.",
)
_EMPTY = Words(
    "请先写系统运行状况，再签字。已写的内容都保留着。",
    "Write how the systems run before you sign. What you wrote is kept.",
)
_TWICE = Words(
    "交班和接班不能是同一个人签。没有签字，请接班人登录后签。",
    "The same person cannot give and take. Nothing was signed; whoever takes over must "
    "sign in and sign.",
)
_MAJOR = Words(
    "重大故障处理中不交接（{refs}）。没有签字；故障恢复后再交，已写的内容都保留着。",
    "Nobody hands over while a major fault is worked on ({refs}). Nothing was signed; "
    "what you wrote is kept until it is restored.",
)
_WHY = Words(
    "请写明退回的原因。没有改动。", "Say why it is sent back. Nothing was changed."
)
