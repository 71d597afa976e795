"""Servers that behave badly on purpose, and what a test needs to judge the outcome."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Behave = Callable[[socket.socket, threading.Event], None]

HELLO_GB = "上海".encode("gb18030")


@dataclass(frozen=True, slots=True)
class Words:
    """A script of a test: a body, and the end marker every script ends with."""

    body: str
    nonce: str = "n0nce"
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"main() {{\n{self.body}\n}}\nmain\necho '{self.end}'\n"

    @property
    def end(self) -> str:
        return f"{self.nonce} END 0"


@contextmanager
def listener(behave: Behave) -> Iterator[int]:
    """Accept on a loopback port and treat every caller as `behave` says."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.05)
        thread = threading.Thread(target=_serve, args=(door, behave, over))
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            over.set()
            thread.join()


def _serve(door: socket.socket, behave: Behave, over: threading.Event) -> None:
    threads = []
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            caller, _ = door.accept()
            threads.append(threading.Thread(target=_treat, args=(behave, caller, over)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def _treat(behave: Behave, caller: socket.socket, over: threading.Event) -> None:
    with caller, contextlib.suppress(OSError):
        behave(caller, over)


def silent(_caller: socket.socket, over: threading.Event) -> None:
    """Accept, and say nothing."""
    over.wait()


def banner_only(caller: socket.socket, over: threading.Event) -> None:
    """Say who we are, and nothing more."""
    caller.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    over.wait()


def dripping(caller: socket.socket, over: threading.Event) -> None:
    """Say one byte of something endless every second."""
    while not over.wait(1):
        caller.sendall(b"S")


def hanging_up(_caller: socket.socket, _over: threading.Event) -> None:
    """Accept and close, as an sshd beyond MaxStartups does."""


@contextmanager
def deaf_port() -> Iterator[int]:
    """Give a port that drops every SYN: its backlog is full and nobody accepts."""
    with contextlib.ExitStack() as held:
        door = held.enter_context(socket.socket())
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(3):
            filler = held.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(door.getsockname())
        yield door.getsockname()[1]


def gone(pid: int, patience: float = 5.0) -> bool:
    """Say whether a process has ended, after waiting for it a little."""
    end = time.monotonic() + patience
    while _alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    """Return the pids of all processes under one, the nearest first."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *children(child)]
    return found


def descriptors() -> set[str]:
    """Return what this process has open, but for what comes and goes by itself."""
    seen = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            seen.add(f"{entry.name}:{entry.readlink()}")
    return {one for one in seen if "/proc/" not in one}
