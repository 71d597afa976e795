"""Is it there at all: echo requests, or a connect where this account may not send them.

An account may send echoes when net.ipv4.ping_group_range covers its group, or with
CAP_NET_RAW; where it has neither, a TCP connect stands in and the facts say so.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import icmplib
from icmplib.exceptions import ICMPLibError, SocketPermissionError

from probes.asking import Clock, NoAnswer, address_of, answer, connect
from probes.check import IcmpCheck
from probes.server import Server
from probes.transcript import Section
from probes.transport import Deadline

_PAUSE = 0.2
_PATIENCE = 2.0
_COMMON_PORTS = (443, 80)


def ask(check: IcmpCheck, server: Server, deadline: Deadline) -> Section:
    """Return round-trip times and how many of `count` echoes were lost."""

    def get(clock: Clock) -> Mapping[str, Any]:
        address = address_of(server.address, server.port, socket.SOCK_DGRAM)
        for privileged in (False, True):
            try:
                return _echo(address, check.count, clock, privileged=privileged)
            except SocketPermissionError:
                continue
            except ICMPLibError as error:
                raise NoAnswer("unreachable", str(error)) from error
        return knock(server, address, clock)

    expected = {"count": check.count, "warn_ms": check.warn_ms}
    return answer(check, server, deadline, expected=expected, get=get)


def _echo(
    address: str, count: int, clock: Clock, *, privileged: bool
) -> dict[str, Any]:
    share = clock.left() / count
    pause = min(_PAUSE, share / 4)
    host = icmplib.ping(
        address,
        count=count,
        interval=pause,
        timeout=min(_PATIENCE, share - pause),
        privileged=privileged,
    )
    times = [round(each, 3) for each in host.rtts]
    got = {
        "method": "icmp",
        "rtts_ms": times,
        "rtt_ms": round(sum(times) / len(times), 3) if times else None,
        "sent": count,
        "loss_percent": round(100 * (1 - len(times) / count), 1),
    }
    if not times:
        raise NoAnswer("timeout", f"none of {count} echo requests was answered", got)
    return got


def knock(server: Server, address: str, clock: Clock) -> dict[str, Any]:
    """Connect to ports until one answers; a refusal, too, is a sign of life."""
    ports = tuple(dict.fromkeys((server.port, *_COMMON_PORTS)))
    last = OSError("no port was tried")
    for nth, port in enumerate(ports):
        share = Clock(clock.left() / (len(ports) - nth))
        try:
            connect(address, port, share).close()
        except ConnectionRefusedError:
            pass
        except OSError as error:
            last = error
            continue
        got = {"method": "tcp", "port": port, "rtt_ms": share.spent_ms}
        return got | {"sent": 1, "loss_percent": 0.0}
    kind = "timeout" if isinstance(last, TimeoutError) else "unreachable"
    tried = ", ".join(map(str, ports))
    raise NoAnswer(kind, f"TCP ports {tried}: {last}", {"method": "tcp"})
