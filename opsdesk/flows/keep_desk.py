"""What the desk does by itself every few seconds, each part behind a wall of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog

from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.flows import (
    audit_escalations,
    check_again,
    compare_rounds,
    export_audit,
    follow_up,
    keep_drills,
    keep_promises,
    keep_responses,
    keep_roster,
    print_reports,
    raise_incidents,
    read_documents,
    recount_promises,
    remind_duties,
    verify_archive,
    watch_staff,
)

log = structlog.get_logger(__name__)

PARTS: tuple[tuple[str, Callable[..., int]], ...] = (
    ("incidents", raise_incidents.sweep),
    ("checks", check_again.collect),
    ("promises", keep_promises.sweep),
    ("library", compare_rounds.sweep),
    ("roster", keep_roster.sweep),
    ("responses", keep_responses.sweep),
    ("escalations", audit_escalations.sweep),
    ("staff", watch_staff.sweep),
    ("reports", print_reports.sweep),
    ("archive", read_documents.sweep),
)

PAPERS = frozenset({"reports", "archive"})
"""The parts that only print and read papers: all that is done over made-up data."""

REMINDERS: tuple[tuple[str, Callable[..., int]], ...] = (
    ("duties", remind_duties.sweep),
    ("audit", export_audit.sweep),
    ("reviews", keep_responses.reviews),
    ("improvements", follow_up.remind),
    ("drills", keep_drills.sweep),
    ("reports", print_reports.order_due),
)


def tick(desk: Desk) -> None:
    """Do each part; a mistake in one is logged and keeps none of the others back."""
    at = clock.now()
    for name, part in PARTS:
        _do(desk, name, part, at)


def papers(desk: Desk) -> None:
    """Do what concerns papers alone: it connects to nothing and tells no time."""
    at = clock.now()
    for name, part in PARTS:
        if name in PAPERS:
            _do(desk, name, part, at)


def remind(desk: Desk) -> None:
    """Say what falls due, and export the audit; three times an hour is enough."""
    at = clock.now()
    for name, part in REMINDERS:
        _do(desk, name, part, at)


def recount(desk: Desk) -> None:
    """Count open deadlines anew, once a day and whenever the scheduler begins."""
    _do(desk, "deadlines", recount_promises.sweep, clock.now())


def prove(desk: Desk, *, stop: threading.Event) -> None:
    """Read the archive again where a week has passed; minutes, in a job of its own."""
    _do(desk, "proof", partial(verify_archive.sweep, stop=stop), clock.now())


def _do(desk: Desk, name: str, part: Callable[..., int], at: datetime) -> None:
    try:
        done = part(desk, at=at)
    except Exception:
        log.exception("desk.fell", part=name)
        return
    if done:
        log.info("desk.kept", part=name, done=done)
