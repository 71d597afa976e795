"""Who watches the ladder: rungs nobody climbed, calls that reached no one.

It runs apart from what climbs, looks at what should have happened by now, and says so
on the run, to the leads and on the board, once. It leaves a sign of life, so that its
own silence is seen as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import heartbeat
from opsdesk.core.desk import Desk
from opsdesk.core.outbox.models import Delivery, Notice, State
from opsdesk.flows import telling_of_runs as runs
from opsdesk.flows.keep_responses import once_of, plain
from opsdesk.people.models import Role
from opsdesk.people.roster.queries import on_duty
from opsdesk.responses.models import Escalation, Run
from opsdesk.responses.operations import escalating
from opsdesk.responses.queries import ladder
from opsdesk.responses.states import RungState
from probes.finding import Words

LATE = timedelta(minutes=1)
"""How long after it fell due a rung may still be told."""
UNHEARD = timedelta(minutes=5)
"""How long after it was told a call may still be on its way."""
LOOKING_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rung that did not do what it is for, and why."""

    rung_id: int
    number: str
    title: str
    exercise: bool
    why: Words


def sweep(desk: Desk, *, at: datetime) -> int:
    """Raise an alarm for each rung that was not told or not heard; return how many."""
    heartbeat.beat(desk.settings.desk.data, at=at)
    with desk.database.reading() as session:
        found = [*_untold(session, at), *_unheard(session, at)]
    raised = 0
    for alarm in found:
        with desk.database.unit() as session:
            raised += _raise(session, alarm, at=at)
    return raised


def unanswered(session: Session) -> frozenset[int]:
    """Return the ids of open runs whose alarm nobody has answered, for the board."""
    alarmed = (
        select(Escalation.run_id)
        .join(Run, Run.id == Escalation.run_id)
        .where(Run.is_open, Escalation.alarmed_at.is_not(None))
    )
    answered = select(Escalation.run_id).where(Escalation.acknowledged_at.is_not(None))
    return frozenset(session.scalars(alarmed.where(Escalation.run_id.not_in(answered))))


def _raise(session: Session, alarm: Alarm, *, at: datetime) -> bool:
    if not escalating.alarm(session, alarm.rung_id, alarm.why.zh, at=at):
        return False
    words = _ALARM.fill(
        number=alarm.number,
        title=plain(alarm.title),
        zh=alarm.why.zh,
        en=alarm.why.en,
    )
    crew = {one.username for one in on_duty(session, at)}
    runs.say(
        session,
        to=crew | runs.everyone(session, Role.LEAD, Role.SYSTEM),
        number=alarm.number,
        exercise=alarm.exercise,
        words=words,
        at=at,
        once=f"alarm:{alarm.rung_id}",
    )
    return True


def _untold(session: Session, at: datetime) -> list[Alarm]:
    return [
        Alarm(one.id, one.number, one.title, one.exercise, _UNTOLD)
        for one in ladder.missed(session, at=at, grace=LATE)
    ]


def _unheard(session: Session, at: datetime) -> list[Alarm]:
    query = (
        select(Escalation, Run)
        .join(Run, Run.id == Escalation.run_id)
        .where(
            Run.is_open,
            Escalation.state == RungState.TOLD,
            Escalation.alarmed_at.is_(None),
            Escalation.acknowledged_at.is_(None),
            Escalation.told_at <= at - UNHEARD,
            Escalation.told_at > at - LOOKING_BACK,
        )
    )
    found = []
    for rung, run in session.execute(query):
        why = _why_unheard(session, rung.id)
        if why is not None:
            found.append(Alarm(rung.id, run.number, run.title, run.exercise, why))
    return found


def _why_unheard(session: Session, rung_id: int) -> Words | None:
    """Return why nobody can have heard a call; None where somebody has, or may have."""
    told = session.scalars(select(Notice).where(Notice.once == once_of(rung_id))).all()
    if not told:
        return _NO_NOTICE
    if any(one.read_at is not None for one in told):
        return None
    sent = session.scalars(
        select(Delivery.state).where(Delivery.batch.in_({one.batch for one in told}))
    ).all()
    if not sent:
        return _NO_CHANNEL
    return _NOT_DELIVERED if _failed(sent) else None


def _failed(states: Sequence[State]) -> bool:
    return not any(one in (State.SENT, State.PERHAPS) for one in states)


_ALARM = Words(
    "升级告警：{number} {title}：{zh}。请立即用电话联系，并检查运维台。",
    "Escalation alarm: {number} {title}: {en}. Telephone at once, and look at the desk.",
)
_UNTOLD = Words(
    "到时一分钟后仍没有通知", "a rung was not told a minute after it fell due"
)
_NO_NOTICE = Words("没有写下通知", "no notice was written")
_NO_CHANNEL = Words(
    "没有可用的通知渠道，只有页面上能看到",
    "there was no channel to send it through, it is on screen only",
)
_NOT_DELIVERED = Words(
    "五分钟内所有渠道都没有送达", "no channel delivered it within five minutes"
)
