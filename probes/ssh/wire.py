"""One SSH connection: the socket, the handshake, the host key. Nothing is trusted yet."""

from __future__ import annotations

import contextlib
import errno
import logging
import select
import socket
import struct
import threading
from typing import Any

import paramiko

from probes.pins import HostKey, weak
from probes.server import Limits, Server
from probes.transcript import Outcome
from probes.transport import Call, Deadline, Trouble

_log = logging.getLogger("paramiko")
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.CRITICAL + 1)  # its thread prints tracebacks of a lost wire

_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""Preferred: one pass and no separate MAC, which paramiko compares byte by byte."""

OLD_ONLY = "it speaks only algorithms this client has dropped; set `transport: openssh`"
_TICK = 1.0
_LINGER = 2.0
_AHEAD = 32768
_PATIENCE = struct.pack("ll", 1, 0)  # a timeval: looks up once a second


class Incompatible(Trouble):
    """The two sides share no algorithm of some kind."""


class _Eager(socket.socket):
    """Acknowledges at once: sshd holds its next answer back until we have (40 ms).

    It reads ahead: paramiko asks twice for each packet, and a script's answer is many.
    """

    _ahead, _at = b"", 0

    def wait_within(self) -> None:
        """Wait inside the calls themselves: a look beforehand is a call more for each."""
        self.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.setsockopt(socket.SOL_SOCKET, option, _PATIENCE)

    def recv(self, size: int, _flags: int = 0, /) -> bytes:
        if self._at >= len(self._ahead):
            try:
                self._ahead, self._at = super().recv(_AHEAD), 0
            except BlockingIOError as error:
                raise TimeoutError from error
            with contextlib.suppress(OSError):
                self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        start, self._at = self._at, self._at + size
        return self._ahead[start : self._at]

    def cut(self) -> None:
        """End whatever another thread waits for on it."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)


class Wire:
    """A connected, encrypted, not yet authenticated connection. Close it always."""

    def __init__(self, name: str, sock: socket.socket | paramiko.Channel) -> None:
        self.name = name
        self._sock = sock
        self._greeted = threading.Event()
        self.transport = paramiko.Transport(sock)
        if isinstance(sock, _Eager):
            sock.wait_within()
        options = self.transport.get_security_options()
        rest = [name for name in options.ciphers if name not in _CIPHERS]
        options.ciphers = (*_CIPHERS, *rest)

    def only(self, algorithms: tuple[str, ...]) -> None:
        """Ask for host keys of these algorithms alone. Raises Incompatible."""
        try:
            self.transport.get_security_options().key_types = algorithms
        except ValueError as error:
            detail = (
                f"no host key of type {', '.join(algorithms)} can be read: {OLD_ONLY}"
            )
            raise Incompatible(Outcome.REFUSED, "key", detail) from error

    def greet(self, call: Call, limits: Limits) -> HostKey:
        """Exchange banners and keys; return the host key that was proved."""
        banner = call.deadline.within(limits.banner)
        self.transport.banner_timeout = banner.remaining()
        self.transport.packetizer.start_handshake = _no_timer  # type: ignore[method-assign,assignment]
        self.transport.start_client(event=self._greeted)
        self._await(banner)
        if not self.transport.is_active() or not self._greeted.is_set():
            raise self._trouble(late=call.is_late(banner))
        key = self.transport.get_remote_server_key()
        return HostKey(key.get_name(), key.asbytes())

    def _await(self, deadline: Deadline) -> None:
        while not self._greeted.wait(min(_TICK, deadline.remaining())):
            if deadline.expired or not self.transport.is_active():
                return

    def _trouble(self, *, late: bool) -> Trouble:
        stage = "key" if self.transport.remote_version else "banner"
        error = self.transport.get_exception()
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            return Incompatible(Outcome.REFUSED, "key", f"{error}: {OLD_ONLY}")
        if late:
            detail = "connected, and no SSH banner" if stage == "banner" else "stuck"
            return Trouble(Outcome.TIMED_OUT, stage, f"{detail} within the limit")
        detail = f"closed before its {stage} was read"
        return Trouble(Outcome.REFUSED, stage, f"{detail}: {_words(error)}")

    def open(self, host: str, port: int, deadline: Deadline) -> paramiko.Channel:
        """Return a channel from here to another machine, as `ssh -J` does."""
        return self.transport.open_channel(
            "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=deadline.remaining()
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Name every old algorithm that was agreed upon."""
        transport: Any = self.transport  # the hints leave both out
        agreed = (transport.remote_cipher, transport.remote_mac)
        return tuple(f"weak-crypto:{name}" for name in weak(agreed))

    def is_writable(self) -> bool:
        """Say whether a few bytes can be sent without waiting."""
        if isinstance(self._sock, socket.socket) and self._sock.fileno() >= 0:
            return bool(select.select([], [self._sock], [], 0)[1])
        return self.transport.is_active()

    def close(self) -> None:
        """Close everything and wait for paramiko's thread to be gone."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self.transport.close()
        self._greeted.set()
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._sock.close()
        if self.transport.is_alive() and threading.current_thread() != self.transport:
            self.transport.join(_LINGER)


def _no_timer(_seconds: float) -> None:
    """Leave out the thread by which paramiko ends a handshake: `greet` has its limit."""


def dial(server: Server, call: Call, limits: Limits) -> socket.socket:
    """Return a connected socket. Raises Trouble: refused or unreached."""
    limit = call.deadline.within(limits.connect)
    where = f"{server.address}:{server.port}"
    error: Exception | None = None
    try:
        for family, *_, address in _addresses(server):
            try:
                return _connected(_Eager(family), address, call, limit)
            except OSError as failure:
                error = failure
    except (OSError, UnicodeError) as failure:
        error = failure
    if isinstance(error, ConnectionRefusedError):
        detail = f"{where}: connection refused"
        raise Trouble(Outcome.REFUSED, "connect", detail) from error
    detail = f"{where}: {_words(error)}"
    raise Trouble(Outcome.UNREACHED, "connect", detail) from error


def _addresses(server: Server) -> list[Any]:
    kind = socket.SOCK_STREAM
    return list(socket.getaddrinfo(server.address, server.port, type=kind))


def _connected(sock: _Eager, address: Any, call: Call, limit: Deadline) -> _Eager:
    """Connect, so that a call that is hung up ends at once."""
    call.hold(sock.cut)
    try:
        sock.settimeout(max(limit.remaining(), 0.001))
        _tune(sock, call)
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


def _tune(sock: socket.socket, call: Call) -> None:
    """Send at once; give up on a peer that acknowledges nothing before we would."""
    patience = int(call.deadline.remaining() * 1000) + 1000
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)


def _words(error: BaseException | None) -> str:
    if error is None:
        return "the connection is gone"
    if isinstance(error, TimeoutError) or _number(error) == errno.ETIMEDOUT:
        return "no answer within the limit"
    text = " ".join(str(error).split())
    return text or type(error).__name__


def _number(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None
