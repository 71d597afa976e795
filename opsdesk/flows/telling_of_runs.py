"""What people hear of runs: every sentence of a rehearsal says that it is one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.outbox.models import Kind, Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.queries import on_duty
from opsdesk.responses.models import RunRole
from opsdesk.responses.states import Rung
from probes.finding import Words
from runbooks.plan import Part

_POSTS = {Rung.PRIMARY: Post.PRIMARY, Rung.SECONDARY: Post.BACKUP}


def say(  # noqa: PLR0913 - a notice has this many sides
    session: Session,
    *,
    to: Iterable[str],
    number: str,
    exercise: bool,
    words: Words,
    at: datetime,
    urgency: Urgency = Urgency.NOW,
    once: str,
    kind: Kind = Kind.ESCALATION,
) -> int:
    """Tell people of a run, once under a key; a rehearsal is marked as one."""
    said = _MARKED if exercise else _PLAIN
    return tell(
        session,
        to=to,
        kind=kind,
        subject_ref=number,
        words=said.fill(zh=words.zh, en=words.en),
        link=f"/runs/{number}",
        at=at,
        urgency=urgency,
        once=once,
    )


def of_rung(session: Session, rung: Rung, *, at: datetime) -> set[str]:
    """Return whom a rung means now: the roster's posts, the leads, the customer."""
    if rung in _POSTS:
        crew = on_duty(session, at)
        names = {one.username for one in crew if one.post is _POSTS[rung]}
        return names & _active(session, names)
    return everyone(session, Role.LEAD if rung is Rung.LEAD else Role.CUSTOMER)


def everyone(session: Session, *roles: Role) -> set[str]:
    """Return the user names of all open accounts with these roles."""
    query = select(Person.username).where(
        Person.role.in_(roles), Person.disabled_at.is_(None)
    )
    return set(session.scalars(query))


def playing(session: Session, run_id: int, *parts: Part) -> set[str]:
    """Return who plays some parts of a run now."""
    query = select(RunRole.username).where(
        RunRole.run_id == run_id, RunRole.until.is_(None), RunRole.part.in_(parts)
    )
    found = set(session.scalars(query))
    return found & _active(session, found)


def _active(session: Session, names: Iterable[str]) -> set[str]:
    query = select(Person.username).where(
        Person.username.in_(list(names)), Person.disabled_at.is_(None)
    )
    return set(session.scalars(query))


_MARKED = Words("【演练】{zh}", "[DRILL] {en}")
_PLAIN = Words("{zh}", "{en}")
