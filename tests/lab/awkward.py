"""Peers that misbehave on a real socket: silent, dripping, hanging up."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Manner = Callable[[socket.socket, threading.Event], None]


@contextmanager
def peer(manner: Manner) -> Iterator[int]:
    """Listen on a free port and treat every caller in the given manner."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    caller, _ = door.accept()
                    thread = threading.Thread(target=_treat, args=(caller,))
                    threads.append(thread)
                    thread.start()

        def _treat(caller: socket.socket) -> None:
            with caller, contextlib.suppress(OSError):
                manner(caller, over)

        keeper = threading.Thread(target=serve)
        keeper.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            over.set()
            keeper.join()
            for thread in threads:
                thread.join()


@contextmanager
def deaf() -> Iterator[int]:
    """Give a port on which connecting never ends: nobody picks up, the queue is full."""
    with contextlib.ExitStack() as waiting, socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        where = door.getsockname()
        for _ in range(4):
            caller = waiting.enter_context(socket.socket())
            caller.settimeout(0)
            caller.connect_ex(where)
        yield int(where[1])


def silent(_caller: socket.socket, over: threading.Event) -> None:
    """Accept and say nothing."""
    over.wait()


def hangs_up(caller: socket.socket, _over: threading.Event) -> None:
    """Accept and leave."""
    caller.shutdown(socket.SHUT_RDWR)


def dripping(drop: bytes) -> Manner:
    """Say one byte at a time, for ever."""

    def manner(caller: socket.socket, over: threading.Event) -> None:
        while not over.wait(0.05):
            caller.sendall(drop)

    return manner


def says(words: bytes, *, then_wait: bool = True) -> Manner:
    """Say some words, and wait or leave."""

    def manner(caller: socket.socket, over: threading.Event) -> None:
        caller.sendall(words)
        if then_wait:
            over.wait()

    return manner
