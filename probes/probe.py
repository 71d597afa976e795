"""A probe is a value: what it asks, how the answer is read, how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from probes.finding import Finding, Severity, Words
from probes.server import Server
from probes.transcript import Section


class Cadence(StrEnum):
    """How often a question is worth its cost."""

    ROUND = "round"  # thrice a day
    WEEKLY = "weekly"


class Unreadable(Exception):
    """A line the reader cannot place. It is shown, kept, and re-read by a replay."""


class Absent(Exception):
    """The machine has no such thing (no `systemctl`, no RAID): not a failure."""


class Denied(Exception):
    """The account may not see this. It is a state of its own, never "normal"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One threshold. `above`: bad when greater or equal; else when less or equal.

    A subject that stands at a severity stays there until it has passed `clear`
    (hysteresis). `None` switches a level off.
    """

    name: str  # e.g. filesystem_used_percent; the key in config.yaml
    warning: float | None
    critical: float | None
    clear: float | None = None
    unit: str = ""
    above: bool = True


class Reading(NamedTuple):
    """One number of a visit that makes a trend: `name{label}`.

    `name` ends in its unit (`filesystem_used_percent`), `label` is the subject or "".
    Keep the number of labels per server small: mounts, interfaces, disks; never PIDs.
    """

    name: str
    label: str
    value: float


class Sample(NamedTuple):
    """One past reading."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a judge may know besides the facts.

    - `sent`: when the script left the console, for clock offsets.
    - `previous`: the facts of this probe's last readable answer, or None.
    - `standing`: severity by subject of this probe's findings at the last visit.
    - `since_previous`: time between the two answers.
    - `same_boot`: both are from one boot, so counters can be subtracted.
    - `history(name, label)`: past readings, oldest first, at least 14 days where
      they exist, without today's.
    """

    server: Server
    at: datetime
    sent: datetime | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)
    previous: Any = None
    standing: Mapping[str, Severity] = field(default_factory=dict)
    since_previous: timedelta | None = None
    same_boot: bool = False
    history: Callable[[str, str], Sequence[Sample]] = lambda _name, _label: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing looked at.

    `ask` is the body of a POSIX-sh function (None: the answer comes by a check);
    `facts` is a frozen dataclass of JSON-able fields, `read` places every line of the
    section in it or raises Unreadable, Absent or Denied; `judge` yields findings;
    `readings` yields the numbers worth a trend. `seconds` bounds the question on the
    server. The `ask` text is a constant: what differs by server comes in through the
    shell variables that `probes.script` sets.
    """

    name: str
    title: Words
    facts: type[Any]
    read: Callable[[Section], Any]
    ask: str | None = None
    judge: Callable[[Any, Circumstances], Iterable[Finding]] = lambda _f, _c: ()
    readings: Callable[[Any], Iterable[Reading]] = lambda _f: ()
    limits: tuple[Limit, ...] = ()
    seconds: int = 5
    cadence: Cadence = Cadence.ROUND


def severity(
    value: float, limit: Limit, *, standing: Severity | None = None
) -> Severity | None:
    """Return how bad a number is, remembering where it stood.

    A value past `critical` is critical, past `warning` a warning; one that fell back
    but has not yet passed `clear` keeps a warning.
    """
    if _past(value, limit.critical, above=limit.above):
        return Severity.CRITICAL
    if _past(value, limit.warning, above=limit.above):
        return Severity.WARNING
    if standing and limit.clear is not None and not _cleared(value, limit):
        return Severity.WARNING
    return None


def _past(value: float, bound: float | None, *, above: bool) -> bool:
    if bound is None:
        return False
    return value >= bound if above else value <= bound


def _cleared(value: float, limit: Limit) -> bool:
    clear = limit.clear
    if clear is None:
        return True
    return value < clear if limit.above else value > clear
