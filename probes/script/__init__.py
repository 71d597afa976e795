"""Composes the catalogue's questions into one POSIX-sh script, and cuts answers apart."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from probes.cutting import Cut, cut
from probes.probe import Probe
from probes.script.shell import HEAD, SAFE_PATH, TAIL
from probes.server import Server

__all__ = ["DIRECT", "LATE", "Cut", "Script", "compose", "cut"]

DIRECT = frozenset(
    {"filesystems", "raid", "backups", "certificates", "processes", "drift"}
)
"""Questions whose children the kernel may refuse to end; see `shell`."""

LATE = ("cpu", "disks", "packages")
"""Asked last, in this order: what compares with the script's beginning (the longer ago
the better), then what keeps a processor busy itself and would be measured by it."""


@dataclass(frozen=True, slots=True)
class Script:
    """What one server is sent. `sha256` is of the text without the nonce."""

    text: str
    nonce: str
    names: tuple[str, ...]
    sha256: str


def compose(
    probes: Sequence[Probe],
    server: Server,
    *,
    nonce: str,
    skip_mounts: Sequence[str] = (),
    path: str = SAFE_PATH,
) -> Script:
    """Return the script that asks these questions of one server.

    `path` is the PATH on the machine; only tests change it.
    """
    constant = _constant(tuple(probes), path)
    values = _values(server, skip_mounts)
    digest = hashlib.sha256((values + constant).encode()).hexdigest()
    text = f"OD_NONCE={shlex.quote(nonce)}\n{values}{constant}"
    names = tuple(probe.name for probe in probes if probe.ask is not None)
    return Script(text=text, nonce=nonce, names=names, sha256=digest)


def _values(server: Server, skip_mounts: Sequence[str]) -> str:
    expect = server.expect
    lists: Mapping[str, Sequence[object]] = {
        "OD_SERVICES": expect.services,
        "OD_PORTS": expect.ports,
        "OD_PROCESSES": expect.processes,
        "OD_MOUNTS": expect.mounts,
        "OD_PATHS": [f"{p.host} {p.port} {p.label}" for p in expect.paths],
        "OD_CERTIFICATES": expect.certificates,
        "OD_BACKUPS": [backup.glob for backup in expect.backups],
        "OD_SKIP_MOUNTS": skip_mounts,
    }
    return "".join(
        f"{name}={shlex.quote(chr(10).join(str(item) for item in items))}\n"
        for name, items in lists.items()
    )


@lru_cache(maxsize=64)
def _constant(probes: tuple[Probe, ...], path: str) -> str:
    asked = [probe for probe in probes if probe.ask is not None]
    functions = "".join(
        f"od_ask_{probe.name}() {{\n{(probe.ask or '').strip()}\n}}\n"
        for probe in asked
    )
    late = [probe for name in LATE for probe in asked if probe.name == name]
    first = [probe for probe in asked if probe.name not in LATE]
    calls = "".join(_call(probe) for probe in (*first, *late))
    return HEAD.replace("@PATH@", shlex.quote(path)) + functions + calls + TAIL


def _call(probe: Probe) -> str:
    if probe.name in DIRECT:
        return f"od_direct {probe.name} {probe.seconds}\n"
    return f"od_held {probe.name}\n"
