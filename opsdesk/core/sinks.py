"""Sends one message through one channel, in a process that is killed when it hangs.

The library that speaks to mail servers and chat rooms lives only in that process, and
so do an address and what it answers; `courier` is its other end.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess  # noqa: TID251 - a process of our own, not a command to a server
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from time import monotonic
from urllib.parse import unquote, urlsplit

from opsdesk.core.errors import Refused
from opsdesk.core.outbox.models import REASON, Result
from opsdesk.core.settings import Channel
from opsdesk.core.text import one_line

_KEPT = (  # no proxies: a message goes to its channel's host and nowhere else
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONPATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)
_SHORTEST_SECRET = 4
_PUBLIC = frozenset({"robot", "send", "cgi-bin", "webhook", "open-apis", "hook"})
"""Steps of the services' own paths, which their manuals print."""
MASK = "***"
STARTING = timedelta(seconds=60)
"""How long a process may take to load the library; nothing is sent before it has."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: plain text, whose title has no line feed in it."""

    to: str  # an e-mail address; "" for a room
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it; `reason` is a code, and where there is more, ": " and that."""

    result: Result
    reason: str
    took: timedelta


def send(channel: Channel, message: Message, *, limit: timedelta) -> Answer:
    """Send within the limit, or say why not. Never raises for what the world did."""
    start = monotonic()
    try:
        address = channel.url.reveal()
    except Refused:
        return Answer(Result.FAILED, "no-secret", timedelta(0))
    errand = {
        "kind": channel.kind,
        "url": address,
        "sender": channel.sender,
        "server": channel.server,
        "seconds": limit.total_seconds(),
        "message": asdict(message),
    }
    result, reason = _child(json.dumps(errand).encode(), limit.total_seconds())
    took = timedelta(seconds=monotonic() - start)
    return Answer(result, masked(reason, address)[:REASON], took)


def masked(text: str, address: str) -> str:
    """Return text on one line without any part of an address that may be secret."""
    shown = one_line(text)
    for part in sorted(_secrets_in(address), key=len, reverse=True):
        shown = shown.replace(part, MASK)
    return shown


def _secrets_in(address: str) -> set[str]:
    """Return an address's account, password, path steps and values; its host is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return {address}
    _, _, query = address.partition("?")
    values = [pair.partition("=")[2] for pair in query.split("&")]
    account = parts.netloc.rpartition("@")[0]
    found = [*parts.path.split("/"), *values, account, *account.split(":")]
    if "." not in parts.netloc:  # feishu://TOKEN: the host is the token
        found.append(parts.netloc.rpartition("@")[2])
    every = {address, *found, *(unquote(one) for one in found)} - _PUBLIC
    return {one for one in every if len(one) >= _SHORTEST_SECRET}


def _child(errand: bytes, seconds: float) -> tuple[Result, str]:
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environ["NETRC"] = os.devnull
    with subprocess.Popen(
        (sys.executable, "-m", "opsdesk.core.courier"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        start_new_session=True,
    ) as child:
        try:
            return _converse(child, errand, seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def _converse(
    child: subprocess.Popen[bytes], errand: bytes, seconds: float
) -> tuple[Result, str]:
    """Hand over the errand; the limit runs from when the child is ready to send."""
    assert child.stdin
    assert child.stdout
    ready = _line(child.stdout.fileno(), STARTING.total_seconds())
    if ready is None:
        return Result.FAILED, "crashed: slow"  # a busy machine; nothing was sent
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(errand)
        child.stdin.close()
    said = _line(child.stdout.fileno(), seconds)
    if said is None:
        return Result.TIMED_OUT, f"timed-out: {seconds:g} s"
    return _heard(said)


def _line(handle: int, seconds: float) -> bytes | None:
    """Return what a pipe says until a line or the pipe ends; None: not in time."""
    until, said = monotonic() + seconds, b""
    while not said.endswith(b"\n"):
        left = until - monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            return None
        more = os.read(handle, 65536)
        if not more:
            break
        said += more
    return said


def _heard(said: bytes) -> tuple[Result, str]:
    try:
        answer = json.loads(said)
        sent, reason = bool(answer["sent"]), str(answer["reason"])
    except (KeyError, TypeError, ValueError):
        return Result.FAILED, "crashed"
    return (Result.SENT if sent else Result.FAILED), reason
