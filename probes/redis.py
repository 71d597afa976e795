"""INFO of a Redis server, over one connection that asks nothing else.

Under TLS the certificate must verify against this machine's own store: a password is
never sent to a stranger. An internal CA belongs into that store.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from redis.backoff import NoBackoff
from redis.connection import Connection, SSLConnection
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    RedisError,
    ResponseError,
)
from redis.retry import Retry

from probes.asking import Clock, NoAnswer, answer, reveal, wired
from probes.check import RedisCheck
from probes.server import Server
from probes.transcript import Section, decode
from probes.transport import Deadline

_AUTH_WORDS = ("NOAUTH", "WRONGPASS", "NOPERM", "invalid password", "AUTH")


class _Timed(Connection):
    """A connection that keeps to our clock, from the first address it tries."""

    clock: Clock
    until: ExitStack

    def _connect(self) -> socket.socket:
        return wired(self.host, self.port, self.clock, self.until)


class _TimedTls(SSLConnection, _Timed):
    """The same under TLS: SSLConnection wraps what `_Timed` connects."""


def ask(check: RedisCheck, server: Server, deadline: Deadline) -> Section:
    """Return the text of INFO, as the server wrote it."""

    def get(clock: Clock) -> Mapping[str, Any]:
        password = reveal(check.password)
        with ExitStack() as until:
            link = _link(check, server, password, clock)
            link.until = until
            until.callback(link.disconnect)
            try:
                link.connect()  # type: ignore[no-untyped-call]
                connected = clock.spent_ms
                link.send_command("INFO")  # type: ignore[no-untyped-call]
                said = link.read_response(disable_decoding=True)
            except (RedisError, OSError) as error:
                clock.left()
                raise _sorted(error, password) from None
        return {"connect_ms": connected, "info": decode(said)}

    expected = {"tls": check.tls}
    return answer(check, server, deadline, expected=expected, get=get)


def _link(check: RedisCheck, server: Server, password: str, clock: Clock) -> _Timed:
    kind = _TimedTls if check.tls else _Timed
    link = kind(
        host=server.address,
        port=check.port,
        username=check.user,
        password=password or None,
        socket_timeout=clock.left(),
        socket_connect_timeout=clock.left(),
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        driver_info=None,
    )
    link.clock = clock
    return link


def _sorted(error: Exception, password: str) -> Exception:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, OSError) and not isinstance(error, OSError):
        error = cause
    said = str(error)
    if password:
        said = said.replace(password, "…")
    if isinstance(error, AuthenticationError | AuthorizationError | NoPermissionError):
        return NoAnswer("auth", said)
    if isinstance(error, ResponseError) and any(w in said for w in _AUTH_WORDS):
        return NoAnswer("auth", said)
    if isinstance(error, ssl.SSLError):
        return NoAnswer("tls", said)
    if isinstance(error, OSError):
        return error
    return NoAnswer("protocol", said or type(error).__name__)
