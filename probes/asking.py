"""What every other way of asking shares: one clock, one shape of answer.

An answer is a Section whose stdout is one JSON object: what was `expected`, what was
obtained, `took_ms`, and `error` (null, or one of `ERRORS`). Its status is 0 when the
device answered, 124 when time ran out, 69 when this machine lacks what it takes to
ask, 1 otherwise. A device that does not answer is a fact, not a gap.
"""

from __future__ import annotations

import errno
import json
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from probes.check import Check, kind_of, subject_of
from probes.secret import Secret
from probes.server import Server
from probes.transcript import Section
from probes.transport import Deadline

ERRORS = (
    "timeout",
    "refused",  # nothing listens there
    "unreachable",  # no route, or the network says so
    "dns",  # the name has no address
    "tls",  # the handshake or the verification failed
    "auth",  # it does not accept who we are
    "protocol",  # it hung up, or does not speak what was asked
    "secret",  # our own secret could not be fetched
    "missing",  # this machine lacks a library or a permission
)
_STATUS = {"timeout": 124, "missing": 69}


class NoAnswer(Exception):
    """One failure of the world, sorted; `got` is what was obtained before it."""

    def __init__(self, error: str, reason: str, got: Mapping[str, Any] | None = None):
        super().__init__(reason)
        self.error, self.reason, self.got = error, one_line(reason), dict(got or {})


class Clock:
    """The wall-clock end of one question; the nearer of two deadlines."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    def left(self) -> float:
        """Return the seconds left. Raises TimeoutError when there are none."""
        left = self._began + self._seconds - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {self._seconds:g} s")
        return left

    @property
    def over(self) -> bool:
        return time.monotonic() - self._began >= self._seconds

    @property
    def spent_ms(self) -> int:
        return round((time.monotonic() - self._began) * 1000)


def one_line(text: str) -> str:
    """Return text with its lines joined and cut: reasons are one line."""
    return " ".join(text.split())[:400]


def answer(
    check: Check,
    server: Server,
    deadline: Deadline,
    *,
    expected: Mapping[str, Any],
    get: Callable[[Clock], Mapping[str, Any]],
) -> Section:
    """Run `get` and return its answer or its trouble as a section; never raises it."""
    clock = Clock(deadline.within(check.timeout).remaining())
    error, reason, got = None, "", {}
    try:
        clock.left()
        got = dict(get(clock))
    except (NoAnswer, OSError, ImportError) as trouble:
        error, reason, got = _sorted(trouble, clock)
    took = clock.spent_ms
    body = {"error": error, "reason": reason, "expected": expected, "took_ms": took}
    return Section(
        name=kind_of(check),
        subject=subject_of(check, server.address),
        stdout=json.dumps(body | got, ensure_ascii=False, indent=1).encode(),
        stderr=reason.encode(),
        status=0 if error is None else _STATUS.get(error, 1),
        took_ms=took,
    )


def _sorted(error: Exception, clock: Clock) -> tuple[str, str, dict[str, Any]]:
    # No exception is kept: its frames would keep a library's socket open.
    if isinstance(error, NoAnswer):
        return error.error, error.reason, error.got
    said = one_line(str(error) or type(error).__name__)
    if clock.over or isinstance(error, TimeoutError):
        return "timeout", said, {}
    return _kind(error), said, {}


def _kind(error: Exception) -> str:
    if isinstance(error, ImportError):
        return "missing"
    if isinstance(error, socket.gaierror):
        return "dns"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionError):
        return "protocol"
    return "unreachable"


def reveal(secret: Secret | None) -> str:
    """Return a secret's value, or "" for none; a store that fails is a NoAnswer."""
    if secret is None:
        return ""
    try:
        return secret.reveal()
    except Exception as error:  # noqa: BLE001 - each store fails in its own way
        reason = f"{secret.reference}: {str(error) or type(error).__name__}"
        raise NoAnswer("secret", reason) from None


def address_of(host: str, port: int, kind: socket.SocketKind) -> str:
    """Return the first address of a host, in figures. Raises socket.gaierror."""
    return str(socket.getaddrinfo(host, port, type=kind)[0][4][0])


def connect(host: str, port: int, clock: Clock) -> socket.socket:
    """Return a connected TCP socket, having tried every address in the time there is.

    The name is looked up by the system, which cannot be interrupted: a resolver that
    is down costs what resolv.conf allows it. Addresses cost nothing.
    """
    last: OSError | None = None
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for nth, (family, kind, proto, _, where) in enumerate(found):
        share = clock.left() / (len(found) - nth)
        wire = socket.socket(family, kind, proto)
        try:
            wire.settimeout(share)
            wire.connect(where)
        except OSError as error:
            wire.close()
            last = error
            continue
        wire.settimeout(clock.left())
        return wire
    try:
        raise last or OSError(errno.EHOSTUNREACH, f"no address for {host}")
    finally:
        del last


@contextmanager
def cut_off(wire: socket.socket, clock: Clock) -> Iterator[None]:
    """Shut the socket down when time is up, whoever is waiting on it then.

    A library's own timeout counts from the last byte, so a peer that drips one byte a
    second would hold it for ever. The watch ends with the block, thread and all.
    """
    with wire.dup() as twin:  # TLS takes the first one's descriptor away
        watch = threading.Timer(clock.left(), _shut, (twin,))
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()
            watch.join()


def wired(host: str, port: int, clock: Clock, until: ExitStack) -> socket.socket:
    """Return a connected socket that is cut off in time, for a library to use."""
    wire = connect(host, port, clock)
    until.enter_context(wire)
    until.enter_context(cut_off(wire, clock))
    return wire


def _shut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already gone


def wait_for(wire: socket.socket | int, clock: Clock, *, write: bool = False) -> None:
    """Wait until a non-blocking socket may be read (or written)."""
    event = selectors.EVENT_WRITE if write else selectors.EVENT_READ
    with selectors.DefaultSelector() as selector:
        selector.register(wire, event)
        if not selector.select(clock.left()):
            clock.left()
