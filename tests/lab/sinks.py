"""Mail servers and chat rooms of the test's own, on loopback: good, slow, silent, sick."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import sleep
from typing import Any

PATIENCE = 120


@dataclass(slots=True)
class Sink:
    """A server on loopback, what it heard, and how it behaves just now."""

    port: int
    status: int = 200
    body: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    delay: float = 0.0
    location: str = ""
    paths: list[str] = field(default_factory=list)  # asked for, or mailed to
    heard: list[bytes] = field(default_factory=list)
    then: Callable[[], None] | None = None

    def documents(self) -> list[dict[str, Any]]:
        """Return what was posted, as JSON."""
        return [json.loads(one) for one in self.heard]

    def mails(self) -> list[EmailMessage]:
        """Return what was mailed."""
        return [message_from_bytes(one, policy=policy.default) for one in self.heard]


@contextmanager
def _serving(talk: Callable[[Sink, socket.socket], None]) -> Iterator[Sink]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sink = Sink(server.getsockname()[1])
        links: list[socket.socket] = []
        threads: list[threading.Thread] = []

        def one(link: socket.socket) -> None:
            with link, suppress(OSError):
                link.settimeout(PATIENCE)
                talk(sink, link)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    link = server.accept()[0]
                    links.append(link)
                    threads.append(threading.Thread(target=one, args=(link,)))
                    threads[-1].start()

        listener = threading.Thread(target=serve)
        listener.start()
        try:
            yield sink
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            for link in links:
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
            for thread in (listener, *threads):
                thread.join(PATIENCE)


@contextmanager
def web_sink() -> Iterator[Sink]:
    """Serve HTTP: every request is kept and answered as the sink says."""
    with _serving(_talk_http) as sink:
        yield sink


@contextmanager
def mail_sink() -> Iterator[Sink]:
    """Serve SMTP without TLS: every message is kept."""
    with _serving(_talk_smtp) as sink:
        yield sink


@contextmanager
def silent_sink() -> Iterator[Sink]:
    """Accept connections, and never say a word."""
    with _serving(_say_nothing) as sink:
        yield sink


def _say_nothing(sink: Sink, link: socket.socket) -> None:
    while data := link.recv(65536):
        sink.heard.append(data)


def _talk_http(sink: Sink, link: socket.socket) -> None:
    with link.makefile("rb") as stream:
        path = stream.readline().split(b" ")[1].decode()
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        sink.paths.append(path)
        sink.heard.append(stream.read(length))
    if sink.then is not None:
        sink.then()
    sleep(sink.delay)
    more = f"Location: {sink.location}\r\n" if sink.location else ""
    head = (
        f"HTTP/1.1 {sink.status} x\r\nConnection: close\r\n{more}"
        f"Content-Length: {len(sink.body)}\r\n\r\n"
    )
    link.sendall(head.encode() + sink.body)


def _talk_smtp(sink: Sink, link: socket.socket) -> None:
    sleep(sink.delay)
    link.sendall(b"220 sink\r\n")
    with link.makefile("rb") as stream:
        while line := stream.readline():
            word = line[:4].upper().strip()
            if word == b"RCPT":
                sink.paths.append(line.decode().partition(":")[2].strip())
            if word == b"RCPT" and sink.status != 200:
                link.sendall(b"550 no such mailbox here\r\n")
            elif word == b"DATA":
                link.sendall(b"354 go on\r\n")
                sink.heard.append(_until_dot(stream))
                link.sendall(b"250 kept\r\n")
            elif word == b"QUIT":
                link.sendall(b"221 bye\r\n")
                return
            else:
                link.sendall(b"250 sink\r\n")


def _until_dot(stream: Any) -> bytes:
    lines = []
    while (line := stream.readline()) not in (b".\r\n", b""):
        lines.append(line)
    return b"".join(lines)
