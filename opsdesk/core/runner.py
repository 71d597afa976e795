"""Which process runs a round, and whether it still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def me() -> str:
    """Return this process's token: host, pid and the moment it started."""
    pid = os.getpid()
    return f"{socket.gethostname()[:24]}:{pid}:{_started(pid)}"


def alive(token: str) -> bool | None:
    """Say whether the process behind a token runs. None: it is on another machine."""
    host, _, rest = token.rpartition(":")[0].rpartition(":")
    if not host:
        return False
    if host != socket.gethostname()[:24]:
        return None
    pid, started = int(rest), token.rpartition(":")[2]
    return _started(pid) == started


def _started(pid: int) -> str:
    """Return a process's start in clock ticks since boot, or "" when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return _without_proc(pid)
    return stat.rpartition(")")[2].split()[19]


def _without_proc(pid: int) -> str:
    """Answer where there is no /proc: only whether the pid is in use."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    return "0"
