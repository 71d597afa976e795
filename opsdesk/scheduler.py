"""The scheduler's own process: APScheduler rings, each job is one line calling a flow."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from opsdesk.core import audit, clock, log
from opsdesk.core.desk import Desk, is_demo, open_desk
from opsdesk.core.settings import load
from opsdesk.flows import deliver_notices, keep_desk, keep_slots, run_plan

SECONDS_BETWEEN_TICKS = 3
SECONDS_BETWEEN_STEPS = 2
SECONDS_BETWEEN_SWEEPS = 15
MINUTES_BETWEEN_REMINDERS = 20
LOCKED = 3
"""Exit status of a second scheduler on the same data folder."""

logger = structlog.get_logger(__name__)


def build(
    desk: Desk, seen: keep_slots.Observed, stop: threading.Event
) -> BackgroundScheduler:
    """Return the scheduler with every job written out by hand."""
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    _prove(scheduler, desk, stop)
    if is_demo(desk.settings):  # made-up servers are not to be connected to
        _every_sweep(scheduler, desk, keep_desk.papers)
        return scheduler
    scheduler.add_job(
        keep_slots.tick,
        "interval",
        seconds=SECONDS_BETWEEN_TICKS,
        args=[desk, seen],
        kwargs={"stop": stop},
        id="keep_slots",
        next_run_time=clock.now(),
    )
    scheduler.add_job(
        deliver_notices.tick,
        "interval",
        seconds=SECONDS_BETWEEN_TICKS,
        args=[desk, deliver_notices.Crew()],
        kwargs={"stop": stop},
        id="deliver_notices",
    )
    scheduler.add_job(
        run_plan.tick,
        "interval",
        seconds=SECONDS_BETWEEN_STEPS,
        args=[desk, run_plan.Workshop()],
        kwargs={"stop": stop},
        id="run_plan",
    )
    _keep_the_desk(scheduler, desk)
    return scheduler


def _prove(scheduler: BackgroundScheduler, desk: Desk, stop: threading.Event) -> None:
    """Add the weekly reading again of the archive: it looks often whether it is due."""
    scheduler.add_job(
        keep_desk.prove,
        "interval",
        minutes=MINUTES_BETWEEN_REMINDERS,
        args=[desk],
        kwargs={"stop": stop},
        id="keep_desk.prove",
        next_run_time=clock.now() + timedelta(seconds=SECONDS_BETWEEN_SWEEPS),
    )


def _keep_the_desk(scheduler: BackgroundScheduler, desk: Desk) -> None:
    """Add what the registers do by themselves: often, hourly, daily."""
    _every_sweep(scheduler, desk, keep_desk.tick)
    _ring(scheduler, desk, keep_desk.remind, minutes=MINUTES_BETWEEN_REMINDERS)
    _ring(scheduler, desk, keep_desk.recount, days=1)


def _every_sweep(
    scheduler: BackgroundScheduler, desk: Desk, job: Callable[[Desk], None]
) -> None:
    _ring(scheduler, desk, job, seconds=SECONDS_BETWEEN_SWEEPS)


def _ring(
    scheduler: BackgroundScheduler,
    desk: Desk,
    job: Callable[[Desk], None],
    **every: int,
) -> None:
    scheduler.add_job(
        job,
        "interval",
        **every,
        args=[desk],
        id=f"keep_desk.{job.__name__}",
        next_run_time=clock.now(),
    )


def run(desk: Desk, stop: threading.Event) -> None:
    """Ring until `stop` is set; a round under way is left to be taken over."""
    scheduler = build(desk, keep_slots.observe(clock.now()), stop)
    scheduler.start()
    logger.info("scheduler.started", pid=os.getpid())
    stop.wait()
    scheduler.shutdown(wait=True)
    logger.info("scheduler.stopped", pid=os.getpid())


@contextmanager
def alone(data: Path) -> Iterator[bool]:
    """Hold the data folder's scheduler lock; yields False when another holds it."""
    with (data / "scheduler.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def main(config: Path) -> int:
    """Run as a process of its own until SIGTERM or SIGINT."""
    settings = load(config, environ=os.environ)
    log.to_stderr()
    audit.use_key(settings.desk.data / "keys" / "audit.key")
    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    with alone(settings.desk.data) as free:
        if not free:
            logger.error("scheduler.locked", data=str(settings.desk.data))
            return LOCKED
        run(open_desk(settings), stop)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
