"""Looks at a server's host key before it is trusted, and compares it afterwards."""

from __future__ import annotations

from probes.pins import HostKey, matches, parse
from probes.server import Limits, Server
from probes.transport import Call, Deadline

__all__ = ["HostKey", "matches", "parse", "seen"]


def seen(server: Server, limits: Limits | None = None) -> HostKey:
    """Return the key the server shows now; nothing is sent to it but the handshake.

    `.line` is what to pin, `.fingerprint` what to compare with the machine's console.
    Jump hosts on the way must be pinned already. Raises probes.transport.Trouble.
    """
    from probes import ssh  # noqa: PLC0415 – paramiko only when a key is fetched

    limits = limits or Limits()
    with Call(Deadline.after(limits.server)) as call:
        return ssh.see(server, call, limits)
