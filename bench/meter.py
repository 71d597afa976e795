"""Runs one command and writes down what it and everything it started have used.

A program of its own with the standard library alone, so that the kernel's count of
"children" is this command's. It adopts what the command leaves in the background (the
master connections of ssh), ends it, and counts it too.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
EVERY = 0.05
"""Seconds between two looks at memory."""


def main(arguments: list[str]) -> int:
    """Run `meter.py RESULT MODE COMMAND…`; MODE is `time` or `memory`."""
    result, mode, *words = arguments
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    child = subprocess.Popen(words)
    peak = [0]
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(peak, over))
    if mode == "memory":
        watch.start()
    status = child.wait()
    wall = time.monotonic() - began
    over.set()
    if mode == "memory":
        watch.join()
    _end_leftovers()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "rss_kib": used.ru_maxrss,
        "pss_kib": peak[0],
        "status": status,
    }
    Path(result).write_text(json.dumps(found))
    return 0


def family(pid: int) -> list[int]:
    """Return the processes below one."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *family(child)]
    return found


def pss_kib(pid: int) -> int:
    """Return a process's share of the memory it uses, 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _watch(peak: list[int], over: threading.Event) -> None:
    while not over.wait(EVERY):
        peak[0] = max(peak[0], sum(pss_kib(pid) for pid in family(os.getpid())))


def _end_leftovers() -> None:
    for pid in family(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
