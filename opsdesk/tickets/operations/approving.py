"""Signatures over a frozen snapshot: asked for, given, refused, and void by any edit.

Whoever asked, edited last or carries it out never signs, whatever his role. Who signs
is who sits in the session; acting for somebody else is recorded beside it (代签).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.people.models import Person
from opsdesk.tickets import snapshot
from opsdesk.tickets.models import (
    ApprovalRound,
    ApprovalStep,
    Substitute,
    Ticket,
    What,
)
from opsdesk.tickets.operations.concerned import executors, last_editor
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.settling import settle
from opsdesk.tickets.operations.telling import Entry, tell
from opsdesk.tickets.register import Actor, Register, Signer, value
from probes.finding import Words

AGREED, REFUSED, VOID = "agreed", "refused", "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a signer says to which asking; a refusal needs its reason."""

    round_id: int
    agrees: bool
    opinion: str = ""


def ask(
    session: Session,
    register: Register,
    ticket: Ticket,
    purpose: str,
    *,
    by: Actor,
    at: datetime,
) -> ApprovalRound:
    """Freeze the ticket and ask its signers; a former open asking becomes void."""
    assert register.signers is not None
    _replace(session, ticket, at=at)
    frozen = snapshot.taken(session, register, ticket)
    asked = ApprovalRound(
        ticket_id=ticket.id,
        purpose=purpose,
        snapshot=frozen,
        sha256=snapshot.digest(frozen),
        sequential=value(ticket, "approval_order") != "parallel",
        asked_by=by.username,
        asked_at=at,
    )
    session.add(asked)
    session.flush()
    signers = register.signers(ticket)
    session.add_all(_step(asked, *one) for one in enumerate(signers))
    detail = {"round": asked.id, "sha256": asked.sha256, "signers": len(signers)}
    entry = Entry(what=What.ASKED, by=by.username, at=at, detail=detail)
    tell(session, ticket, entry)
    return asked


def _step(asked: ApprovalRound, position: int, signer: Signer) -> ApprovalStep:
    return ApprovalStep(
        round_id=asked.id,
        position=position,
        role=signer.role.value if signer.role else "",
        username=signer.username,
    )


def decide(
    session: Session,
    register: Register,
    number: str,
    decision: Decision,
    *,
    by: Actor,
    at: datetime,
) -> Ticket:
    """Give or refuse one signature. The caller has asked the password again.

    The second of two clicks is told what the first did. Raises RefusedInWords.
    """
    ticket = held(session, number)
    asked = session.get(ApprovalRound, decision.round_id, populate_existing=True)
    _require_undecided(session, register, ticket, asked)
    assert asked is not None
    _require_stranger(session, register, ticket, asked, by)
    if not decision.agrees and not decision.opinion.strip():
        raise RefusedInWords(_NO_REASON)
    step, instead_of = _place(session, asked, by, at=at)
    step.agreed = decision.agrees
    step.opinion = storable(decision.opinion).strip()
    step.by, step.instead_of, step.at = by.username, instead_of, at
    session.flush()
    _conclude(session, register, ticket, asked, at=at)
    tell(session, ticket, _told(asked, step))
    return ticket


def _told(asked: ApprovalRound, step: ApprovalStep) -> Entry:
    assert step.at is not None  # it was just decided
    detail = {
        "round": asked.id,
        "sha256": asked.sha256,
        "agreed": step.agreed,
        "instead_of": step.instead_of,
        "outcome": asked.outcome,
    }
    return Entry(
        what=What.DECIDED, by=step.by, at=step.at, text=step.opinion, detail=detail
    )


def void(
    session: Session, register: Register, ticket: Ticket, why: str, *, at: datetime
) -> bool:
    """Make the latest asking void, given signatures included; False: there was none.

    The ticket goes back to where it is written, as its register says.
    """
    asked = latest(session, ticket)
    if asked is None or asked.outcome in (VOID, REFUSED):
        return False
    asked.outcome, asked.closed_at, asked.closed_why = VOID, at, why
    back = register.voided.get(ticket.state)
    if back is not None:
        settle(register, ticket, back, at=at)
    detail = {"round": asked.id}
    entry = Entry(what=What.VOIDED, by=ticket.edited_by, at=at, text=why, detail=detail)
    tell(session, ticket, entry)
    return True


