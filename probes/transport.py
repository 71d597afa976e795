"""What every way of asking shares: a deadline, an errand, and how it went."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from probes.secret import Secret
from probes.server import Limits, Server, Transport
from probes.transcript import Outcome, Section

STDERR_CAP = 256 * 1024
"""Bytes of a script's error stream that are kept; the rest is read and dropped."""


def end_marker(nonce: str) -> re.Pattern[bytes]:
    """Return what the script's last line looks like; see probes.cutting."""
    return re.compile(re.escape(nonce.encode()) + rb" END \d+\n")


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
    @property
    def names(self) -> tuple[str, ...]: ...


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


_TRANSIENT = {
    (Outcome.REFUSED, "connect"),
    (Outcome.UNREACHED, "connect"),
    (Outcome.REFUSED, "banner"),
}


class Trouble(Exception):
    """The visit ended before the script was sent: data, not a bug.

    `stage` is one of connect banner key auth open exec; `detail` is one technical
    line without any secret. `gateway` names the jump host it happened on, if any.
    `again`: worth another try in the same visit; an authentication never is.
    `instead`: the transport that can do it, when nothing was tried yet.
    """

    instead: Transport | None = None

    def __init__(
        self,
        outcome: Outcome,
        stage: str,
        detail: str,
        *,
        host_key: str = "",
        gateway: str = "",
        again: bool | None = None,
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.stage = stage
        self.detail = detail
        self.host_key = host_key
        self.gateway = gateway
        self.again = (outcome, stage) in _TRANSIENT if again is None else again


def reveal(secret: Secret) -> str:
    """Return a secret's value. Raises Trouble, naming its reference alone."""
    try:
        return secret.reveal()
    except Exception as error:  # noqa: BLE001 – each store fails in its own way
        said = str(error) or type(error).__name__
        detail = f"cannot fetch {secret.reference}: {said}"
        raise Trouble(Outcome.AUTH_FAILED, "auth", detail) from None


Say = Callable[[str], None]
"""Called with the name of each stage as it begins: connect key auth script."""


def silent(_stage: str) -> None:
    """Tell nobody."""


class Call:
    """One visit in progress: its deadline, and what must be closed when it is up.

    Paramiko waits for some answers without any limit, so the deadline is held by a
    timer that closes the wire under it. `hang_up` does the same from outside, when
    the round is stopped.
    """

    def __init__(self, deadline: Deadline, say: Say = silent) -> None:
        self.deadline = deadline
        self.say = say
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []
        self._timer = threading.Timer(deadline.remaining(), self.hang_up)

    def __enter__(self) -> Call:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def is_late(self, deadline: Deadline) -> bool:
        """Say whether `deadline` has passed, or the visit was hung up by its own."""
        return deadline.expired or self.ended.is_set()

    def hold(self, close: Callable[[], None]) -> None:
        """Have `close` called when time is up; at once when it is up already."""
        with self._lock:
            self._closers.append(close)
        if self.ended.is_set():
            close()

    def hang_up(self) -> None:
        """Close everything the visit holds; what it waits for ends."""
        self.ended.set()
        with self._lock:
            closers = self._closers[::-1]
        for close in closers:
            close()
