"""Swaps: one asks, the other agrees, the lead decides. Duties are named by their ids."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person, Role
from opsdesk.people.roster import telling
from opsdesk.people.roster.models import SWAP_MOVES, Duty, Swap, SwapState
from opsdesk.people.roster.operations.attending import NotYours
from opsdesk.people.roster.operations.planning import ON_DUTY, held
from probes.finding import Words


class NoSuchSwap(NotFound, RefusedInWords):
    """There is no such swap."""


def ask(
    session: Session,
    duty_id: int,
    *,
    to: Person,
    in_return_id: int | None = None,
    by: Person,
    at: datetime,
) -> Swap:
    """Ask a colleague to take a duty, or to exchange it for one of his."""
    duty = held(session, duty_id)
    if duty.person_id != by.id:
        raise NotYours(_NOT_YOURS)
    if to.id == by.id or to.role not in ON_DUTY or to.disabled_at is not None:
        raise RefusedInWords(_NOBODY)
    in_return = None if in_return_id is None else held(session, in_return_id)
    if in_return is not None and in_return.person_id != to.id:
        raise RefusedInWords(_NOT_THEIRS, name=to.name)
    _require_ahead(at, duty, in_return)
    swap = Swap(
        duty_id=duty.id,
        in_return_id=in_return_id,
        from_id=by.id,
        to_id=to.id,
        state=SwapState.ASKED,
        asked_at=at,
    )
    session.add(swap)
    session.flush()
    telling.tell_of_swap(session, swap, at=at)
    _record(session, swap, "swap.asked", by=by, at=at)
    return swap


def agree(session: Session, swap_id: int, *, by: Person, at: datetime) -> Swap:
    """Agree to a swap one was asked for; the lead has the last word."""
    swap = _held(session, swap_id)
    if swap.to_id != by.id:
        raise NotYours(_NOT_YOURS)
    _move(session, swap, SwapState.AGREED, by=by, at=at)
    swap.agreed_at = at
    return swap


def withdraw(session: Session, swap_id: int, *, by: Person, at: datetime) -> Swap:
    """Take one's own request back, or turn down what one was asked for."""
    swap = _held(session, swap_id)
    if by.id not in (swap.from_id, swap.to_id):
        raise NotYours(_NOT_YOURS)
    mine = by.id == swap.from_id
    state = SwapState.WITHDRAWN if mine else SwapState.REFUSED
    _move(session, swap, state, by=by, at=at)
    return swap


def decide(
    session: Session, swap_id: int, state: SwapState, *, by: Person, at: datetime
) -> Swap:
    """Let a swap both agreed to happen, or refuse it; a lead who is in it cannot."""
    swap = _held(session, swap_id)
    if by.role is not Role.LEAD or by.id in (swap.from_id, swap.to_id):
        raise NotYours(_NOT_LEAD)
    if state is SwapState.DONE:
        if swap.state is not SwapState.AGREED:
            raise RefusedInWords(_NOT_AGREED)
        _exchange(session, swap, at)
    _move(session, swap, state, by=by, at=at)
    return swap


def _exchange(session: Session, swap: Swap, at: datetime) -> None:
    duty = held(session, swap.duty_id)
    in_return = None if swap.in_return_id is None else held(session, swap.in_return_id)
    stale = duty.person_id != swap.from_id
    if stale or (in_return is not None and in_return.person_id != swap.to_id):
        raise RefusedInWords(_STALE)
    _require_ahead(at, duty, in_return)
    duty.person_id = swap.to_id
    if in_return is not None:
        in_return.person_id = swap.from_id
    session.flush()
    for one in (duty, in_return):
        if one is not None and _is_twice(session, one):
            raise RefusedInWords(_TWICE)


def _is_twice(session: Session, duty: Duty) -> bool:
    same = select(Duty.id).where(Duty.day == duty.day, Duty.shift == duty.shift)
    own = same.where(Duty.person_id == duty.person_id, Duty.removed_at.is_(None))
    return len(session.scalars(own).all()) > 1


def _require_ahead(at: datetime, *duties: Duty | None) -> None:
    for duty in duties:
        if duty is not None and (duty.starts_at <= at or duty.arrived_at is not None):
            raise RefusedInWords(_BEGUN)


def _held(session: Session, swap_id: int) -> Swap:
    swap = session.get(Swap, swap_id, with_for_update=True)
    if swap is None:
        raise NoSuchSwap(_NO_SWAP)
    return swap


def _move(
    session: Session, swap: Swap, state: SwapState, *, by: Person, at: datetime
) -> None:
    if state not in SWAP_MOVES.get(swap.state, set()):
        raise RefusedInWords(_DECIDED)
    swap.state = state
    if state is not SwapState.AGREED:
        swap.decided_by, swap.decided_at = by.username, at
    telling.tell_of_swap(session, swap, at=at)
    _record(session, swap, f"swap.{state.value}", by=by, at=at)


def _record(
    session: Session, swap: Swap, action: str, *, by: Person, at: datetime
) -> None:
    session.flush()
    audit.write(
        session,
        actor=by.username,
        action=action,
        subject=f"swap:{swap.id}",
        at=at,
        detail={"duty": swap.duty_id, "in_return": swap.in_return_id},
    )


_NOT_YOURS = Words(
    "这不是你的班，也没有人请你换。没有改动。",
    "This is not your duty, and nobody asked you to swap. Nothing was changed.",
)
_NOBODY = Words(
    "请选一位在用的运维同事。没有提交。",
    "Choose a colleague with an open account. Nothing was asked.",
)
_NOT_THEIRS = Words(
    "要换回的那一班不是 {name} 的。没有提交。",
    "The duty in return is not one of {name}'s. Nothing was asked.",
)
_BEGUN = Words(
    "这一班已经开始，不能再换。没有改动。",
    "This duty has begun and cannot be swapped. Nothing was changed.",
)
_NOT_LEAD = Words(
    "换班由没有参与其中的运维负责人确认。没有改动。",
    "A swap is decided by a lead who takes no part in it. Nothing was changed.",
)
_NOT_AGREED = Words(
    "对方还没有同意，不能确认。没有改动。",
    "The other one has not agreed yet. Nothing was changed.",
)
_STALE = Words(
    "这一班在提出之后已经换了人。没有改动；请重新提出换班。",
    "This duty has changed hands since the swap was asked. Nothing was changed; ask "
    "again.",
)
_TWICE = Words(
    "换了以后同一人会在同一班里排两次。没有改动。",
    "Somebody would stand twice in one shift. Nothing was changed.",
)
_NO_SWAP = Words("没有这次换班。", "There is no such swap.")
_DECIDED = Words(
    "这次换班已经处理过了，没有改动。",
    "This swap was decided already; nothing was changed.",
)
