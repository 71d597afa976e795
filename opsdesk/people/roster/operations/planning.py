"""Putting people on duty, one by one or a month at a time, and taking them off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Duty, LeaveState, Post
from opsdesk.people.roster.queries import DutyRow, LeaveRow, duties, leaves
from opsdesk.people.roster.shifts import Turn
from probes.finding import Words

ON_DUTY = (Role.ENGINEER, Role.LEAD)
WEEK = timedelta(days=7)


class NoSuchDuty(NotFound, RefusedInWords):
    """There is no such duty, or it was taken off the roster."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is put: the shift, the post, on site or not."""

    turn: Turn
    post: Post
    on_site: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rota:
    """Who takes turns: the crew in order, two a shift; one leader a day."""

    crew: Sequence[str]
    leaders: Sequence[str] = ()


def assign(
    session: Session, place: Place, person: Person, *, by: str, at: datetime
) -> Duty:
    """Put somebody on duty. Raises RefusedInWords."""
    _may_stand(person)
    taken = session.scalar(
        select(Duty.id)
        .where(Duty.day == place.turn.day, Duty.shift == place.turn.shift)
        .where(Duty.person_id == person.id, Duty.removed_at.is_(None))
    )
    if taken is not None:
        raise RefusedInWords(_TAKEN, name=person.name)
    duty = _add(session, place, person, by=by, at=at)
    _record(session, duty, person, "duty.assigned", by=by, at=at)
    return duty


def remove(session: Session, duty_id: int, *, by: str, at: datetime) -> Duty:
    """Take a duty off the roster; one that is over, or was signed in to, stays."""
    duty = held(session, duty_id)
    if duty.ends_at <= at or duty.arrived_at is not None:
        raise RefusedInWords(_OVER)
    duty.removed_by, duty.removed_at = by, at
    person = session.get_one(Person, duty.person_id)
    _record(session, duty, person, "duty.removed", by=by, at=at)
    return duty


def held(session: Session, duty_id: int) -> Duty:
    """Return a duty of the roster, locked. Raises NoSuchDuty."""
    duty = session.get(Duty, duty_id, with_for_update=True)
    if duty is None or duty.removed_at is not None:
        raise NoSuchDuty(_NO_DUTY)
    return duty


def fill(
    session: Session, turns: Sequence[Turn], rota: Rota, *, by: str, at: datetime
) -> int:
    """Fill the free posts of some shifts in turn; return how many duties were made.

    Somebody on leave is passed over, and so is whoever is in that shift already. What
    stands in the roster stays.
    """
    crew, leaders = (_people(session, names) for names in (rota.crew, rota.leaders))
    if len(crew) < 2 or not turns:  # noqa: PLR2004 - a primary and a backup
        raise RefusedInWords(_CREW)
    first, last = turns[0].day, turns[-1].day
    away = leaves(session, first, last, states=(LeaveState.GRANTED,))
    standing = duties(session, first, last)
    made = 0
    for place, person in plan(turns, crew, leaders, standing, away):
        _add(session, place, person, by=by, at=at)
        made += 1
    _record_many(session, "duty.filled", (first, last), made, by=by, at=at)
    return made


def plan(
    turns: Sequence[Turn],
    crew: Sequence[Person],
    leaders: Sequence[Person],
    standing: Sequence[DutyRow],
    away: Sequence[LeaveRow],
) -> Iterator[tuple[Place, Person]]:
    """Give the free posts of each shift to the next in turn; one leader a day."""
    queue, heads = _Queue(crew, away), _Queue(leaders, away)
    heading: dict[date, Person | None] = {}
    for one in turns:
        present = [r for r in standing if (r.day, r.shift) == (one.day, one.shift)]
        posts, busy = {r.post for r in present}, {r.person_id for r in present}
        for post in (Post.PRIMARY, Post.BACKUP):
            person = None if post in posts else queue.next(one.day, busy)
            if person is not None:
                busy.add(person.id)
                yield Place(one, post), person
        if one.day not in heading:
            heading[one.day] = heads.next(one.day, busy)
        leader = heading[one.day]
        if leader is not None and leader.id not in busy and Post.LEADER not in posts:
            yield Place(one, Post.LEADER, on_site=False), leader


