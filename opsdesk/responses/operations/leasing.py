"""Automatic steps: taken by a worker, kept by renewing, answered, or lost.

A begun automatic step waits, unleased, for a worker. A worker takes it by a conditional
write, renews while it works, answers. A lease that ran out makes the step UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.responses.states import Section
from runbooks.plan import Action

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An automatic step that a worker holds, with its arguments filled in."""

    step_id: int
    run_id: int
    number: str
    exercise: bool
    section: Section
    key: str
    attempt: int
    action: Action
    arguments: Mapping[str, str]
    expect: Mapping[str, str]  # of a precheck: its tolerance
    timeout: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the action came to: compared with `expect` by who ran it."""

    ok: bool
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def queued(session: Session, *, most: int = 20) -> tuple[int, ...]:
    """Return the ids of begun automatic steps that no worker holds, oldest first.

    Steps of paused runs wait.
    """
    raise NotImplementedError


def lease(
    session: Session,
    step_id: int,
    *,
    worker: str,
    at: datetime,
    last: timedelta = LEASE,
) -> Work | None:
    """Take a queued step; None: somebody else has it, or it waits no more."""
    raise NotImplementedError


def renew(
    session: Session,
    work: Work,
    *,
    worker: str,
    at: datetime,
    last: timedelta = LEASE,
) -> bool:
    """Keep a step; False: it was lost, resolved or ended meanwhile."""
    raise NotImplementedError


def answer(
    session: Session, work: Work, came: Answer, *, worker: str, at: datetime
) -> bool:
    """Write what came of a step and what follows from it.

    False: it was lost meanwhile; the answer is then kept in the timeline only.
    """
    raise NotImplementedError


def lose(session: Session, *, at: datetime) -> int:
    """Make steps whose lease ran out UNKNOWN; return how many."""
    raise NotImplementedError
