"""A round's life: begun once, beaten while it runs, finished, resumed or missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import Refused
from opsdesk.inspections.models import Round, Slot, Status, Visit
from opsdesk.tickets.numbers import next_number
from probes.server import Server

PREFIX = "INS"

MOVES = frozenset(
    {
        (Status.DUE, Status.RUNNING),
        (Status.DUE, Status.MISSED),
        (Status.RUNNING, Status.JUDGED),
        (Status.JUDGED, Status.REVIEWED),
        (Status.REVIEWED, Status.JUDGED),  # a replay found something new
        (Status.REVIEWED, Status.SIGNED),
    }
)
"""Every move a round can make; no other line of the product changes its status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be inspected, when, and for whom."""

    day: date
    slot: Slot
    servers: Sequence[Server]
    by: str
    due_at: datetime | None = None
    late: bool = False
    reason: str = ""

    @property
    def key(self) -> str | None:
        """The slot's lock; ad-hoc rounds have none and may run any number of times."""
        return None if self.slot is Slot.ADHOC else f"{self.day}/{self.slot}"


def move(round_: Round, to: Status) -> None:
    """Change a round's status by the table, or refuse."""
    if (round_.status, to) not in MOVES:
        raise Refused(
            "巡检 %(number)s 现为“%(status)s”，不能改为“%(to)s”。记录未改动。",
            number=round_.number,
            status=round_.status.value,
            to=to.value,
        )
    round_.status = to
    round_.version += 1


def taken(session: Session, key: str) -> bool:
    """Say whether a slot has a row already, whatever became of it."""
    return session.scalar(select(Round.id).where(Round.slot_key == key)) is not None


def request(session: Session, plan: Plan, *, at: datetime) -> Round | None:
    """Write the row of a round that is due, with one empty visit per server.

    The row is the lock: None when the slot has one already.
    """
    if plan.key and taken(session, plan.key):
        return None
    round_ = Round(
        number=next_number(session, PREFIX, plan.day),
        day=plan.day,
        slot=plan.slot,
        slot_key=plan.key,
        due_at=plan.due_at or at,
        status=Status.DUE,
        late=plan.late,
        reason=plan.reason,
        asked_by=plan.by,
    )
    session.add(round_)
    session.flush()
    session.add_all(_empty_visits(round_.id, plan.servers))
    session.flush()
    _tell(session, round_, "round.due", by=plan.by, at=at)
    return round_


def _tell(
    session: Session, round_: Round, action: str, *, by: str, at: datetime
) -> None:
    detail = {"slot": round_.slot_key, "reason": round_.reason, "late": round_.late}
    audit.write(
        session, actor=by, action=action, subject=round_.number, at=at, detail=detail
    )


def _empty_visits(round_id: int, servers: Iterable[Server]) -> list[Visit]:
    return [
        Visit(
            round_id=round_id,
            position=position,
            server=server.name,
            kind=server.kind.value,
            zone=server.zone,
            address=server.address,
        )
        for position, server in enumerate(servers)
    ]


def claim(session: Session, round_id: int, *, runner: str, at: datetime) -> bool:
    """Take a due round to run it. True for exactly one of any number of callers."""
    taken = _changed_one(
        session,
        update(Round)
        .where(Round.id == round_id, Round.status == Status.DUE)
        .values(status=Status.RUNNING, runner=runner, started_at=at, beat_at=at),
    )
    if taken:
        round_ = session.get_one(Round, round_id)
        _tell(session, round_, "round.begun", by=runner, at=at)
    return taken


def take_over(
    session: Session, round_id: int, *, dead: str, runner: str, at: datetime
) -> bool:
    """Take an interrupted round from a runner that no longer lives."""
    taken = _changed_one(
        session,
        update(Round)
        .where(
            Round.id == round_id, Round.status == Status.RUNNING, Round.runner == dead
        )
        .values(runner=runner, beat_at=at, resumed=Round.resumed + 1),
    )
    if taken:
        round_ = session.get_one(Round, round_id)
        _tell(session, round_, "round.taken_over", by=runner, at=at)
    return taken


def beat(session: Session, round_id: int, *, runner: str, at: datetime) -> bool:
    """Say the runner lives. False when the round is no longer its own."""
    return _changed_one(
        session,
        update(Round)
        .where(
            Round.id == round_id,
            Round.status == Status.RUNNING,
            Round.runner == runner,
        )
        .values(beat_at=at),
    )


def _changed_one(session: Session, statement: object) -> bool:
    result = session.execute(statement)  # type: ignore[call-overload]
    return isinstance(result, CursorResult) and result.rowcount == 1


def finish(
    session: Session, round_id: int, *, at: datetime, took_ms: int, suspect: str
) -> Round:
    """Close the asking of a round: every visit has an outcome, the judging is done."""
    round_ = session.get_one(Round, round_id)
    move(round_, Status.JUDGED)
    round_.ended_at = at
    round_.took_ms = took_ms
    round_.suspect = suspect
    _tell(session, round_, "round.judged", by=round_.runner, at=at)
    round_.runner = ""
    return round_


def miss(session: Session, plan: Plan, *, at: datetime) -> Round | None:
    """Record a slot that nobody inspected. It is a row with its reason, never a blank."""
    round_ = request(session, plan, at=at)
    if round_ is None:
        return None
    move(round_, Status.MISSED)
    _tell(session, round_, "round.missed", by=plan.by, at=at)
    return round_
