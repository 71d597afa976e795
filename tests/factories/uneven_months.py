"""A month made uneven on purpose: what was carried over, late, void, strange or absent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.archive.models import Document
from opsdesk.assets.models import Drift, DriftState, Item
from opsdesk.inspections.models import Condition, Round, Visit
from opsdesk.people.handover.models import Handover, HandoverState
from opsdesk.people.models import Person, SignInFailure, SignInSession
from opsdesk.people.roster.models import Duty
from opsdesk.responses.models import Run
from opsdesk.tickets.models import Kind, Ticket

SINCE = datetime(2026, 9, 30, 16, tzinfo=UTC)
UNTIL = datetime(2026, 10, 31, 16, tzinfo=UTC)
MID = datetime(2026, 10, 12, 3, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 20, 3, tzinfo=UTC)
Facts = dict[Any, list[Any]]


def disturb(session: Session, facts: Facts) -> None:
    """Change an even October; `facts` are all rows of the tables it touches."""
    _disturb_registers(facts)
    _disturb_rounds(facts)
    _disturb_people(session, facts)
    _disturb_library(session, facts)


def _disturb_registers(facts: Facts) -> None:
    mine = [t for t in facts[Ticket] if SINCE <= t.opened_at < UNTIL]
    for kind, n in ((Kind.INCIDENT, 4), (Kind.REQUEST, 2), (Kind.CHANGE, 1)):
        some = [t for t in mine if t.kind is kind]
        for ticket in some[:n]:
            ticket.opened_at = SEPTEMBER
        some[-2].state = "void"
    runs = [one for one in facts[Run] if one.purpose.value == "emergency"]
    runs[0].started_at = MID


def _disturb_rounds(facts: Facts) -> None:
    mine = [r for r in facts[Round] if r.day.month == 10 and r.slot.value != "adhoc"]
    held = [r for r in mine if r.status.value == "judged"]
    for row in held[:5]:
        row.late = True
    for row in held[3:11]:
        row.status = type(row.status)("signed")
    ids = {row.id for row in held}
    visits = [v for v in facts[Visit] if v.round_id in ids]
    for visit in visits[::9]:
        visit.outcome = "unreached"
    for n, one in enumerate(facts[Condition][:3]):
        one.probe = ("logins", "accounts", one.probe)[n]
    facts[Condition][0].closed_at = None


def _disturb_people(session: Session, facts: Facts) -> None:
    staff = [p for p in facts[Person] if p.role.value in ("engineer", "lead")]
    staff[0].disabled_at, who = MID, staff[1]
    for duty in [d for d in facts[Duty] if d.day.month == 10][:7]:
        duty.arrived_at = None
    for n in range(11):
        at = SINCE + timedelta(days=4 * n - 3)  # some before, some after
        token = f"{n:064x}"
        row = SignInSession(token_hash=token, person_id=who.id, created_at=at)
        row.seen_at, row.expires_at, row.address, row.agent = at, at, "10.0.0.1", "-"
        failure = SignInFailure(username=who.username, at=at - timedelta(hours=n))
        failure.address = "10.0.0.1"
        session.add_all([row, failure])
    states = [*HandoverState, HandoverState.TAKEN]
    for n, state in enumerate(states):
        at = MID + timedelta(days=9 * n)  # the last ones in November
        row_ = Handover(number=f"HO-{n}", day=at.date(), shift="白班", planned_at=at)
        row_.state, row_.circumstances = state, {}
        row_.written_by, row_.written_at = who.username, at
        session.add(row_)


def _disturb_library(session: Session, facts: Facts) -> None:
    codes = facts[Item]
    codes[0].created_at = UNTIL + timedelta(days=1)
    states = [*DriftState, DriftState.OPEN]
    for n, state in enumerate(states):
        seen = SEPTEMBER if n == 1 else MID
        row = Drift(
            item_id=codes[n + 1].id, field="os", was="12", found={"value": "13"}
        )
        row.round, row.seen_at, row.state = "INS-20261012-0001", seen, state
        row.seen_last_at = seen
        session.add(row)
    for n in range(1, 10):
        day = date(2026, 10, n)
        paper = Document(number=f"WRY-XJ-{day:%Y%m%d}", version=1, kind="daily_record")
        paper.title, paper.day, paper.issued_at = "日常巡检记录", day, MID
        paper.issued_by, paper.content_sha256, paper.audit_head = "lead", "0" * 64, ""
        session.add(paper)
