"""Connect to a port, and hear what it says first when a banner is expected."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from probes.asking import Clock, NoAnswer, answer, connect
from probes.check import TcpCheck
from probes.server import Server
from probes.transcript import Section, decode
from probes.transport import Deadline

_BANNER_BYTES = 4096


def ask(check: TcpCheck, server: Server, deadline: Deadline) -> Section:
    """Return whether the port accepts, in how many ms, and its banner if wanted."""

    def get(clock: Clock) -> Mapping[str, Any]:
        with connect(server.address, check.port, clock) as wire:
            got: dict[str, Any] = {"connect_ms": clock.spent_ms}
            if check.banner is not None:
                got["banner"] = decode(_banner(wire, check.banner, clock, got))
            with suppress(OSError):  # it may have hung up first
                wire.shutdown(socket.SHUT_RDWR)
            return got

    expected = {"banner": check.banner, "warn_ms": check.warn_ms}
    return answer(check, server, deadline, expected=expected, get=get)


def _banner(
    wire: socket.socket, wanted: str, clock: Clock, got: dict[str, Any]
) -> bytes:
    """Read until the wanted words have come, a full line has, or it hung up."""
    heard = b""
    while len(heard) < _BANNER_BYTES and b"\n" not in heard:
        if wanted and wanted in decode(heard):
            break
        try:
            wire.settimeout(clock.left())
            more = wire.recv(_BANNER_BYTES - len(heard))
        except TimeoutError as error:
            got["banner"] = decode(heard)
            raise NoAnswer("timeout", "connected, but no banner came", got) from error
        if not more:
            break
        heard += more
    return heard
