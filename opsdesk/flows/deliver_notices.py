"""Notices leave the desk: to whom, through which channels, and what became of them.

One thread a channel, so that one that hangs keeps no other waiting; each send happens in
a process of its own that is killed at its limit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from opsdesk.core import clock, outbox
from opsdesk.core.desk import Desk
from opsdesk.core.outbox import queries, sending
from opsdesk.core.outbox.composing import compose
from opsdesk.core.outbox.models import Kind, Notice, Preference, Urgency
from opsdesk.core.outbox.sending import Claim, Outcome
from opsdesk.core.outbox.timing import Timing, due
from opsdesk.core.settings import Channel, Settings
from opsdesk.core.settings.quantities import hours
from opsdesk.core.sinks import STARTING, Message, send
from opsdesk.people.models import Person, Role
from probes.finding import Words

AT_ONCE = 200
"""How many notices one tick looks at."""
RECORDING = timedelta(minutes=1)
"""How long a sender may take to write down what it did before it counts as dead."""
DOWN_AFTER = 3
KEEPERS = (Role.LEAD, Role.SYSTEM)

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Crew:
    """This process's senders, one a channel at most."""

    busy: dict[str, threading.Thread] = field(default_factory=dict)

    def start(self, channel: str, work: Callable[[], None]) -> None:
        """Let a thread do the work unless the channel's last one still does."""
        before = self.busy.get(channel)
        if before is None or not before.is_alive():
            thread = threading.Thread(target=work, name=f"notices-{channel}")
            self.busy[channel] = thread
            thread.start()

    def join(self, seconds: float) -> None:
        """Wait for everybody."""
        for thread in self.busy.values():
            thread.join(seconds)


def tick(desk: Desk, crew: Crew, *, stop: threading.Event) -> None:
    """Put new notices on their way and set a sender off for each channel."""
    at = clock.now()
    with desk.database.reading() as session:
        new, lost = queries.anything_new(session), queries.anyone_lost(session, at)
        waiting = queries.channels_waiting(session, at)
    if new or lost:
        with desk.database.unit() as session:
            route(session, desk.settings, at=at)
            sending.reap(session, at=at)
            waiting = queries.channels_waiting(session, at)
    channels = desk.settings.notices.channels
    for gone in waiting - channels.keys():
        with desk.database.unit() as session:
            sending.abandon(session, gone)
    for channel in channels.values():
        if channel.name in waiting and not stop.is_set():
            crew.start(channel.name, partial(_sender, desk, channel, stop))


def route(session: Session, settings: Settings, *, at: datetime) -> int:
    """Say through which channels each new notice goes, and when; return how many."""
    query = select(Notice).where(Notice.routed_at.is_(None)).order_by(Notice.id)
    new = session.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    people = _people(session, {notice.recipient for notice in new})
    broken = {one.name for one in queries.health(session) if one.failures >= DOWN_AFTER}
    for notice in new:
        notice.routed_at = at
        person, wish = people.get(notice.recipient, (None, None))
        if person is not None:
            for channel in _channels(notice, person, settings, broken):
                _enqueue(session, notice, channel, wish, settings)
    return len(new)


def deliver(desk: Desk, channel: Channel, *, stop: threading.Event) -> int:
    """Send what is due through a channel, message by message; return how many."""
    notices = desk.settings.notices
    count = 0
    while not stop.is_set():
        at = clock.now()
        with desk.database.unit() as session:
            taken = sending.claim(
                session,
                channel.name,
                at=at,
                lease=STARTING + notices.timeout + RECORDING,
                per_hour=notices.per_hour,
            )
            message = None if taken is None else _message(session, desk, channel, taken)
            if taken is not None and message is None:
                sending.drop(session, taken, "no-address" if taken.target else "gone")
        if taken is None:
            break
        if message is not None:
            answer = send(channel, message, limit=notices.timeout)
            outcome = Outcome(answer.result, answer.reason, answer.took)
            _keep(desk, taken, outcome, stop=stop)
            count += 1
    return count


def _sender(desk: Desk, channel: Channel, stop: threading.Event) -> None:
    try:
        deliver(desk, channel, stop=stop)
    except Exception:  # the wall: one channel of one tick
        logger.exception("notices.sender_failed", channel=channel.name)


def _people(
    session: Session, names: Iterable[str]
) -> dict[str, tuple[Person, Preference | None]]:
    query = (
        select(Person, Preference)
        .outerjoin(Preference, Preference.username == Person.username)
        .where(Person.username.in_(names), Person.disabled_at.is_(None))
    )
    return {person.username: (person, wish) for person, wish in session.execute(query)}


