"""A lost device: one administrator asks to take the second factor away, one agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.people import second_factor
from opsdesk.people.grants import GRANTING
from opsdesk.people.models import FactorReset, Person, Role
from opsdesk.people.operations import end_sessions, record
from probes.finding import Words


@dataclass(frozen=True, slots=True)
class Reset:
    """A second factor that one administrator asked to take away."""

    id: int
    username: str
    name: str
    proposed_by: str
    proposed_as: Role
    proposed_at: datetime


def waiting(session: Session) -> list[Reset]:
    """Return the resets that await the other administrator, oldest first."""
    query = (
        select(FactorReset, Person)
        .join(Person, Person.id == FactorReset.person_id)
        .where(FactorReset.accepted.is_(None))
        .order_by(FactorReset.id)
    )
    return [
        Reset(
            id=reset.id,
            username=person.username,
            name=person.name,
            proposed_by=reset.proposed_by,
            proposed_as=reset.proposed_as,
            proposed_at=reset.proposed_at,
        )
        for reset, person in session.execute(query)
    ]


def propose(
    session: Session, person: Person, *, by: Person, at: datetime
) -> FactorReset:
    """Ask to take a person's second factor away; nothing changes before the other."""
    _require(by)
    if not second_factor.is_enrolled(session, person.id):
        raise RefusedInWords(_NONE_TO_RESET, name=person.username)
    session.execute(
        update(FactorReset)
        .where(FactorReset.person_id == person.id, FactorReset.accepted.is_(None))
        .values(accepted=False, decided_by=by.username, decided_at=at)
    )
    reset = FactorReset(
        person_id=person.id,
        proposed_by=by.username,
        proposed_as=by.role,
        proposed_at=at,
    )
    session.add(reset)
    record(session, person, "second-factor.reset-proposed", by=by.username, at=at)
    return reset


def confirm(session: Session, reset_id: int, *, by: Person, at: datetime) -> None:
    """Take the second factor away; the person enrols another device."""
    _require(by)
    reset = _undecided(session, reset_id)
    if by.role is not GRANTING[reset.proposed_as]:
        raise RefusedInWords(_TWO)
    person = session.get_one(Person, reset.person_id)
    reset.accepted, reset.decided_by, reset.decided_at = True, by.username, at
    second_factor.remove(session, person)
    end_sessions(session, person, at=at)
    record(
        session,
        person,
        "second-factor.reset",
        by=by.username,
        at=at,
        proposed_by=reset.proposed_by,
    )


def forget(session: Session, person: Person, *, by: str, at: datetime) -> None:
    """Take a second factor away at the console, where both administrators stand."""
    if not second_factor.is_enrolled(session, person.id):
        raise RefusedInWords(_NONE_TO_RESET, name=person.username)
    second_factor.remove(session, person)
    end_sessions(session, person, at=at)
    record(session, person, "second-factor.reset", by=by, at=at)


def decline(session: Session, reset_id: int, *, by: Person, at: datetime) -> None:
    """Leave the second factor as it is; the proposer may take the proposal back so."""
    _require(by)
    reset = _undecided(session, reset_id)
    person = session.get_one(Person, reset.person_id)
    reset.accepted, reset.decided_by, reset.decided_at = False, by.username, at
    record(session, person, "second-factor.reset-declined", by=by.username, at=at)


def _undecided(session: Session, reset_id: int) -> FactorReset:
    reset = session.get(FactorReset, reset_id, with_for_update=True)
    if reset is None or reset.accepted is not None:
        raise RefusedInWords(_DECIDED)
    return reset


def _require(by: Person) -> None:
    if by.role not in GRANTING:
        raise RefusedInWords(_TWO)


_NONE_TO_RESET = Words(
    "{name} 没有绑定动态码，不需要重置。", "{name} has no second factor to reset."
)
_TWO = Words(
    "重置动态码要系统管理员和安全管理员各一人：请另一方确认。没有改动。",
    "Resetting a second factor takes a system and a security administrator together: "
    "the other one must confirm. Nothing was changed.",
)
_DECIDED = Words(
    "这项重置已经处理过了，没有改动。",
    "This reset was decided already; nothing was changed.",
)