def _replace(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """End an asking that another follows; an agreed one is void from here on too."""
    asked = latest(session, ticket)
    if asked is not None and asked.outcome in (None, AGREED):
        asked.outcome, asked.closed_at, asked.closed_why = VOID, at, _ASKED_ANEW.zh
        session.flush()


def latest(session: Session, ticket: Ticket) -> ApprovalRound | None:
    """Return the latest asking: the one a ticket stands by."""
    query = (
        select(ApprovalRound)
        .where(ApprovalRound.ticket_id == ticket.id)
        .order_by(ApprovalRound.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def stands(session: Session, register: Register, ticket: Ticket) -> bool:
    """Tell whether everybody has signed exactly what the ticket says now."""
    asked = latest(session, ticket)
    return (
        asked is not None
        and asked.outcome == AGREED
        and snapshot.still_true(session, register, ticket, asked)
    )


def steps(session: Session, asked: ApprovalRound) -> list[ApprovalStep]:
    """Return the signers of an asking in their order."""
    query = (
        select(ApprovalStep)
        .where(ApprovalStep.round_id == asked.id)
        .order_by(ApprovalStep.position)
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _require_undecided(
    session: Session,
    register: Register,
    ticket: Ticket,
    asked: ApprovalRound | None,
) -> None:
    if asked is None or asked.ticket_id != ticket.id:
        raise RefusedInWords(_NO_ROUND, number=ticket.number)
    if asked.outcome is not None:
        last = max((s for s in steps(session, asked) if s.at), key=_when, default=None)
        who = last.by if last is not None else asked.asked_by
        raise RefusedInWords(
            _OVER, number=ticket.number, by=who, zh=_ZH[asked.outcome], en=asked.outcome
        )
    if not snapshot.still_true(session, register, ticket, asked):
        raise RefusedInWords(_CHANGED, number=ticket.number)


def _when(step: ApprovalStep) -> datetime:
    assert step.at is not None
    return step.at


def _require_stranger(
    session: Session,
    register: Register,
    ticket: Ticket,
    asked: ApprovalRound,
    by: Actor,
) -> None:
    """Nobody signs his own: not who asked, not who wrote it, not who carries it out."""
    concerned = {
        _REQUESTER: {asked.asked_by, ticket.opened_by},
        _EDITOR: {last_editor(session, register, ticket)},
        _EXECUTOR: set(executors(ticket)),
    }
    for why, names in concerned.items():
        if by.username in names:
            raise RefusedInWords(why, number=ticket.number)


def _place(
    session: Session, asked: ApprovalRound, by: Actor, *, at: datetime
) -> tuple[ApprovalStep, str]:
    """Return the step a person signs, and for whom he stands in ("": himself)."""
    every = steps(session, asked)
    if any(step.by == by.username for step in every):
        raise RefusedInWords(_TWICE)
    waiting = [step for step in every if step.agreed is None]
    if asked.sequential:
        waiting = waiting[:1]
    for step in waiting:
        if by.username == step.username or by.role.value == step.role:
            return step, ""
    for step in waiting:
        principal = _principal(session, step, by, at=at)
        if principal:
            return step, principal
    raise RefusedInWords(_NOT_ASKED)


def _principal(session: Session, step: ApprovalStep, by: Actor, *, at: datetime) -> str:
    """Return whose dated substitute a person is for a step; "" for nobody's."""
    query = (
        select(Person.username)
        .join(Substitute, Substitute.username == Person.username)
        .where(
            Substitute.substitute == by.username,
            Substitute.since <= at,
            Substitute.until > at,
            Substitute.ended_at.is_(None),
            Person.disabled_at.is_(None),
            Person.username == step.username
            if step.username
            else Person.role == step.role,
        )
        .order_by(Substitute.id)
        .limit(1)
    )
    return session.scalar(query) or ""


def _conclude(
    session: Session,
    register: Register,
    ticket: Ticket,
    asked: ApprovalRound,
    *,
    at: datetime,
) -> None:
    given = [step.agreed for step in steps(session, asked)]
    if False in given:
        asked.outcome = REFUSED
    elif all(given):
        asked.outcome = AGREED
    else:
        return
    asked.closed_at = at
    after = register.decided.get((ticket.state, asked.outcome == AGREED))
    if after is not None:
        settle(register, ticket, after, at=at)
        ticket.version += 1
        ticket.changed_at = at


_ZH = {AGREED: "全部同意", REFUSED: "已被驳回", VOID: "已失效"}
_ASKED_ANEW = Words("重新提交审批", "asked anew")
_NO_ROUND = Words(
    "{number} 现在没有这项待签的审批。没有签署。",
    "{number} has no such approval to sign. Nothing was signed.",
)
_OVER = Words(
    "{number} 的这次审批已经结束：{zh}，最后由 {by} 处理。你的这次操作没有生效。",
    "This approval of {number} is over ({en}); {by} was the last to act. Yours was not "
    "counted.",
)
_CHANGED = Words(
    "{number} 的内容在提交审批之后有改动，这次审批不再有效。没有签署，请申请人重新提交。",
    "{number} was changed after approval was asked for, so it no longer holds. Nothing "
    "was signed; the requester has to ask anew.",
)
_REQUESTER = Words(
    "{number} 是你提出的，不能由你批准。没有签署。",
    "You asked for {number}, so you cannot approve it. Nothing was signed.",
)
_EDITOR = Words(
    "{number} 的内容最后由你修改，不能由你批准。没有签署。",
    "You were the last to edit {number}, so you cannot approve it. Nothing was signed.",
)
_EXECUTOR = Words(
    "{number} 由你实施，不能由你批准。没有签署。",
    "You carry out {number}, so you cannot approve it. Nothing was signed.",
)
_TWICE = Words(
    "你已经签过这一次审批，一人只能签一处。没有再次签署。",
    "You have signed in this approval already; one person signs once. Nothing was added.",
)
_NOT_ASKED = Words(
    "现在轮到的不是你签署（也没有有效的代签授权）。没有签署。",
    "It is not your turn to sign, nor are you a substitute for who is. Nothing was signed.",
)
_NO_REASON = Words(
    "驳回请写明理由。没有签署。", "Say why you refuse. Nothing was signed."
)
