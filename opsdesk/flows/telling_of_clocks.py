"""Who is told when a clock reaches half, three quarters and the whole of its time."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Kind, Urgency
from opsdesk.core.outbox.operations import Saying, tell_all
from opsdesk.flows.registers import BY_KIND
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.queries import on_duty
from opsdesk.tickets.models import Ticket, What
from opsdesk.tickets.operations.telling import Entry
from opsdesk.tickets.operations.telling import tell_all as write_down
from opsdesk.tickets.promises.explaining import duration
from opsdesk.tickets.promises.promise import Reading
from opsdesk.tickets.watching import Watched
from probes.finding import Words

HALF, MOST, WHOLE = 50, 75, 100


class Escalations:
    """What a sweep has to tell, gathered: written at its end, in few statements."""

    def __init__(self, session: Session, at: datetime) -> None:
        self._session = session
        self._hearers = Hearers(session, at)
        self._sayings: list[Saying] = []
        self._entries: list[tuple[Watched, Entry]] = []

    def add(self, ticket: Watched, reading: Reading, percent: int) -> bool:
        """Tell those whom this share of the time concerns, once; False: told already."""
        told = dict(ticket.sheet.get("told") or {})
        name = reading.promise.name
        if percent < HALF or told.get(name, 0) >= percent:
            return False
        ticket.sheet = {**ticket.sheet, "told": {**told, name: percent}}
        said = _said(ticket, reading, percent)
        to = frozenset(self._hearers.of(ticket, percent))
        self._sayings.append(
            _saying(ticket, name, percent, said, to=to, at=self._hearers.at)
        )
        entry = Entry(
            what=What.ESCALATED,
            by="opsdesk",
            at=self._hearers.at,
            text=said.zh,
            detail={"promise": name, "percent": percent},
        )
        self._entries.append((ticket, entry))
        return True

    def write(self) -> int:
        """Write notices, timelines and the audit trail, it last; return how many."""
        tell_all(self._session, self._sayings)
        write_down(self._session, self._entries)
        return len(self._entries)


def _said(ticket: Watched, reading: Reading, percent: int) -> Words:
    left = duration(reading.left)
    words = _OVER if percent >= WHOLE else _SOON
    return words.fill(
        number=ticket.number,
        zh=reading.promise.label.zh,
        en=reading.promise.label.en,
        percent=percent,
        left_zh=left.zh,
        left_en=left.en,
    )


def _saying(
    ticket: Watched,
    name: str,
    percent: int,
    said: Words,
    *,
    to: frozenset[str],
    at: datetime,
) -> Saying:
    title = ticket.title.replace("{", "(").replace("}", ")")
    return Saying(
        to=to,
        kind=Kind.ESCALATION,
        subject_ref=ticket.number,
        words=Words(f"{said.zh} {title}", f"{said.en} {title}"),
        link=f"{BY_KIND[ticket.kind].path}/{ticket.number}",
        at=at,
        urgency=Urgency.NOW if percent >= WHOLE else Urgency.NORMAL,
        once=f"{ticket.number}:{name}:{percent}",
    )


class Hearers:
    """Who is told, at one moment: the people are looked up once a unit, not a clock."""

    def __init__(self, session: Session, at: datetime) -> None:
        self._session = session
        self.at = at
        self._of_role: dict[Role, frozenset[str]] = {}

    def of(self, ticket: Ticket | Watched, percent: int) -> set[str]:
        """Return the duty engineers and the owner; from 75 % the lead; at 100 % the customer.

        With nobody on duty, every engineer: a clock never runs out unheard.
        """
        names = set(self._on_duty)
        if ticket.owner:
            names.add(ticket.owner)
        if not names:
            names |= self._all(Role.ENGINEER)
        if percent >= MOST:
            names |= self._all(Role.LEAD)
        if percent >= WHOLE:
            names |= self._all(Role.CUSTOMER)
        return names

    @cached_property
    def _on_duty(self) -> frozenset[str]:
        return frozenset(one.username for one in on_duty(self._session, self.at))

    def _all(self, role: Role) -> frozenset[str]:
        if role not in self._of_role:
            query = select(Person.username).where(
                Person.role == role, Person.disabled_at.is_(None)
            )
            self._of_role[role] = frozenset(self._session.scalars(query))
        return self._of_role[role]


_SOON = Words(
    "{number} {zh}时限已用 {percent}%，还剩 {left_zh}：",
    "{number}: {percent}% of the time for {en} is used, {left_en} left:",
)
_OVER = Words("{number} {zh}已超时 {left_zh}：", "{number}: {en} is {left_en} overdue:")
