"""Real servers for tests: started on a free loopback port, stopped by their pid."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PATIENCE = 60.0
"""Seconds a server may take to start: the machine may be very busy."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a loopback port nobody listens on just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, package: str, *elsewhere: str) -> str:
    """Return the path of a system program, or skip saying which package has it."""
    folders = [*elsewhere, "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    found = shutil.which(name, path=os.pathsep.join(folders)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return found


@contextmanager
def folder(prefix: str, owner: str | None = None) -> Iterator[Path]:
    """Give a folder that `owner` may use when we are root, and take it away again."""
    made = Path(tempfile.mkdtemp(prefix=f"opsdesk-{prefix}-"))
    if owner and os.geteuid() == 0:
        shutil.chown(made, owner, pwd.getpwnam(owner).pw_gid)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def command(words: Sequence[str], owner: str | None = None) -> list[str]:
    """Return the command as `owner` (when we are root), ending when we end."""
    start = ["setpriv", "--pdeathsig", "INT"]
    if owner and os.geteuid() == 0:
        group = str(pwd.getpwnam(owner).pw_gid)
        start += ["--reuid", owner, "--regid", group, "--clear-groups"]
    return [*start, "--", *words]


def run(words: Sequence[str], owner: str | None = None) -> None:
    """Run a command to its end; its output is in the error when it fails."""
    done = subprocess.run(
        command(words, owner), capture_output=True, timeout=PATIENCE * 2, check=False
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise AssertionError(f"{words[0]} failed ({done.returncode}): {said}")


@contextmanager
def daemon(
    words: Sequence[str],
    ready: Callable[[], bool],
    *,
    log: Path,
    owner: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[int]:
    """Run a server until the block ends; gives its pid once `ready()` says so."""
    with log.open("wb") as out:
        child = subprocess.Popen(
            command(words, owner),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(child, ready, log)
        yield child.pid
    finally:
        _end(child, stop)


def _await(
    child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path
) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if child.poll() is not None or time.monotonic() > end:
            whole = log.read_text(errors="replace")
            said = f"{whole[:1500]}\n…\n{whole[-500:]}"
            raise AssertionError(f"a server of the tests did not start:\n{said}")
        time.sleep(0.05)


def _end(child: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    family = descendants(child.pid)
    if child.poll() is None:
        child.send_signal(stop)
    try:
        child.wait(15)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(15)
    for pid, born in family:
        end(pid, born)


def descendants(pid: int) -> list[tuple[int, str]]:
    """Return a process's children and theirs, each with the moment it was born."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [(child, _born(child)), *descendants(child)]
    return found


def end(pid: int, born: str) -> None:
    """Kill a process, unless its number belongs to another one by now."""
    if born and _born(pid) == born:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def marked(word: str) -> list[tuple[int, str]]:
    """Return the processes whose environment holds a word, as `descendants` does."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if word.encode() in environ.read_bytes().split(b"\0"):
                pid = int(environ.parent.name)
                found.append((pid, _born(pid)))
    return found


def _born(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def accepts(port: int, address: str = "127.0.0.1") -> bool:
    """Say whether something accepts a connection, on loopback if not told where."""
    try:
        with socket.create_connection((address, port), 1):
            return True
    except OSError:
        return False
