"""Whose turn it is to sign is told so, and who asked is told how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Kind
from opsdesk.core.outbox.operations import tell
from opsdesk.flows.registers import BY_KIND
from opsdesk.people.models import Person
from opsdesk.tickets.models import ApprovalRound, ApprovalStep, Substitute, Ticket
from opsdesk.tickets.operations import approving
from probes.finding import Words

MOST = 100


def tell_of(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Tell of a ticket's latest asking; nobody hears the same thing twice."""
    if BY_KIND[ticket.kind].signers is None:
        return
    asked = approving.latest(session, ticket)
    if asked is None:
        return
    if asked.outcome is None:
        _tell_signers(session, ticket, asked, at=at)
    else:
        _tell_requester(session, ticket, asked, at=at)


def _tell_signers(
    session: Session, ticket: Ticket, asked: ApprovalRound, *, at: datetime
) -> None:
    waiting = [one for one in approving.steps(session, asked) if one.agreed is None]
    for step in waiting[:1] if asked.sequential else waiting:
        tell(
            session,
            to=signers_of(session, step, at=at),
            kind=Kind.APPROVAL_ASKED,
            subject_ref=ticket.number,
            words=_with(_ASKED, ticket),
            link=_link(ticket),
            at=at,
            once=f"approval:{asked.id}:{step.position}",
        )


def signers_of(session: Session, step: ApprovalStep, *, at: datetime) -> set[str]:
    """Return who may sign a step now: those it names, and their substitutes."""
    if step.username:
        named = {step.username}
    else:
        query = select(Person.username).where(
            Person.role == step.role, Person.disabled_at.is_(None)
        )
        named = set(session.scalars(query))
    return named | _substitutes(session, named, at=at)


def waiting_for(
    session: Session, username: str, *, at: datetime
) -> list[tuple[ApprovalRound, Ticket]]:
    """Return the askings in which it is somebody's turn, oldest first."""
    query = (
        select(ApprovalRound, Ticket)
        .join(Ticket, Ticket.id == ApprovalRound.ticket_id)
        .where(ApprovalRound.outcome.is_(None))
        .order_by(ApprovalRound.id)
        .limit(MOST)
    )
    return [
        (asked, ticket)
        for asked, ticket in session.execute(query)
        if is_turn_of(session, asked, username, at=at)
    ]


def is_turn_of(
    session: Session, asked: ApprovalRound, username: str, *, at: datetime
) -> bool:
    """Tell whether a person may sign an asking now, for himself or for another."""
    waiting = [one for one in approving.steps(session, asked) if one.agreed is None]
    due = waiting[:1] if asked.sequential else waiting
    return any(username in signers_of(session, step, at=at) for step in due)


def _substitutes(session: Session, named: Iterable[str], *, at: datetime) -> set[str]:
    query = select(Substitute.substitute).where(
        Substitute.username.in_(list(named)),
        Substitute.since <= at,
        Substitute.until > at,
        Substitute.ended_at.is_(None),
    )
    return set(session.scalars(query))


def _tell_requester(
    session: Session, ticket: Ticket, asked: ApprovalRound, *, at: datetime
) -> None:
    words = _ENDED.get(asked.outcome or "")
    if words is None:
        return
    acted = [one for one in approving.steps(session, asked) if one.instead_of]
    tell(
        session,
        to=(asked.asked_by,),
        kind=Kind.APPROVAL_DECIDED,
        subject_ref=ticket.number,
        words=_with(words, ticket),
        link=_link(ticket),
        at=at,
        once=f"approval:{asked.id}:{asked.outcome}",
    )
    for step in acted:
        tell(
            session,
            to=(step.instead_of,),
            kind=Kind.SUBSTITUTE_ACTED,
            subject_ref=ticket.number,
            words=_with(_INSTEAD, ticket, by=step.by),
            link=_link(ticket),
            at=at,
            once=f"approval:{asked.id}:{step.position}:instead",
        )


def _with(words: Words, ticket: Ticket, **more: str) -> Words:
    title = ticket.title.replace("{", "(").replace("}", ")")
    return words.fill(number=ticket.number, title=title, **more)


def _link(ticket: Ticket) -> str:
    return f"{BY_KIND[ticket.kind].path}/{ticket.number}"


_ASKED = Words(
    "{number} 等你签署：{title}", "{number} waits for your signature: {title}"
)
_INSTEAD = Words(
    "{by} 代你签署了 {number}：{title}", "{by} signed {number} in your place: {title}"
)
_ENDED = {
    approving.AGREED: Words(
        "{number} 已获批准：{title}", "{number} is approved: {title}"
    ),
    approving.REFUSED: Words(
        "{number} 被驳回：{title}", "{number} was refused: {title}"
    ),
    approving.VOID: Words(
        "{number} 的审批已失效，需要重新提交：{title}",
        "The approval of {number} is void, ask for it anew: {title}",
    ),
}
