"""Who hears of swaps and leave: whose turn it is, and in the end who asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Kind
from opsdesk.core.outbox.operations import tell
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Duty, Leave, LeaveState, Swap, SwapState
from probes.finding import Words

MINE, PLAN = "/roster/mine", "/roster/plan"


def leads(session: Session, *, but: Iterable[int] = ()) -> set[str]:
    """Return the user names of the leads whose accounts are open."""
    query = select(Person.username).where(
        Person.role == Role.LEAD,
        Person.disabled_at.is_(None),
        Person.id.not_in(tuple(but)),
    )
    return set(session.scalars(query))


def tell_of_swap(session: Session, swap: Swap, *, at: datetime) -> None:
    """Tell whoever has to act on a swap now, or both how it ended."""
    duty = session.get_one(Duty, swap.duty_id)
    giver, taker = (session.get_one(Person, i) for i in (swap.from_id, swap.to_id))
    to, link = {
        SwapState.ASKED: ({taker.username}, MINE),
        SwapState.AGREED: (leads(session, but=(giver.id, taker.id)), PLAN),
    }.get(swap.state, ({giver.username, taker.username}, MINE))
    tell(
        session,
        to=to,
        kind=Kind.SWAP_ASKED,
        subject_ref=f"{duty.day} {duty.shift}",
        words=_SWAPS[swap.state].fill(
            giver=giver.name, taker=taker.name, day=duty.day, shift=duty.shift
        ),
        link=link,
        at=at,
    )


def tell_of_leave(session: Session, leave: Leave, *, at: datetime) -> None:
    """Tell the leads that leave is asked for, and the person how it was decided."""
    person = session.get_one(Person, leave.person_id)
    asked = leave.state is LeaveState.ASKED
    if leave.state not in _LEAVE:
        return
    tell(
        session,
        to=leads(session, but=(person.id,)) if asked else {person.username},
        kind=Kind.APPROVAL_ASKED if asked else Kind.APPROVAL_DECIDED,
        subject_ref=f"{leave.first} – {leave.last}",
        words=_LEAVE[leave.state].fill(
            name=person.name, first=leave.first, last=leave.last
        ),
        link=PLAN if asked else MINE,
        at=at,
    )


_SWAPS = {
    SwapState.ASKED: Words(
        "{giver}请你换 {day} {shift}，请同意或不同意。",
        "{giver} asks you to swap {day} {shift}: agree or disagree.",
    ),
    SwapState.AGREED: Words(
        "{giver}与{taker}要换 {day} {shift}，等你确认。",
        "{giver} and {taker} want to swap {day} {shift}; you decide.",
    ),
    SwapState.DONE: Words(
        "{giver}的 {day} {shift} 已换给{taker}。",
        "{day} {shift} of {giver} is now {taker}'s.",
    ),
    SwapState.REFUSED: Words(
        "{giver}的 {day} {shift} 没有换成，值班表不变。",
        "The swap of {giver}'s {day} {shift} was refused; the roster stays.",
    ),
    SwapState.WITHDRAWN: Words(
        "{giver}撤回了 {day} {shift} 的换班，值班表不变。",
        "{giver} took the swap of {day} {shift} back; the roster stays.",
    ),
}
_LEAVE = {
    LeaveState.ASKED: Words(
        "{name}请假 {first} – {last}，等你批。",
        "{name} asks for leave {first} – {last}; you decide.",
    ),
    LeaveState.GRANTED: Words(
        "你的请假 {first} – {last} 已批。", "Your leave {first} – {last} is granted."
    ),
    LeaveState.REFUSED: Words(
        "你的请假 {first} – {last} 未批。", "Your leave {first} – {last} is refused."
    ),
}
