"""Looks at a server's host key before it is trusted, and compares it afterwards."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from probes.pins import HostKey, matches, parse
from probes.server import Limits, Server, Transport
from probes.transport import Call, Deadline

__all__ = ["HostKey", "matches", "parse", "seen"]


def seen(server: Server, limits: Limits | None = None) -> HostKey:
    """Return the key the server shows now; nothing is sent to it but the handshake.

    `.line` is what to pin, `.fingerprint` what to compare with the machine's console.
    Jump hosts on the way must be pinned already. Raises probes.transport.Trouble.
    """
    limits = limits or Limits()
    by = "probes.openssh" if server.transport is Transport.OPENSSH else "probes.ssh"
    way = import_module(by)  # paramiko is loaded only when a key is fetched
    with Call(Deadline.after(limits.server)) as call:
        return cast(HostKey, way.see(server, call, limits))
