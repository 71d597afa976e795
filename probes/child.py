"""A child process that is told the script: fed, drained and, at the end, killed whole."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from probes.transcript import Outcome
from probes.transport import (
    STDERR_CAP,
    Call,
    Deadline,
    Errand,
    end_marker,
    now,
)

_CHUNK = 65536
_TAIL = 256
_GRACE = 1.0


@dataclass(slots=True)
class Spoken:
    """What a child said, and how it ended; `status` is None when it was killed."""

    sent: datetime
    outcome: Outcome = Outcome.PARTIAL
    detail: str = ""
    status: int | None = None
    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)


def converse(
    words: Sequence[str],
    errand: Errand,
    call: Call,
    *,
    env: Mapping[str, str] | None = None,
    deadline: Deadline | None = None,
) -> Spoken:
    """Run the command with the script on its stdin, in a process group of its own."""
    with _group(words, env) as child:
        call.hold(lambda: _kill(child))
        spoken = Spoken(sent=now())
        until = deadline or call.deadline.within(errand.limits.script)
        _Ear(child, errand, spoken).listen(call, until)
        if spoken.outcome is Outcome.PARTIAL:
            with contextlib.suppress(subprocess.TimeoutExpired):
                spoken.status = child.wait(_GRACE)
    if spoken.outcome is Outcome.PARTIAL:
        spoken.detail = f"ended with status {spoken.status} without the end marker"
    return spoken


@contextlib.contextmanager
def _group(
    words: Sequence[str], env: Mapping[str, str] | None
) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if env is None else dict(env),
        cwd="/",
        start_new_session=True,
    )
    try:
        yield child
    finally:
        _kill(child)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the whole group, also what its leader left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


class _Ear:
    """Feeds the script and drains both streams, without ever blocking on one."""

    def __init__(
        self, child: subprocess.Popen[bytes], errand: Errand, spoken: Spoken
    ) -> None:
        assert errand.script is not None
        self._child = child
        self._spoken = spoken
        self._left = memoryview(errand.script.text.encode())
        self._cap = errand.limits.output_bytes
        self._end = end_marker(errand.script.nonce)

    def listen(self, call: Call, deadline: Deadline) -> None:
        """Fill `spoken` until the end marker, the deadline, the cap or the end."""
        spoken = self._spoken
        with selectors.DefaultSelector() as streams:
            self._register(streams)
            while streams.get_map():
                if call.is_late(deadline):
                    break
                for key, _ in streams.select(min(deadline.remaining(), 1.0)):
                    if not key.data(key.fileobj):
                        streams.unregister(key.fileobj)
                if self._decided():
                    return
        if call.is_late(deadline):
            spoken.outcome = Outcome.TIMED_OUT
            spoken.detail = "the script was not done within the limit"

    def _register(self, streams: selectors.BaseSelector) -> None:
        child = self._child
        assert child.stdin
        assert child.stdout
        assert child.stderr
        for pipe in (child.stdin, child.stdout, child.stderr):
            os.set_blocking(pipe.fileno(), False)
        streams.register(child.stdin, selectors.EVENT_WRITE, self._feed)
        streams.register(child.stdout, selectors.EVENT_READ, self._hear)
        streams.register(child.stderr, selectors.EVENT_READ, self._hear_error)

    def _feed(self, pipe: IO[bytes]) -> bool:
        try:
            self._left = self._left[os.write(pipe.fileno(), self._left[:_CHUNK]) :]
        except BrokenPipeError:
            self._left = self._left[:0]
        if not self._left:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        return bool(self._left)

    def _hear(self, pipe: IO[bytes]) -> bool:
        data = os.read(pipe.fileno(), _CHUNK)
        self._spoken.out += data
        return bool(data)

    def _hear_error(self, pipe: IO[bytes]) -> bool:
        data = os.read(pipe.fileno(), _CHUNK)
        self._spoken.err += data[: STDERR_CAP - len(self._spoken.err)]
        return bool(data)

    def _decided(self) -> bool:
        spoken = self._spoken
        start = max(0, len(spoken.out) - _CHUNK - _TAIL)
        if self._end.search(spoken.out, start):
            spoken.outcome = Outcome.ANSWERED
            return True
        if len(spoken.out) >= self._cap:
            del spoken.out[self._cap :]
            spoken.outcome = Outcome.TRUNCATED
            spoken.detail = f"more than {self._cap} bytes of output"
            return True
        return False
