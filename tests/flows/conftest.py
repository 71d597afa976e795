"""A desk whose servers are sockets of the test's own, on either database."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from opsdesk.core import settings
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from tests.factories.months import a_month
from tests.lab.process import free_port


@dataclass(slots=True)
class Peer:
    """An HTTP server that says what it is told, and does something when asked."""

    port: int
    body: bytes = b"ready"
    asked: int = 0
    then: Callable[[], None] | None = field(default=None)

    def answer(self, link: socket.socket) -> None:
        with link:
            link.settimeout(5)
            with suppress(OSError):
                link.recv(65536)
                self.asked += 1
                if self.then is not None:
                    self.then()
                head = (
                    "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                    f"Content-Length: {len(self.body)}\r\n\r\n"
                )
                link.sendall(head.encode() + self.body)


@contextmanager
def listening() -> Iterator[Peer]:
    """Serve until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = Peer(server.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    peer.answer(server.accept()[0])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Give a server that answers."""
    with listening() as found:
        yield found


def desk_of(folder: Path, database: Database, peer: Peer) -> Desk:
    """Return a desk with a server that answers, and one that is down."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "desk": {"name": "试验台", "data": "var"},
        "inspections": {"times": ["08:00", "14:00", "20:00"], "catch_up": "2h"},
        "servers": [
            {
                "name": "web-1",
                "kind": "other",
                "zone": "lab",
                "address": "127.0.0.1",
                "transport": "none",
                "checks": [{"http": f"http://127.0.0.1:{peer.port}/"}],
            },
            {
                "name": "gone-1",
                "kind": "other",
                "zone": "lab",
                "address": "127.0.0.1",
                "transport": "none",
                "checks": [{"tcp": free_port()}],
            },
        ],
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    found = settings.load(path, environ={})
    found.desk.data.mkdir(mode=0o700, exist_ok=True)
    return Desk(found, database, Store(found.desk.data / "files"))


@pytest.fixture
def desk(tmp_path: Path, database: Database, peer: Peer) -> Desk:
    """Give a desk on each of the two databases."""
    return desk_of(tmp_path / "desk", database, peer)


@pytest.fixture(scope="session")
def month(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play a month, and give the folder it lies in; tests copy it."""
    folder = tmp_path_factory.mktemp("month")
    shutil.copyfile(sqlite_template, folder / "desk.db")
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    a_month(folder, database)
    database.dispose()
    return folder
