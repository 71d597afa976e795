"""The scheduler's tick: run what is due, record what was missed, take over what died."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import CLOCK_BOOTTIME, clock_gettime, monotonic
from typing import TypeVar

import structlog
from sqlalchemy.exc import IntegrityError

from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.core.runner import alive, me
from opsdesk.flows import inspect_estate
from opsdesk.inspections.models import Round, Slot
from opsdesk.inspections.operations import rounds
from opsdesk.inspections.queries import running
from opsdesk.inspections.slots import DueSlot, Fate, Timetable, due

log = structlog.get_logger(__name__)

Known = TypeVar("Known")

LOOK_BACK = timedelta(days=14)
"""How far back a tick looks for slots without a row (a desk that was off longer)."""

SILENT_AFTER = 45.0
"""Seconds by our own clock after which a round without a beat is taken over."""

JUMP = timedelta(minutes=2)
SCHEDULER = "scheduler"


PATIENCE, MOST_PATIENCE = 10.0, 600.0
"""Seconds before a round that fell is tried again; they double up to the most."""

_running: set[int] = set()
_taking = threading.Lock()
"""The rounds that this process is in the middle of, whichever thread runs them."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A round that this process began and could not go on with, and when to retry."""

    times: int
    again_at: float  # by our own monotonic clock


@dataclass(slots=True)
class Observed:
    """What this scheduler process has seen since it began; nothing else remembers."""

    started: datetime
    wall: datetime
    boot: float
    jump: str = ""
    beats: dict[int, tuple[datetime | None, float]] = field(default_factory=dict)
    fell: dict[int, Fall] = field(default_factory=dict)


def observe(at: datetime) -> Observed:
    """Begin to watch."""
    return Observed(started=at, wall=at, boot=clock_gettime(CLOCK_BOOTTIME))


def tick(desk: Desk, seen: Observed, *, stop: threading.Event) -> None:
    """Do everything that is due at this moment. Safe to ring twice, or in two places."""
    at = clock.now()
    _note_jump(seen, at, clock_gettime(CLOCK_BOOTTIME))
    _write_due_slots(desk, seen, at)
    _take_over(desk, seen, stop)
    with desk.database.reading() as session:
        waiting = running.due_rounds(session)
    for round_id in waiting:
        if stop.is_set():
            return
        _run(desk, round_id, seen, stop)


def timetable(desk: Desk) -> Timetable:
    """Return the configured slots."""
    inspections = desk.settings.inspections
    return Timetable(
        slots=[(Slot(name), at) for name, at in inspections.slots],
        zone=desk.settings.desk.timezone,
        catch_up=inspections.catch_up,
    )


def _note_jump(seen: Observed, at: datetime, boot: float) -> None:
    """Tell a stepped clock from a machine that slept: the boot clock counts sleep."""
    expected = seen.wall + timedelta(seconds=boot - seen.boot)
    if abs(at - expected) > JUMP:
        seen.jump = f"clock stepped by {round((at - expected).total_seconds())} s"
        log.warning("clock.stepped", seconds=(at - expected).total_seconds())
    seen.wall, seen.boot = at, boot


def _write_due_slots(desk: Desk, seen: Observed, at: datetime) -> None:
    table = timetable(desk)
    with desk.database.reading() as session:
        first = running.first_round_at(session) or seen.started
        since = max(first, at - LOOK_BACK)
        taken = running.taken_slots(
            session, since=since.astimezone(table.zone).date() - timedelta(days=1)
        )
    for slot in due(table, taken, since=since, at=at):
        _write_slot(desk, slot, reason=_reason(slot, seen, at), at=at)


def _reason(slot: DueSlot, seen: Observed, at: datetime) -> str:
    """Return why a slot is late or missed, as far as this process can know."""
    if slot.fate is Fate.RUN:
        return ""
    if seen.jump:
        return seen.jump
    if slot.due_at < seen.started:
        return (
            f"scheduler was not running until {seen.started.isoformat('T', 'seconds')}"
        )
    minutes = round((at - slot.due_at).total_seconds() / 60)
    return f"scheduler was held up or the machine slept for {minutes} min"


