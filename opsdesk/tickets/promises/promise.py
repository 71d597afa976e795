"""What a promise is, what its clock hears, and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from probes.finding import Words


class What(StrEnum):
    """What a clock hears of a ticket."""

    STARTED = "started"  # the earliest sign: alarm, call, portal
    RESPONDED = "responded"
    COMPLEX = "complex"  # declared a complex fault
    RESTORED = "restored"
    RELEASED = "released"  # or: no release is needed
    WAITING = "waiting"  # for the customer
    RESUMED = "resumed"
    REOPENED = "reopened"
    PLAN_REPORTED = "plan-reported"
    ENDED = "ended"  # closed or void: whatever still ran stops


class Occurrence(NamedTuple):
    """One thing that happened."""

    at: datetime
    what: What


class State(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    STOPPED = "stopped"  # ended without being met


@dataclass(frozen=True, slots=True)
class Within:
    """A length of service time."""

    service: timedelta


@dataclass(frozen=True, slots=True)
class ByEndOf:
    """24:00 of the n-th service day after the day it began (0: that day itself).

    What begins at `cutoff` or later counts as begun on the next service day.
    """

    days: int
    cutoff: time | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed: by when, what fulfils it, and whether waiting stops the clock."""

    name: str
    label: Words
    target: Within | ByEndOf
    met_by: What
    pauses: bool = False


class Stretch(NamedTuple):
    """A clock's state over [since, until)."""

    state: State
    since: datetime
    until: datetime


class Run(NamedTuple):
    """Everything a clock went through, and the state it has been in since when.

    A state that is over for good, met or stopped, is no stretch: it has no end.
    """

    stretches: tuple[Stretch, ...]
    state: State
    since: datetime

    @property
    def running(self) -> tuple[Stretch, ...]:
        return tuple(one for one in self.stretches if one.state is State.RUNNING)


def _unexplained(_reading: Reading) -> tuple[Words, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clock at a moment. `deadline` moves while it is paused: as if it went on now.

    `literal` is the deadline without the cut-off; `budget` the service time allowed.
    """

    promise: Promise
    state: State
    elapsed: timedelta
    budget: timedelta
    deadline: datetime
    literal: datetime
    met_at: datetime | None
    breached: bool
    why: Callable[[Reading], tuple[Words, ...]] = field(
        default=_unexplained, repr=False, compare=False
    )

    @property
    def explanation(self) -> tuple[Words, ...]:
        """Why it reads so, said only to those who ask: a sweep does not."""
        return self.why(self)

    @property
    def left(self) -> timedelta:
        return self.budget - self.elapsed
