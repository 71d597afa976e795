"""Nobody on post, nobody handing over: whom it concerns is told, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Kind, Notice, Urgency
from opsdesk.core.outbox.operations import tell
from opsdesk.people.handover.queries import due
from opsdesk.people.roster.queries import absences, on_duty
from opsdesk.people.roster.shifts import turns
from opsdesk.people.roster.telling import leads
from probes.finding import Words

RECENT = timedelta(hours=2)
"""How long after a shift ended its hand-over is still asked for by notice."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to be said, under the key that keeps it from being said twice."""

    once: str
    kind: Kind
    urgency: Urgency
    subject: str
    words: Words
    link: str
    to: frozenset[str]


def sweep(desk: Desk, *, at: datetime) -> int:
    """Tell of absences and of hand-overs nobody began; return how many were told."""
    with desk.database.reading() as session:
        alarms = [*_absences(session, at), *_handovers(session, desk, at)]
        keys = [one.once for one in alarms]
        told = set(session.scalars(select(Notice.once).where(Notice.once.in_(keys))))
    fresh = [one for one in alarms if one.once not in told]
    if not fresh:
        return 0
    with desk.database.unit() as session:
        return sum(_say(session, one, at) for one in fresh)


def _absences(session: Session, at: datetime) -> Iterator[Alarm]:
    missing = absences(session, at)
    if not missing:
        return
    present = {one.username for one in on_duty(session, at)}
    for row in missing:
        yield Alarm(
            once=f"absent:{row.id}",
            kind=Kind.DUTY_DUE,
            urgency=Urgency.NOW,
            subject=f"{row.day} {row.shift}",
            words=_ABSENT.fill(name=row.name, day=row.day, shift=row.shift),
            link="/roster",
            to=frozenset(present | leads(session) | {row.username}),
        )


def _handovers(session: Session, desk: Desk, at: datetime) -> Iterator[Alarm]:
    settings = desk.settings
    today = local_day(at, settings.desk.timezone)
    shifts = settings.roster.shifts
    near = turns(today - 2 * DAY, today + DAY, shifts, settings.desk.timezone)
    for one in due(session, near, at):
        ended = at - one.turn.ends_at
        if not timedelta() <= ended <= RECENT:
            continue
        coming = {who.username for who in on_duty(session, one.turn.ends_at)}
        late = one.late_by(at) is not None
        more = leads(session) if late else set()
        yield Alarm(
            once=f"handover:{one.turn.ends_at.isoformat()}{':late' if late else ''}",
            kind=Kind.HANDOVER_DUE,
            urgency=Urgency.NOW if late else Urgency.NORMAL,
            subject=f"{one.turn.day} {one.turn.shift}",
            words=(_LATE if late else _DUE).fill(
                day=one.turn.day, shift=one.turn.shift
            ),
            link="/handovers",
            to=frozenset({row.username for row in one.crew} | coming | more),
        )


def _say(session: Session, alarm: Alarm, at: datetime) -> int:
    return tell(
        session,
        to=alarm.to,
        kind=alarm.kind,
        subject_ref=alarm.subject,
        words=alarm.words,
        link=alarm.link,
        at=at,
        urgency=alarm.urgency,
        once=alarm.once,
    )


_ABSENT = Words(
    "{name} 在 {day} {shift} 上班 15 分钟后还没有签到，请联系并安排顶岗。",
    "{name} has not signed in 15 minutes after {day} {shift} began: call, and find a "
    "substitute.",
)
_DUE = Words(
    "{day} {shift} 已经下班，还没有交接班，请交接。",
    "{day} {shift} is over and was not handed over yet.",
)
_LATE = Words(
    "{day} {shift} 的交接班晚了 15 分钟以上。",
    "The hand-over of {day} {shift} is more than 15 minutes late.",
)
