"""The log of hand-overs, those still to come, and how late each was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people.handover.models import Handover, HandoverState
from opsdesk.people.roster.queries import DutyRow, duties
from opsdesk.people.roster.shifts import Turn
from probes.finding import Words

LATE = timedelta(minutes=15)
BEFORE = timedelta(hours=2)  # how long before a shift ends its hand-over is begun
BACK = timedelta(hours=36)  # how long a missing one is asked for
TEXTS = ("system_state", "for_customer", "things", "notes")


class NoSuchHandover(NotFound, RefusedInWords):
    """There is no hand-over of that number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that goes on after the hand-over: what, how it stands, until when."""

    ref: str
    zh: str
    en: str
    state_zh: str = ""
    state_en: str = ""
    owner: str = ""
    due: str = ""  # ISO 8601 in UTC; empty for none

    @property
    def due_at(self) -> datetime | None:
        return datetime.fromisoformat(self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How things stand when a shift ends; a flow gathers it from the other slices.

    While `blocks` names anything, a major fault is being worked on and nobody hands
    over.
    """

    open_tickets: tuple[Line, ...] = ()
    changes: tuple[Line, ...] = ()
    alarms: tuple[Line, ...] = ()
    rounds: tuple[Line, ...] = ()
    blocks: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    """One hand-over, whole: what screens show and the paper prints."""

    id: int
    number: str
    day: date
    shift: str
    next_shift: str
    planned_at: datetime
    state: HandoverState
    system_state: str
    for_customer: str
    things: str
    notes: str
    circumstances: Circumstances
    written_by: str
    given_by: str
    given_name: str
    given_at: datetime | None
    content_sha256: str
    taken_by: str
    taken_name: str
    taken_at: datetime | None
    version: int

    def late_by(self, at: datetime) -> timedelta | None:
        """Return how late it was taken, or is by now; None where that is in time."""
        late = (self.taken_at or at) - self.planned_at
        return late if late > LATE else None


@dataclass(frozen=True, slots=True)
class Due:
    """A hand-over that nobody has begun."""

    turn: Turn
    crew: tuple[DutyRow, ...]

    def late_by(self, at: datetime) -> timedelta | None:
        late = at - self.turn.ends_at
        return late if late > LATE else None


def by_number(session: Session, number: str) -> HandoverView:
    """Return one hand-over. Raises NoSuchHandover."""
    row = session.scalar(select(Handover).where(Handover.number == number))
    if row is None:
        raise NoSuchHandover(_NONE, number=number)
    return view(row)


def log(
    session: Session, *, before: datetime | None = None, most: int = 31
) -> tuple[HandoverView, ...]:
    """Return the latest hand-overs, newest first."""
    query = select(Handover).order_by(Handover.planned_at.desc()).limit(most)
    if before is not None:
        query = query.where(Handover.planned_at < before)
    return tuple(view(row) for row in session.scalars(query))


def due(session: Session, turns: Sequence[Turn], at: datetime) -> tuple[Due, ...]:
    """Return the manned shifts, just over or about to be, without a hand-over."""
    near = [one for one in turns if at - BACK <= one.ends_at <= at + BEFORE]
    if not near:
        return ()
    begun = set(
        session.scalars(
            select(Handover.planned_at).where(
                Handover.planned_at.in_([one.ends_at for one in near])
            )
        )
    )
    rows = duties(session, near[0].day, near[-1].day)
    found = []
    for one in near:
        crew = tuple(r for r in rows if (r.day, r.shift) == (one.day, one.shift))
        if crew and one.ends_at not in begun:
            found.append(Due(one, crew))
    return tuple(found)


def view(row: Handover) -> HandoverView:
    """Return a row as a value."""
    names = HandoverView.__dataclass_fields__
    values = {name: getattr(row, name) for name in names if name != "circumstances"}
    return HandoverView(circumstances=read(row.circumstances), **values)


def digest(row: Handover) -> str:
    """Return the hash of everything both people put their names under."""
    content = {
        "number": row.number,
        "day": row.day.isoformat(),
        "shift": row.shift,
        "next_shift": row.next_shift,
        "planned_at": row.planned_at.isoformat(),
        **{name: getattr(row, name) for name in TEXTS},
        "circumstances": row.circumstances,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def kept(circumstances: Circumstances) -> dict[str, Any]:
    """Return circumstances as the row keeps them."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(circumstances)))
    return found


def read(found: dict[str, Any]) -> Circumstances:
    """Return the circumstances a row keeps."""
    return Circumstances(**{name: _lines(rows) for name, rows in found.items()})


def _lines(rows: Iterable[dict[str, str]]) -> tuple[Line, ...]:
    return tuple(Line(**row) for row in rows)


_NONE = Words("没有编号为 {number} 的交接班记录。", "There is no hand-over {number}.")
