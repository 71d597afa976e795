"""The script goes in, both streams come out, under one deadline and one cap."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import paramiko

from probes.server import Limits
from probes.ssh.wire import Wire
from probes.transcript import Outcome
from probes.transport import (
    STDERR_CAP,
    Call,
    Deadline,
    Errand,
    Heard,
    Question,
    Trouble,
    end_marker,
    now,
)

SHELL = "/bin/sh -s"
_CHUNK = 65536
_TAIL = 256
_STATUS_LAG = 0.5  # seconds between a stream's end and the status behind it
_LINGER = timedelta(seconds=2)
_MUCH = 65536
"""Bytes at one look after which the next comes soon: a window is full at two million."""
_SOON, _LATER = 0.02, 0.25
"""Seconds between two looks at what has come. The shell's end is told at once; waking for
each of a script's many small pieces costs more than reading it."""


def converse(
    wire: Wire, script: Question, errand: Errand, call: Call, host_key: str
) -> Heard:
    """Run the script and return everything heard, however it ended."""
    deadline = call.deadline.within(errand.limits.script)
    channel = _session(wire, call, deadline)
    with contextlib.closing(channel):
        call.hold(lambda: _kill(wire, channel))
        sent = now()
        _send(channel, script.text.encode(), deadline)
        ear = Ear(channel, script.nonce, errand.limits)
        outcome, detail = ear.listen(call, deadline)
        if outcome is Outcome.TIMED_OUT:
            _kill(wire, channel)
        if errand.server.via and outcome is Outcome.ANSWERED:
            _linger(channel)
    return Heard(
        outcome=outcome,
        sent=sent,
        detail=detail,
        host_key=host_key,
        raw=bytes(ear.out),
        stderr=bytes(ear.err),
        notes=wire.notes,
    )


def _session(wire: Wire, call: Call, deadline: Deadline) -> paramiko.Channel:
    stage = "open"
    try:
        channel = wire.transport.open_session(timeout=deadline.remaining())
        channel.settimeout(deadline.remaining())
        stage = "exec"
        channel.exec_command(SHELL)
    except (paramiko.SSHException, OSError, EOFError) as error:
        late = call.is_late(deadline)
        outcome = Outcome.TIMED_OUT if late else Outcome.REFUSED
        said = " ".join(str(error).split()) or type(error).__name__
        raise Trouble(outcome, stage, f"no shell: {said}", again=False) from error
    return channel


def _send(channel: paramiko.Channel, text: bytes, deadline: Deadline) -> None:
    """Send the script; what a shell that hung up has said is still worth reading."""
    channel.settimeout(max(deadline.remaining(), 0.001))
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        channel.sendall(text)
        channel.shutdown_write()


class Ear:
    """Drains both streams until the end marker, the deadline or the cap."""

    def __init__(self, channel: paramiko.Channel, nonce: str, limits: Limits) -> None:
        self.out = bytearray()
        self.err = bytearray()
        self._channel = channel
        self._heard = 0  # bytes of both, kept or not
        self._cap = limits.output_bytes
        self._end = end_marker(nonce)

    def listen(self, call: Call, deadline: Deadline) -> tuple[Outcome, str]:
        """Return how the answer ended, and a line for who looks into it."""
        while True:
            before = self._heard
            over = self._gone()  # asked before draining: what came last is kept
            if self._drain():
                return Outcome.ANSWERED, ""
            if len(self.out) >= self._cap:
                del self.out[self._cap :]
                return Outcome.TRUNCATED, f"more than {self._cap} bytes of output"
            if call.is_late(deadline):
                return Outcome.TIMED_OUT, "the script was not done within the limit"
            if over:
                return Outcome.PARTIAL, self._why()
            pause = _SOON if self._heard - before > _MUCH else _LATER
            if self._channel.status_event.wait(min(deadline.remaining(), pause)):
                time.sleep(_SOON)  # what it said last is still on its way

    def _gone(self) -> bool:
        return bool(self._channel.closed or self._channel.eof_received)

    def _drain(self) -> bool:
        """Take what has come; say whether the end marker is in it."""
        while self._channel.recv_ready() and len(self.out) < self._cap:
            start = max(0, len(self.out) - _TAIL)
            self.out += (some := self._channel.recv(_CHUNK))
            self._heard += len(some)
            if self._end.search(self.out, start):
                self._take_errors()
                return True
        self._take_errors()
        return False

    def _take_errors(self) -> None:
        while self._channel.recv_stderr_ready():
            some = self._channel.recv_stderr(_CHUNK)
            self._heard += len(some)
            self.err += some[: STDERR_CAP - len(self.err)]

    def _why(self) -> str:
        self._channel.status_event.wait(_STATUS_LAG)
        status = self._channel.exit_status
        if status < 0:
            return "the connection was cut before the script's end marker"
        said = self.err.decode("utf-8", "replace").strip().splitlines()
        last = f": {said[-1][:120]}" if said else ""
        return f"the shell ended with status {status} without the end marker{last}"


def _kill(wire: Wire, channel: paramiko.Channel) -> None:
    """Have sshd end the whole process group, so that nothing is left behind.

    RFC 4254 §6.9; OpenSSH does it from 7.9 on, others ignore it and rely on the
    limits inside the script. Paramiko has no call for it.
    """
    request = paramiko.Message()
    request.add_byte(bytes([paramiko.common.MSG_CHANNEL_REQUEST]))
    request.add_int(channel.remote_chanid)
    request.add_string("signal")
    request.add_boolean(False)  # noqa: FBT003 – no reply wanted
    request.add_string("KILL")
    if channel.closed or not wire.is_writable():
        return
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        wire.transport._send_user_message(request)  # type: ignore[attr-defined]  # noqa: SLF001


def _linger(channel: paramiko.Channel) -> None:
    """Let the inner channel close first, or its last packet meets a dead outer one."""
    deadline = Deadline.after(_LINGER)
    while not channel.closed and not deadline.expired:
        channel.status_event.wait(0.05)
