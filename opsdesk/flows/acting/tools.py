"""PostgreSQL's own programs as child processes that end when they must, or when we do.

Words are a list, never a line for a shell. Passwords go through the child's environment
alone. A child hangs on a pipe of ours: when this process is gone, however it went, the
pipe closes and the child is ended with all it started.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess  # noqa: TID251 - programs of this machine, not commands to a server
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from opsdesk.flows.acting.answer import Unfit
from probes.finding import Words
from probes.transport import Deadline

_KEPT = ("PATH", "HOME", "LANG", "TZ")
_ERRORS = 64 * 1024
_CHUNK = 1 << 18
_LEASH = (
    'exec 3<&0 </dev/null; { cat <&3; kill -KILL 0; } >/dev/null 2>&1 & exec 3<&-; "$@"'
)
"""Runs the words it is given; a fixed text. The pipe on descriptor 0 is the leash."""


@dataclass(slots=True)
class Ended:
    """How a program ended; `status` is None where its time was up."""

    status: int | None
    errors: bytes = b""


@dataclass(slots=True)
class _Run:
    child: subprocess.Popen[bytes]
    take: Callable[[bytes], None]
    errors: bytearray = field(default_factory=bytearray)


def find(name: str) -> str:
    """Return where a program of PostgreSQL is; Unfit where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise Unfit("no-tool", _NO_TOOL.fill(name=name))
    return found


def run(
    words: Sequence[str],
    environ: Mapping[str, str],
    deadline: Deadline,
    *,
    take: Callable[[bytes], None] = lambda _data: None,
) -> Ended:
    """Run a program to its end or the deadline; its output goes to `take` as it comes."""
    with _leashed(words, environ) as child:
        going = _Run(child, take)
        if not _drain(going, deadline):
            return Ended(None, bytes(going.errors))
        try:
            status = child.wait(max(deadline.remaining(), 0.1))
        except subprocess.TimeoutExpired:
            return Ended(None, bytes(going.errors))
        return Ended(status, bytes(going.errors))


@contextmanager
def _leashed(
    words: Sequence[str], environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    child = subprocess.Popen(  # noqa: S603 - a fixed text, and words found by `find`
        ["/bin/sh", "-c", _LEASH, "sh", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**kept, "LC_ALL": "C", **environ},
        cwd="/",
        start_new_session=True,
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()


def _drain(going: _Run, deadline: Deadline) -> bool:
    """Read both streams until they end; False when the deadline came first."""
    assert going.child.stdout
    assert going.child.stderr
    with selectors.DefaultSelector() as streams:
        streams.register(going.child.stdout, selectors.EVENT_READ, going.take)
        streams.register(going.child.stderr, selectors.EVENT_READ, None)
        while streams.get_map():
            if deadline.expired:
                return False
            for key, _ in streams.select(min(deadline.remaining(), 1.0)):
                data = os.read(key.fd, _CHUNK)
                if not data:
                    streams.unregister(key.fileobj)
                elif key.data is None:
                    going.errors += data[: _ERRORS - len(going.errors)]
                else:
                    key.data(data)
    return True


_NO_TOOL = Words(
    "没有执行：运维台所在机器上没有 {name}。请安装 PostgreSQL 客户端（版本不低于源库）。",
    "Nothing was done: {name} is not on the desk's machine. Install PostgreSQL's client "
    "programs, no older than the source.",
)
