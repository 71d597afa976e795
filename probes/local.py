"""Asks the machine the desk runs on: a child shell and psutil, no SSH."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import psutil

from probes.child import converse
from probes.transcript import Section
from probes.transport import Call, Errand, Heard

HOST = "host"
"""The section that psutil answers; `probes.catalogue.host` reads it."""


def ask(errand: Errand, call: Call) -> Heard:
    """Run the script in a shell of its own, killed whole at the deadline."""
    call.say("script")
    before = psutil.cpu_times()
    spoken = converse(["/bin/sh", "-s"], errand, call, env=_environment())
    return Heard(
        outcome=spoken.outcome,
        sent=spoken.sent,
        detail=spoken.detail,
        raw=bytes(spoken.out),
        stderr=bytes(spoken.err),
        answers=(_by_psutil(before),),
    )


def _environment() -> dict[str, str]:
    """Return what the shell is given: none of the secrets that we were given."""
    kept = {name: os.environ[name] for name in ("HOME", "USER") if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **kept}


def _by_psutil(before: Any) -> Section:
    start = time.monotonic()
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    facts = {
        "cpu_percent": _busy(before, psutil.cpu_times()),
        "cores": psutil.cpu_count() or 1,
        "load": psutil.getloadavg(),
        "memory_total_kib": memory.total // 1024,
        "memory_available_kib": memory.available // 1024,
        "swap_total_kib": swap.total // 1024,
        "swap_free_kib": swap.free // 1024,
        "boot_time": psutil.boot_time(),
        "processes": len(psutil.pids()),
        "disks": _disks(),
        "desk": _desk(),
    }
    took = int((time.monotonic() - start) * 1000)
    return Section(name=HOST, stdout=json.dumps(facts).encode(), took_ms=took)


def _busy(before: Any, after: Any) -> float | None:
    """Return the share of time the processors worked while the script ran."""
    spent = [b - a for a, b in zip(before, after, strict=True)]
    names = dict(zip(after._fields, spent, strict=True))
    total = sum(spent)
    idle = names["idle"] + names.get("iowait", 0.0)
    return round(100 * (1 - idle / total), 1) if total > 0 else None


def _disks() -> list[dict[str, Any]]:
    """Return local file systems: psutil leaves out what no device stands behind."""
    found = []
    for part in psutil.disk_partitions(all=False):
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:  # not ours to see; the script names what hangs
            continue
        found.append(
            {
                "mount": part.mountpoint,
                "device": part.device,
                "type": part.fstype,
                "size_kib": usage.total // 1024,
                "used_percent": usage.percent,
            }
        )
    return found


def _desk() -> dict[str, Any]:
    """Return what the desk's own process takes."""
    process = psutil.Process()
    with process.oneshot():
        return {
            "rss_kib": process.memory_info().rss // 1024,
            "files": process.num_fds(),
            "threads": process.num_threads(),
            "cpu_seconds": round(sum(process.cpu_times()[:2]), 2),
        }