class _Queue:
    """People in turn; whoever cannot come now is passed over, not moved."""

    def __init__(self, people: Sequence[Person], away: Sequence[LeaveRow]) -> None:
        self._people, self._away, self._next = people, away, 0

    def next(self, day: date, busy: Collection[int]) -> Person | None:
        for step in range(len(self._people)):
            place = (self._next + step) % len(self._people)
            person = self._people[place]
            if person.id not in busy and not self._is_away(person, day):
                self._next = place + 1
                return person
        return None

    def _is_away(self, person: Person, day: date) -> bool:
        return any(
            leave.person_id == person.id and leave.first <= day <= leave.last
            for leave in self._away
        )


def copy_week(
    session: Session, targets: Sequence[Turn], *, by: str, at: datetime
) -> int:
    """Copy the week before the first of some shifts onto them; returns how many.

    A place that is taken stays as it is; shifts that no longer exist are left out.
    """
    if not targets:
        raise RefusedInWords(_CREW)
    first, last = targets[0].day, targets[-1].day
    week: dict[tuple[int, str], list[DutyRow]] = defaultdict(list)
    for row in duties(session, first - WEEK, first - timedelta(days=1)):
        week[row.day.weekday(), row.shift].append(row)
    standing = duties(session, first, last)
    taken = {(row.day, row.shift, row.person_id) for row in standing}
    made = 0
    for one in targets:
        for row in week[one.day.weekday(), one.shift]:
            if row.disabled or (one.day, one.shift, row.person_id) in taken:
                continue
            place = Place(one, row.post, row.on_site)
            person = session.get_one(Person, row.person_id)
            _add(session, place, person, by=by, at=at)
            made += 1
    _record_many(session, "duty.copied", (first, last), made, by=by, at=at)
    return made


def _people(session: Session, names: Sequence[str]) -> list[Person]:
    """Return people in the order they were named; each must be fit to stand."""
    query = select(Person).where(Person.username.in_(names))
    found = {person.username: person for person in session.scalars(query)}
    people = [found[name] for name in dict.fromkeys(names) if name in found]
    for person in people:
        _may_stand(person)
    return people


def _may_stand(person: Person) -> None:
    if person.role not in ON_DUTY or person.disabled_at is not None:
        raise RefusedInWords(_UNFIT, name=person.name)


def _add(
    session: Session, place: Place, person: Person, *, by: str, at: datetime
) -> Duty:
    duty = Duty(
        day=place.turn.day,
        shift=place.turn.shift,
        starts_at=place.turn.starts_at,
        ends_at=place.turn.ends_at,
        person_id=person.id,
        post=place.post,
        on_site=place.on_site,
        note=place.note[:200],
        made_by=by,
        made_at=at,
    )
    session.add(duty)
    return duty


def _record(
    session: Session, duty: Duty, person: Person, action: str, *, by: str, at: datetime
) -> None:
    session.flush()
    audit.write(
        session,
        actor=by,
        action=action,
        subject=f"duty:{duty.id}",
        at=at,
        detail={
            "day": duty.day.isoformat(),
            "shift": duty.shift,
            "post": duty.post.value,
            "person": person.username,
        },
    )


def _record_many(
    session: Session,
    action: str,
    days: tuple[date, date],
    made: int,
    *,
    by: str,
    at: datetime,
) -> None:
    session.flush()
    first, last = days
    audit.write(
        session,
        actor=by,
        action=action,
        subject=f"roster:{first}/{last}",
        at=at,
        detail={"made": made},
    )


_TAKEN = Words(
    "{name} 已经在这一班里了，没有重复安排。",
    "{name} is in this shift already; nothing was changed.",
)
_OVER = Words(
    "这一班已经结束或已签到，不能再撤下；排班记录保持原样。",
    "This duty is over or was signed in to and stays in the roster as it was.",
)
_NO_DUTY = Words(
    "没有这一班，或它已经撤下。请刷新值班表。",
    "There is no such duty, or it was taken off. Load the roster again.",
)
_CREW = Words(
    "轮班至少要选两个人，并选定日期范围。没有改动。",
    "Choose at least two people and a span of days. Nothing was changed.",
)
_UNFIT = Words(
    "{name} 不能排班：只排在用的运维工程师和运维负责人。没有改动。",
    "{name} cannot be put on duty: only engineers and leads with an open account can. "
    "Nothing was changed.",
)
