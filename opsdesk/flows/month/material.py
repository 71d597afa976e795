"""Everything a report is made of, asked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive import queries as archive
from opsdesk.archive.queries import DocumentView
from opsdesk.core.settings import Settings
from opsdesk.inspections.models import Slot, Status
from opsdesk.inspections.queries import month as rounds
from opsdesk.inspections.queries.month import ConditionRow, RoundRow, VisitRow
from opsdesk.people.models import Person
from opsdesk.reporting.queries import people, tickets
from opsdesk.reporting.queries.tickets import Register
from opsdesk.reporting.span import Sort, Span, month
from opsdesk.tickets.models import Kind

KIND = "monthly_report"
"""What the archive calls the reports of all periods."""
HELD = frozenset({Status.JUDGED, Status.REVIEWED, Status.SIGNED})
SLOTS = (Slot.MORNING, Slot.NOON, Slot.EVENING)


def number_of(settings: Settings, span: Span) -> str:
    """Return a report's number, WRY-YB-202610."""
    return f"{settings.contract.form_prefix}-YB-{span.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What was asked of the registers, as of `at`."""

    settings: Settings
    span: Span
    at: datetime
    known_since: date | None
    rounds: list[RoundRow]
    rounds_before: list[RoundRow]
    visits: list[VisitRow]
    conditions: list[ConditionRow]
    reviewers: dict[date, str]
    records: Mapping[date, DocumentView]
    monthly: frozenset[str]
    registers: Mapping[Kind, Register]
    notes: Mapping[int, list[str]]
    staff: people.Staff
    names: Mapping[str, str]
    drift: people.Library
    narrative: Mapping[str, str]

    @property
    def cut_off(self) -> datetime:
        """Return until when the period's data reach: its end, or now if that is earlier."""
        return min(self.at, self.span.until)

    @property
    def today(self) -> date:
        """Return the local day of the cut-off: the day after a period that is over."""
        return self.cut_off.astimezone(self.span.zone).date()

    def in_contract(self, day: date) -> bool:
        """Tell whether the contract ran on a day, as far as its dates are configured."""
        contract = self.settings.contract
        started = contract.start is None or contract.start <= day
        return started and (contract.end is None or day <= contract.end)

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days of the period that were over, within the contract."""
        return tuple(
            day for day in self.span.days if day < self.today and self.in_contract(day)
        )

    @property
    def months(self) -> tuple[str, ...]:
        """Return the numbers of the reports of the whole months among those days."""
        firsts = dict.fromkeys(day.replace(day=1) for day in self.days)
        whole = (month(day.year, day.month, self.span.zone) for day in firsts)
        return tuple(
            number_of(self.settings, one)
            for one in whole
            if self.span.first <= one.first and one.last in self.days
        )

    @property
    def last_asked(self) -> frozenset[str]:
        """Return the devices of the period's last scheduled round."""
        last = self.visits[-1:]
        return frozenset(
            v.server
            for v in self.visits
            for end in last
            if (v.day, v.slot) == (end.day, end.slot)
        )

    @property
    def before_known(self) -> bool:
        """Tell whether the desk was there for the whole period before."""
        since = self.known_since
        return since is not None and since <= self.span.before.first


def gather(
    session: Session,
    settings: Settings,
    span: Span,
    *,
    narrative: Mapping[str, str],
    at: datetime,
) -> Material:
    """Ask every register about a period."""
    every = rounds.rounds(session, span.before.first, span.last)
    registers = {kind: tickets.register(session, kind, span) for kind in Kind}
    return Material(
        settings=settings,
        span=span,
        at=at,
        known_since=rounds.known_since(session),
        rounds=[row for row in every if row.day >= span.first],
        rounds_before=[row for row in every if row.day < span.first],
        visits=rounds.visits(session, span.first, span.last),
        conditions=rounds.conditions(session, span.since, span.until),
        reviewers=rounds.reviewers(session, span.first, span.last),
        records=_records(session, span),
        monthly=_monthly(session, span),
        registers=registers,
        notes=tickets.notes(session, _late(registers[Kind.INCIDENT])),
        staff=people.staff(session, span),
        names={
            p.username: p.name
            for p in session.execute(select(Person.username, Person.name))
        },
        drift=people.library(session, span),
        narrative=narrative,
    )


def _records(session: Session, span: Span) -> dict[date, DocumentView]:
    sought = archive.Sought(kind="daily_record", since=span.first, until=span.last)
    found = archive.issued(session, sought, limit=len(span.days) + 10)
    return {one.day: one for one in found if one.day is not None}


def _monthly(session: Session, span: Span) -> frozenset[str]:
    """Return the numbers of the months' reports that a longer period's days hold."""
    if span.sort is Sort.MONTHLY:
        return frozenset()
    sought = archive.Sought(kind=KIND, since=span.first, until=span.last)
    return frozenset(one.number for one in archive.issued(session, sought))


def _late(incidents: Register) -> list[int]:
    return [row.id for row in incidents.opened if breaches(row)]


PROMISED = ("response", "restored", "released", "plan")


def breaches(row: tickets.TicketRow) -> list[str]:
    """Return the contract's clocks that a closed record did not keep."""
    return [
        name
        for name in PROMISED
        if (clock := row.clock(name)) is not None and not clock["met"]
    ]
