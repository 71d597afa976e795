"""One round from the ring of the clock to the last verdict written down."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.flows import judge_visit
from opsdesk.inspections.models import Round, Slot, Visit
from opsdesk.inspections.operations import review, rounds, visits
from opsdesk.inspections.queries import past
from opsdesk.inspections.queries.running import pending_visits
from opsdesk.inspections.verdict import Heard, Verdict
from probes import catalogue, script
from probes.rounds import Step, walk
from probes.server import Server
from probes.transcript import Transcript, pack
from probes.transport import Errand

BEAT = timedelta(seconds=10)
_FAST = 4
"""A round this many times quicker than usual is suspect."""

log = structlog.get_logger(__name__)

Watch = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Order:
    """Which round is run, by which process, how it is watched."""

    round_id: int
    runner: str
    weekly: bool = False
    on: Watch | None = None


def run(desk: Desk, order: Order, *, stop: threading.Event | None = None) -> bool:
    """Ask every server of a claimed round that has not been asked yet, and finish it.

    Returns False when it was stopped before the last server; the round then stays
    running, and says so, until it is taken over. Every transcript is stored before
    it is read, every server is written down in its own unit.
    """
    began = monotonic()
    with desk.database.reading() as session:
        round_ = session.get_one(Round, order.round_id)
        pending = {visit.server: visit for visit in pending_visits(session, round_.id)}
    tasks = _tasks(desk, round_, pending, weekly=order.weekly)
    with _beating(desk, order):
        done = _ask(desk, order, tasks, stop)
    if not done:
        return False
    took_ms = round((monotonic() - began) * 1000)
    with desk.database.unit() as session:
        _drop_unknown(session, order.round_id, set(pending) - set(tasks))
        _finish(session, order.round_id, took_ms=took_ms)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One server of the round: what to ask, and what is known of it already."""

    errand: Errand
    visit: Visit  # as it stood before the round began to ask
    memory: judge_visit.Memory


def _tasks(
    desk: Desk, round_: Round, pending: Mapping[str, Visit], *, weekly: bool
) -> dict[str, _Task]:
    wanted = [server for server in desk.settings.servers if server.name in pending]
    with desk.database.reading() as session:
        memories = judge_visit.remember(session, wanted, at=clock.now())
    return {
        server.name: _Task(
            errand=_errand(
                desk, server, round_, memories[server.name].before, weekly=weekly
            ),
            visit=pending[server.name],
            memory=memories[server.name],
        )
        for server in wanted
    }


def _errand(
    desk: Desk,
    server: Server,
    round_: Round,
    before: past.Before | None,
    *,
    weekly: bool,
) -> Errand:
    limits = desk.settings.inspections.limits
    if not server.has_shell:
        return Errand(server=server, script=None, limits=limits)
    composed = script.compose(
        catalogue.questions(server, weekly=weekly),
        server,
        nonce=secrets.token_hex(8),
        skip_mounts=() if round_.slot is Slot.MORNING else _hung(before, server.name),
    )
    return Errand(server=server, script=composed, limits=limits)


def _hung(before: past.Before | None, server: str) -> tuple[str, ...]:
    """Name the mounts that hung last time: each look at one leaves a process behind.

    They are tried again once a day, in the morning round. Facts kept by a version that
    wrote others cost nobody the round.
    """
    if before is None:
        return ()
    try:
        filesystems = before.facts.get("facts", {}).get("filesystems") or ()
        return tuple(row["mount"] for row in filesystems if row.get("hung"))
    except (LookupError, TypeError, AttributeError):
        log.exception("facts.unreadable", server=server)
        return ()


def _ask(
    desk: Desk,
    order: Order,
    tasks: dict[str, _Task],
    stop: threading.Event | None,
) -> bool:
    inspections = desk.settings.inspections
    answers = walk(
        [task.errand for task in tasks.values()],
        workers=inspections.workers,
        per_gateway=inspections.per_gateway,
        on=order.on,
    )
    with closing(answers):
        for transcript in answers:
            _take_down(desk, tasks[transcript.server], transcript)
            if stop is not None and stop.is_set():
                return False
    return True


