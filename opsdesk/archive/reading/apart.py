"""A file is read by a child process: bounded, without network, without our secrets."""

from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251 - our own interpreter, no command of a server
import sys
import tempfile
from pathlib import Path

from opsdesk.archive.outcome import Reading
from opsdesk.archive.reading.kinds import LONGEST, Found

SECONDS = 30
MEMORY_MIB = 1024
_OUTPUT_MIB = 8
_ROOT = str(Path(__file__).resolve().parents[3])
_OUT_OF_TIME = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ})


def read_apart(
    content: bytes, *, seconds: int = SECONDS, memory_mib: int = MEMORY_MIB
) -> Found:
    """Return what became of reading a file; a hostile one ends as a Reading, too."""
    bounds = [str(seconds), str(memory_mib), str(_OUTPUT_MIB)]
    command = [sys.executable, "-m", __package__, *bounds]
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.run(  # noqa: S603 - a constant command, bytes on stdin
                command,
                input=content,
                stdout=said,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
                cwd="/",
                env=_environment(),
            )
        except subprocess.TimeoutExpired:
            return Found(Reading.TOO_LARGE)
        if child.returncode in _OUT_OF_TIME:
            return Found(Reading.TOO_LARGE)
        if child.returncode:
            return Found(Reading.BROKEN)
        said.seek(0)
        return _heard(said.read(_OUTPUT_MIB << 20))


def _environment() -> dict[str, str]:
    """Return nothing but where the packages are: no password of ours goes along."""
    paths = [_ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "LC_ALL": "C.UTF-8"}


def _heard(answer: bytes) -> Found:
    first, _, words = answer.decode("utf-8", "replace").partition("\n")
    if first not in set(Reading):
        return Found(Reading.BROKEN)
    return Found(Reading(first), words[:LONGEST])
