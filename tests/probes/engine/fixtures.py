"""What the engine's tests share: a user key, sshd, an errand, and a clean ending."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from probes.rounds import Step, walk
from probes.server import Limits, Server
from probes.transcript import Transcript
from probes.transport import Errand
from probes.visit import Patience
from tests.lab.odd import Words, descriptors
from tests.lab.sshd import Sshd, make_key, sshd

AT_ONCE = Patience(timedelta(milliseconds=1), timedelta(milliseconds=20))
HELLO = Words("echo hello")

SHORT = Limits(
    connect=timedelta(seconds=1),
    banner=timedelta(seconds=1.5),
    auth=timedelta(seconds=4),
    script=timedelta(seconds=2),
    server=timedelta(seconds=6),
    output_bytes=1024 * 1024,
)

Start = Callable[..., Sshd]


@pytest.fixture(scope="session")
def user_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the key that may sign in everywhere in the lab."""
    return make_key(tmp_path_factory.mktemp("user") / "user_key")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test whose walk leaves a thread or a descriptor behind."""
    threads, before = set(threading.enumerate()), descriptors()
    yield
    end = time.monotonic() + 1
    while set(threading.enumerate()) - threads and time.monotonic() < end:
        time.sleep(0.01)  # a cancelled timer takes a moment to go
    assert not set(threading.enumerate()) - threads
    assert not descriptors() - before


@pytest.fixture
def start(nothing_left: None, tmp_path: Path, user_key: Path) -> Iterator[Start]:
    """Give a function that starts an sshd for this test alone."""
    with ExitStack() as running:

        def _start(name: str = "db-1", **how: Any) -> Sshd:
            return running.enter_context(sshd(tmp_path / name, user_key, **how))

        yield _start


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, user_key: Path) -> Iterator[Sshd]:
    """Give one sshd that no test harms."""
    with sshd(tmp_path_factory.mktemp("lab") / "shared", user_key) as host:
        yield host


def errand(server: Server, body: str | Words = HELLO, **limits: Any) -> Errand:
    """Return an errand under the tests' short limits."""
    script = Words(body) if isinstance(body, str) else body
    return Errand(server=server, script=script, limits=replace(SHORT, **limits))


def ask(
    server: Server,
    body: str | Words = HELLO,
    on: Callable[[Step], None] | None = None,
    **limits: Any,
) -> Transcript:
    """Walk to one server and return its transcript."""
    [heard] = visit_all([errand(server, body, **limits)], on=on)
    return heard


def visit_all(errands: list[Errand], **how: Any) -> list[Transcript]:
    """Walk and return the transcripts in the order in which they came."""
    known: dict[str, Any] = {"workers": 8, "per_gateway": 4, "patience": AT_ONCE}
    return list(walk(errands, **(known | how)))