def _write_slot(desk: Desk, slot: DueSlot, *, reason: str, at: datetime) -> None:
    plan = rounds.Plan(
        day=slot.day,
        slot=slot.slot,
        servers=desk.settings.servers,
        by=SCHEDULER,
        due_at=slot.due_at,
        late=slot.fate is Fate.LATE,
        reason=reason,
    )
    write = rounds.miss if slot.fate is Fate.MISSED else rounds.request
    try:
        with desk.database.unit() as session:
            row = write(session, plan, at=at)
    except IntegrityError:  # another scheduler wrote the row at this very moment
        return
    if row is not None:
        log.info("slot", key=slot.key, fate=slot.fate.value, number=row.number)


def _take_over(desk: Desk, seen: Observed, stop: threading.Event) -> None:
    with desk.database.reading() as session:
        under_way = running.running_rounds(session)
    live = {row.id for row in under_way}
    _forget(seen.beats, live)
    _forget(seen.fell, live)
    for row in under_way:
        if not stop.is_set() and _is_dead(row, seen):
            _take(desk, row, seen, stop)


def _take(
    desk: Desk, row: running.RunningRound, seen: Observed, stop: threading.Event
) -> None:
    with _held(row.id) as free:
        if not free:
            return
        with desk.database.unit() as session:
            taken = rounds.take_over(
                session, row.id, dead=row.runner, runner=me(), at=clock.now()
            )
        if taken:
            log.warning("round.taken_over", number=row.number, dead=row.runner)
            _finish_round(desk, row.id, seen, stop)


def _forget(known: dict[int, Known], live: set[int]) -> None:
    for round_id in set(known) - live:
        del known[round_id]


def _is_dead(row: running.RunningRound, seen: Observed) -> bool:
    """Say whether nobody runs a round: its process is gone, or its beat stands still.

    The beat is compared with our own monotonic clock, never with the wall.
    """
    if row.runner == me():  # ours: it fell, unless a thread of ours is still at it
        fall = seen.fell.get(row.id)
        waits = fall is not None and monotonic() < fall.again_at
        return row.id not in _running and not waits
    lives = alive(row.runner)
    if lives is False:
        return True
    last, since = seen.beats.get(row.id, (None, 0.0))
    if row.id not in seen.beats or last != row.beat_at:
        seen.beats[row.id] = (row.beat_at, monotonic())
        return False
    return monotonic() - since > SILENT_AFTER


def _run(desk: Desk, round_id: int, seen: Observed, stop: threading.Event) -> None:
    with _held(round_id) as free:
        if free and inspect_estate.claim(desk, round_id, runner=me()):
            _finish_round(desk, round_id, seen, stop)


@contextmanager
def _held(round_id: int) -> Iterator[bool]:
    """Keep a round from the other threads of this process; False: one of them has it."""
    with _taking:
        free = round_id not in _running
        _running.add(round_id)
    try:
        yield free
    finally:
        if free:
            _running.discard(round_id)


def _finish_round(
    desk: Desk, round_id: int, seen: Observed, stop: threading.Event
) -> None:
    """Run a round of ours to its end; one that falls is left to a later tick.

    Nothing of one round may keep the others from being run: the database that went
    away, the full disk or the mistake of ours is logged, and tried again later.
    """
    try:
        _go_on(desk, round_id, stop)
    except Exception:
        times = seen.fell[round_id].times + 1 if round_id in seen.fell else 1
        patience = min(PATIENCE * 2 ** (times - 1), MOST_PATIENCE)
        seen.fell[round_id] = Fall(times, monotonic() + patience)
        log.exception("round.fell", round=round_id, times=times, again_in=patience)


def _go_on(desk: Desk, round_id: int, stop: threading.Event) -> None:
    with desk.database.reading() as session:
        round_ = session.get_one(Round, round_id)
    order = inspect_estate.Order(
        round_id=round_id, runner=me(), weekly=_is_weekly(desk, round_)
    )
    done = inspect_estate.run(desk, order, stop=stop)
    log.info("round", number=round_.number, slot=round_.slot.value, finished=done)


def _is_weekly(desk: Desk, round_: Round) -> bool:
    """Say whether the questions of the week are asked: one morning, as configured."""
    weekday = desk.settings.inspections.weekly_day
    return round_.slot is Slot.MORNING and round_.day.weekday() == weekday
