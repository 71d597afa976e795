"""What falls due without a clock of its own: said once, to those whose duty it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.queries.dates import due_dates
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind as Notice
from opsdesk.core.outbox.operations import tell
from opsdesk.core.settings import Settings
from opsdesk.flows import keep_promises
from opsdesk.flows.registers import BY_KIND
from opsdesk.people.models import Person, Role
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations import approving
from opsdesk.tickets.promises.tables import NoTable
from probes.finding import Words

DUE_WITHIN = timedelta(days=30)
"""How long before a warranty or another date ends."""
RECHECKED = timedelta(days=35)
MOST = 2000
HOUR_OF_RECHECK = 3


def sweep(desk: Desk, *, at: datetime) -> int:
    """Remind of emergencies not approved, of dates that end, and recheck clocks."""
    with desk.database.unit() as session:
        told = _emergencies(session, desk.settings, at)
        told += _dates(session, desk.settings, at)
        return told + _recheck(session, desk.settings, at)


def _emergencies(session: Session, settings: Settings, at: datetime) -> int:
    """Remind the lead: an emergency change is approved within one service day."""
    query = select(Ticket).where(
        Ticket.kind == Kind.CHANGE,
        Ticket.is_open,
        Ticket.state.in_(["implementing", "observing", "rolled-back"]),
    )
    late = [
        ticket
        for ticket in session.scalars(query)
        if ticket.sheet.get("change_kind") == "emergency"
        and _over_a_day(settings, ticket, at)
        and not approving.stands(session, BY_KIND[ticket.kind], ticket)
    ]
    told = 0
    for one in late:
        told += _say(session, one.number, f"/changes/{one.number}", _LATE, at)
    return told


def _over_a_day(settings: Settings, ticket: Ticket, at: datetime) -> bool:
    began = ticket.sheet.get("began_doing_at")
    if began is None:
        return False
    calendar = keep_promises.rules_of(settings).calendar
    try:
        day = calendar.service_day(datetime.fromisoformat(began))
        return at > calendar.end_of(day, after=1)
    except NoTable:
        return False


def _dates(session: Session, settings: Settings, at: datetime) -> int:
    today = at.astimezone(settings.desk.timezone).date()
    return sum(
        _say(
            session,
            f"{due.code} {due.day}",
            f"/assets/{due.code}",
            _ENDS,
            at,
            kind=Notice.WARRANTY_ENDS,
        )
        for due in due_dates(session, on=today, within=DUE_WITHIN)
    )


def _recheck(session: Session, settings: Settings, at: datetime) -> int:
    """Compute the clocks of what was closed lately anew, and report any difference."""
    if at.astimezone(settings.desk.timezone).hour != HOUR_OF_RECHECK:
        return 0
    query = (
        select(Ticket)
        .where(
            Ticket.kind == Kind.INCIDENT,
            Ticket.is_open.is_(False),
            Ticket.closed_at >= at - RECHECKED,
            Ticket.result.is_not(None),
        )
        .order_by(Ticket.id.desc())
        .limit(MOST)
    )
    differing = [
        one.number for one in session.scalars(query) if differs(session, settings, one)
    ]
    return sum(
        _say(session, number, f"/incidents/{number}", _DIFFERS, at)
        for number in differing
    )


def differs(session: Session, settings: Settings, ticket: Ticket) -> bool:
    """Tell whether a closed ticket's clocks would end otherwise today.

    Under another policy than it was frozen with, nothing is compared.
    """
    frozen: dict[str, Any] = ticket.result or {}
    rules = keep_promises.rules_of(settings)
    if frozen.get("policy") != rules.calendar.policy.value or ticket.closed_at is None:
        return False
    found = keep_promises.read(session, settings, ticket, at=ticket.closed_at)
    anew = keep_promises.frozen(found, rules)["clocks"]
    return _ends(anew) != _ends(frozen["clocks"])


def _ends(clocks: dict[str, Any]) -> dict[str, tuple[bool, str]]:
    return {name: (one["met"], one["deadline"]) for name, one in clocks.items()}


def _say(
    session: Session,
    ref: str,
    link: str,
    words: Words,
    at: datetime,
    *,
    kind: Notice = Notice.DUTY_DUE,
) -> int:
    said = words.fill(ref=ref)
    return tell(
        session,
        to=_leads(session),
        kind=kind,
        subject_ref=ref[:64],
        words=said,
        link=link,
        at=at,
        once=f"{kind}:{words.en[:24]}:{ref}"[:160],
    )


def _leads(session: Session) -> Sequence[str]:
    query = select(Person.username).where(
        Person.role == Role.LEAD, Person.disabled_at.is_(None)
    )
    return session.scalars(query).all()


_LATE = Words(
    "{ref} 是紧急变更，实施已超过一个服务日还没有补批：请提交并完成审批。",
    "{ref} is an emergency change carried out over a service day ago and not approved "
    "yet: ask for approval and complete it.",
)
_ENDS = Words(
    "{ref} 即将到期，请安排续保或更换。", "{ref} ends soon: renew or replace it."
)
_DIFFERS = Words(
    "{ref} 的时限按现在的日历重算，与关闭时冻结的结果不同：冻结的结果保持不变，请核对节假日表。",
    "The clocks of {ref} come out differently by today's calendar than they were frozen; "
    "what was frozen stands. Check the holiday tables.",
)