def _channels(
    notice: Notice, person: Person, settings: Settings, broken: set[str]
) -> list[Channel]:
    every = settings.notices.channels
    if notice.kind is Kind.TEST:
        return [every[notice.subject]] if notice.subject in every else []
    meant = [one for one in every.values() if person.role in one.roles]
    if notice.kind is Kind.SINK_DOWN:  # not through what is down
        return [one for one in meant if one.name not in broken]
    return meant


def _enqueue(
    session: Session,
    notice: Notice,
    channel: Channel,
    wish: Preference | None,
    settings: Settings,
) -> None:
    if channel.personal and (wish is None or not wish.mail):
        return
    timing = timing_of(settings, wish if channel.personal else None)
    seldom = channel.personal and wish is not None and wish.digest_only
    waits = seldom and notice.urgency is Urgency.NORMAL
    when = due(Urgency.DIGEST if waits else notice.urgency, notice.at, timing)
    target = notice.recipient if channel.personal else ""
    sending.enqueue(session, notice, channel=channel.name, target=target, due_at=when)


def timing_of(settings: Settings, wish: Preference | None) -> Timing:
    """Return the hours a person wishes, and where they wish nothing the desk's."""
    notices = settings.notices
    own = wish is not None and wish.quiet
    return Timing(
        zone=settings.desk.timezone,
        quiet=hours(wish.quiet) if wish is not None and own else notices.quiet,
        digest=notices.digest,
        urgent_breaks_quiet=notices.urgent_breaks_quiet,
    )


def _message(
    session: Session, desk: Desk, channel: Channel, taken: Claim
) -> Message | None:
    """Return what to send, in the language of whom it is for; None: to nobody."""
    settings = desk.settings
    to, language = "", str(settings.desk.language)
    if channel.personal:
        person, wish = _people(session, {taken.target}).get(taken.target, (None, None))
        if person is None or wish is None or not wish.mail:
            return None
        to, language = wish.mail, person.language or language
    title, body = compose(
        taken.notices,
        language=language,
        desk=settings.desk.name,
        address=settings.desk.address,
        alone=channel.personal,
    )
    return Message(to=to, title=title, body=body)


def _keep(desk: Desk, taken: Claim, outcome: Outcome, *, stop: threading.Event) -> None:
    """Write down what was done, patiently: what is not written may be sent again."""
    patience = RECORDING.seconds
    for waited in range(patience):
        try:
            with desk.database.unit() as session:
                _record(session, desk.settings, taken, outcome, at=clock.now())
        except DBAPIError as error:
            logger.warning("notices.not_recorded", waited=waited, error=str(error.orig))
            stop.wait(1)
        else:
            return


def _record(
    session: Session,
    settings: Settings,
    taken: Claim,
    outcome: Outcome,
    *,
    at: datetime,
) -> None:
    wish = session.get(Preference, taken.target) if taken.target else None
    timing = timing_of(settings, wish)
    given_up = sending.record(session, taken, outcome, timing=timing, at=at)
    health = sending.health_of(session, taken.channel)
    if health is not None and health.failures >= DOWN_AFTER and health.failing_since:
        since = health.failing_since.isoformat()
        _tell_keepers(
            session,
            taken.channel,
            _DOWN,
            once=f"sink-down:{taken.channel}:{since}",
            at=at,
        )
    if given_up:
        day = clock.local_day(at, settings.desk.timezone)
        once = f"gave-up:{taken.channel}:{taken.target}:{day}"
        _tell_keepers(session, taken.channel, _GAVE_UP, once=once, at=at)


def _tell_keepers(
    session: Session, channel: str, words: Words, *, once: str, at: datetime
) -> None:
    query = select(Person.username).where(Person.role.in_(KEEPERS))
    outbox.tell(
        session,
        to=session.scalars(query.where(Person.disabled_at.is_(None))),
        kind=Kind.SINK_DOWN,
        subject_ref=channel,
        words=words.fill(channel=channel),
        link="/notices/ledger",
        at=at,
        once=once,
    )


_DOWN = Words(
    "通知渠道 {channel} 连续发送失败。通知都已保留，会自动重试；请查看发送台账。",
    "The channel {channel} keeps failing. Every notice is kept and tried again; see the "
    "ledger.",
)
_GAVE_UP = Words(
    "渠道 {channel} 有通知多次重试仍未送出，已停止重试。通知在页面上仍可看到；"
    "排除故障后可在发送台账中重试。",
    "Notices through {channel} were given up after several tries. They are still on "
    "screen; once the trouble is over, retry them from the ledger.",
)
