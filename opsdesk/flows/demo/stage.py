"""Plays the made-up month of the desk: many stories at once, every step at its time.

A story is a generator. It yields when it wants to go on, and is handed a session then;
steps of all stories happen in the order of time, as they would have.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.core.desk import Desk
from opsdesk.flows import work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind, Relation
from opsdesk.tickets.operations import approving, editing, noting
from opsdesk.tickets.operations.holding import held
from opsdesk.tickets.operations.moving import Step
from opsdesk.tickets.operations.opening import Opening

Story = Generator[datetime, Session, None]
Scene = Generator[datetime, Session, datetime]
"""A part of a story that ends by saying at what time it goes on."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody of the story."""

    username: str
    name: str
    role: Role


DUTY = (
    Cast("duty1", "值班工程师甲（演示）", Role.ENGINEER),
    Cast("duty2", "值班工程师乙（演示）", Role.ENGINEER),
    Cast("duty3", "值班工程师丙（演示）", Role.ENGINEER),
    Cast("duty4", "值班工程师丁（演示）", Role.ENGINEER),
)
LEAD = Cast("lead", "运维负责人（演示）", Role.LEAD)
CUSTOMER = Cast("customer", "甲方代表（演示）", Role.CUSTOMER)
ADMINISTRATORS = (
    Cast("sysadmin", "系统管理员（演示）", Role.SYSTEM),
    Cast("secadmin", "安全管理员（演示）", Role.SECURITY),
    Cast("auditor", "审计管理员（演示）", Role.AUDIT),
)
PEOPLE = (*DUTY, LEAD, CUSTOMER, *ADMINISTRATORS)


class Stage:
    """The desk, and every story that still has a step to come."""

    def __init__(self, desk: Desk, asked: Callable[[datetime], None]) -> None:
        self.desk = desk
        self._asked = asked  # runs the rounds that somebody asked for
        self._stories: list[tuple[datetime, int, Story]] = []
        self._order = count()

    def tell(self, story: Story) -> None:
        """Add a story; nothing of it happens before its first time comes."""
        heapq.heappush(self._stories, (next(story), next(self._order), story))

    def until(self, moment: datetime) -> None:
        """Let everything happen that happens until a moment."""
        while self._stories and self._stories[0][0] <= moment:
            at, _, story = heapq.heappop(self._stories)
            with self.desk.database.unit() as session:
                following = _go_on(story, session)
            self._asked(at)
            if following is not None:
                later = (max(following, at), next(self._order), story)
                heapq.heappush(self._stories, later)

    def clock(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a local time of a day."""
        zone = self.desk.settings.desk.timezone
        return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)

    def open(
        self,
        session: Session,
        kind: Kind,
        values: Mapping[str, Any],
        by: Cast,
        at: datetime,
    ) -> str:
        """Open a record and return its number."""
        opening, deed = Opening(values=values), Deed(by=by, at=at)
        settings = self.desk.settings
        return work_tickets.open_ticket(session, settings, kind, opening, deed).number

    def move(
        self,
        session: Session,
        number: str,
        name: str,
        by: Cast,
        at: datetime,
        note: str = "",
        **values: Any,
    ) -> None:
        """Take a record one step on."""
        step = Step(name=name, values=values, note=note)
        deed = Deed(by=by, at=at)
        work_tickets.move(session, self.desk.settings, number, step, deed)

    def edit(
        self, session: Session, number: str, by: Cast, at: datetime, **values: Any
    ) -> None:
        """Write fields of a record."""
        edition = editing.Edition(values=values, version=held(session, number).version)
        deed = Deed(by=by, at=at)
        work_tickets.edit(session, self.desk.settings, number, edition, deed)

    def report_owed(
        self, session: Session, number: str, by: Cast, at: datetime, plan: str
    ) -> None:
        """Report a modification plan where a fault owes one."""
        sheet = held(session, number).sheet
        if "plan_due_at" in sheet and "plan_reported_at" not in sheet:
            self.move(session, number, "report-plan", by, at, modification_plan=plan)

    def note(
        self, session: Session, number: str, text: str, by: Cast, at: datetime
    ) -> None:
        """Write a note."""
        note, deed = noting.Note(text=text), Deed(by=by, at=at)
        work_tickets.note(session, self.desk.settings, number, note, deed)

    def sign(
        self, session: Session, number: str, opinion: str, by: Cast, at: datetime
    ) -> None:
        """Sign what a record waits for."""
        asked = approving.latest(session, held(session, number))
        assert asked is not None
        decision = approving.Decision(round_id=asked.id, agrees=True, opinion=opinion)
        deed = Deed(by=by, at=at)
        work_tickets.decide(session, self.desk.settings, number, decision, deed)


def link(
    session: Session, here: str, relation: Relation, there: str, by: Cast, at: datetime
) -> None:
    """Let one record lead to another."""
    noting.link(session, here, relation, there, by=by, at=at)


def iso(moment: datetime) -> str:
    """Return a moment as a sheet keeps it."""
    return moment.astimezone(UTC).isoformat()


def minutes(number: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=number)


def _go_on(story: Story, session: Session) -> datetime | None:
    try:
        return story.send(session)
    except StopIteration:
        return None