def _take_down(desk: Desk, task: _Task, transcript: Transcript) -> None:
    """Keep the bytes, then read, judge and record one server.

    Here is the wall around one server: a mistake of ours over its answer is logged,
    its visit says so, the bytes stay for a replay, and the round goes on. A database or
    a disk that is away is nobody's answer: that is raised.
    """
    errand = task.errand
    asked = errand.script.names if errand.script else ()
    transcript = replace(transcript, asked=asked)
    sha256 = desk.store.put(pack(transcript))
    heard = judge_visit.hear(transcript, sha256)
    try:
        _record(
            desk,
            task.visit,
            heard,
            lambda session, at: judge_visit.judge(
                session, errand.server, transcript, at=at, memory=task.memory
            ),
        )
    except (OperationalError, InterfaceError):
        raise
    except Exception as bug:
        log.exception("visit.unjudged", server=errand.server.name)
        verdict = judge_visit.unjudged(bug)
        _record(desk, task.visit, heard, lambda _session, _at: verdict)


def _record(
    desk: Desk,
    visit: Visit,
    heard: Heard,
    verdict_of: Callable[[Session, datetime], Verdict],
) -> None:
    at = clock.now()
    with suppress(_TakenOver), desk.database.unit() as session:
        verdict = verdict_of(session, at)
        if not visits.record(session, visit, heard, verdict, at=at):
            raise _TakenOver


class _TakenOver(Exception):
    """Another process has written this visit down meanwhile; this one gives way."""


def _drop_unknown(session: Session, round_id: int, names: set[str]) -> None:
    """Say of servers that left the configuration in mid-round why they have no answer."""
    for visit in pending_visits(session, round_id):
        if visit.server in names:
            visit.outcome = "unreached"
            visit.detail = "no longer in the configuration"


def _finish(session: Session, round_id: int, *, took_ms: int) -> None:
    at = clock.now()
    answers = past.answers_of(session, round_id)
    usual = past.usual_duration_ms(session, servers=len(answers))
    suspect = "; ".join(_suspicions(answers, took_ms, usual))
    round_ = rounds.finish(session, round_id, at=at, took_ms=took_ms, suspect=suspect)
    visits.count_states(session, round_)
    session.flush()
    review.settle(session, round_, at=at)


def _suspicions(
    answers: Iterable[tuple[str, str | None, str | None]],
    took_ms: int,
    usual: int | None,
) -> Iterator[str]:
    """Yield why a round looks too good to be true: machine-readable, one word each."""
    if usual is not None and took_ms * _FAST < usual:
        yield f"too-fast {took_ms} {usual}"
    for server, sha256, before in answers:
        if sha256 is not None and sha256 == before:
            yield f"unchanged {server}"


@contextmanager
def _beating(desk: Desk, order: Order) -> Iterator[None]:
    """Say every few seconds that this process is still running the round."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT.total_seconds()):
            # A beat that cannot be written is one beat less: the round goes on, and
            # whoever would take it over also sees that this process lives.
            with suppress(SQLAlchemyError), desk.database.unit() as session:
                rounds.beat(
                    session, order.round_id, runner=order.runner, at=clock.now()
                )

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def request(desk: Desk, plan: rounds.Plan, *, at: datetime) -> tuple[int, str] | None:
    """Write a round down as due; returns its id and number, None if the slot is taken."""
    with desk.database.unit() as session:
        round_ = rounds.request(session, plan, at=at)
        return (round_.id, round_.number) if round_ else None


def request_in(session: Session, plan: rounds.Plan, *, at: datetime) -> str:
    """Write an ad-hoc round down as due, in the caller's unit; returns its number."""
    round_ = rounds.request(session, plan, at=at)
    assert round_ is not None  # ad-hoc rounds have no lock to lose
    return round_.number


def claim(desk: Desk, round_id: int, *, runner: str) -> bool:
    """Take a due round; True for exactly one caller."""
    with desk.database.unit() as session:
        return rounds.claim(session, round_id, runner=runner, at=clock.now())
