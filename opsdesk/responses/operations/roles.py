"""Who plays which part: by the roster, taken by hand, handed over."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.queries import on_duty
from opsdesk.responses.models import Run, RunRole
from opsdesk.responses.operations.holding import held, require_participant
from opsdesk.responses.operations.telling import Entry, tell
from opsdesk.responses.refusals import Absent, plain
from opsdesk.responses.states import OPEN, Purpose, What
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Part, Plan

MOST_PARTS = 2
_POSTS = {"primary": Post.PRIMARY, "backup": Post.BACKUP, "leader": Post.LEADER}
_ROLES = {"customer": Role.CUSTOMER, "lead": Role.LEAD, "leader": Role.LEAD}
PLAYERS = (Role.ENGINEER, Role.LEAD, Role.CUSTOMER)


def from_roster(
    session: Session, run: Run, plan: Plan, *, by: Actor, at: datetime
) -> None:
    """Fill the parts that nobody plays and the plan fills from the roster."""
    when = run.planned_for or at
    standing = {one.post: one.username for one in on_duty(session, when)}
    taken = {row.part: row.username for row in _current(session, run)}
    busy = Counter(taken.values())
    for role in plan.roles:
        if role.part in taken or not role.from_roster:
            continue
        name = _named(session, role.from_roster, standing)
        if not name or (run.exercise and busy[name] >= MOST_PARTS):
            continue
        busy[name] += 1
        taken[role.part] = name
        _seat(session, run, role.part, name, by=by, at=at)


def take(
    session: Session,
    number: str,
    part: Part,
    username: str,
    *,
    by: Actor,
    at: datetime,
) -> RunRole:
    """Give a part to somebody: taken, or handed over from who had it.

    In a drill nobody plays more than two parts.
    """
    run = held(session, number, at=at)
    require_participant(session, run, by)
    if run.state not in OPEN:
        raise RefusedInWords(_OVER, number=run.number)
    _require_player(session, username)
    rows = _current(session, run)
    now = next((row for row in rows if row.part is part), None)
    if now is not None and now.username == username:
        return now
    others = sum(row.username == username for row in rows)
    if run.purpose is not Purpose.EMERGENCY and others >= MOST_PARTS:
        raise RefusedInWords(_TOO_MANY, name=plain(username))
    before = now.username if now else ""
    if now is not None:
        now.until = at
    return _seat(session, run, part, username, by=by, at=at, before=before)


def _current(session: Session, run: Run) -> list[RunRole]:
    query = select(RunRole).where(RunRole.run_id == run.id, RunRole.until.is_(None))
    return list(session.scalars(query))


def _seat(  # noqa: PLR0913 - who plays what, by whom and when
    session: Session,
    run: Run,
    part: Part,
    username: str,
    *,
    by: Actor,
    at: datetime,
    before: str = "",
) -> RunRole:
    row = RunRole(run_id=run.id, part=part, username=username, since=at, by=by.username)
    session.add(row)
    detail = {"part": part.value, "username": username, "before": before}
    entry = Entry(what=What.ROLE, by=by.username, at=at, text=username, detail=detail)
    tell(session, run, entry)
    return row


def _named(session: Session, source: str, standing: dict[Post, str]) -> str:
    """Return whom the roster gives; its leader is the lead where none is on duty."""
    post = _POSTS.get(source)
    if post is not None and post in standing:
        return standing[post]
    role = _ROLES.get(source)
    if role is None:
        return ""
    query = (
        select(Person.username)
        .where(Person.role == role, Person.disabled_at.is_(None))
        .order_by(Person.id)
        .limit(1)
    )
    return session.scalar(query) or ""


def _require_player(session: Session, username: str) -> None:
    query = select(Person.role).where(
        Person.username == username, Person.disabled_at.is_(None)
    )
    role = session.scalar(query)
    if role is None:
        raise Absent(_NOBODY, name=plain(username))
    if role not in PLAYERS:
        raise RefusedInWords(_NO_PLAYER, name=plain(username))


_OVER = Words(
    "{number} 已经结束，不能再换人。没有任何改动。",
    "{number} is over: its parts stay as they were. Nothing was changed.",
)
_TOO_MANY = Words(
    "{name} 已经担任两个角色，演练中一人最多两个。请另选一人。没有任何改动。",
    "{name} plays two parts already, the most there are in a drill. Choose somebody "
    "else. Nothing was changed.",
)
_NOBODY = Words(
    "没有 {name} 这个账号，或者它已停用。没有任何改动。",
    "There is no account {name}, or it is disabled. Nothing was changed.",
)
_NO_PLAYER = Words(
    "{name} 是管理员账号，不参与处置。没有任何改动。",
    "{name} is an administrator's account and plays no part. Nothing was changed.",
)
