"""What every way of asking shares: a deadline, an errand, and how it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from probes.server import Limits, Server
from probes.transcript import Outcome, Section


def now() -> datetime:
    """Return the console's wall clock, UTC. A transcript says when it was taken."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock: stepping the wall clock does not move it."""

    at: float

    @classmethod
    def after(cls, limit: timedelta) -> Deadline:
        """Return the moment `limit` from now."""
        return cls(time.monotonic() + limit.total_seconds())

    def within(self, limit: timedelta) -> Deadline:
        """Return the earlier of this deadline and `limit` from now."""
        return Deadline(min(self.at, Deadline.after(limit).at))

    def remaining(self) -> float:
        """Return the seconds left, never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def expired(self) -> bool:
        return time.monotonic() >= self.at


class Question(Protocol):
    """The script as a transport sees it: text to send, and the mark of its markers."""

    @property
    def text(self) -> str: ...
    @property
    def nonce(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One server to ask, what to ask it, and how long it may take."""

    server: Server
    script: Question | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came over the wire once the script had left."""

    outcome: Outcome
    sent: datetime
    detail: str = ""
    stage: str = "read"
    host_key: str = ""
    raw: bytes = b""
    stderr: bytes = b""
    answers: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()


class Trouble(Exception):
    """The visit ended before the script was sent: data, not a bug.

    `stage` is one of connect banner key auth open exec; `detail` is one technical
    line without any secret. `gateway` names the jump host it happened on, if any.
    """

    def __init__(
        self,
        outcome: Outcome,
        stage: str,
        detail: str,
        *,
        host_key: str = "",
        gateway: str = "",
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.stage = stage
        self.detail = detail
        self.host_key = host_key
        self.gateway = gateway


Say = Callable[[str], None]
"""Called with the name of each stage as it begins: connect key auth script."""


def silent(_stage: str) -> None:
    """Tell nobody."""
