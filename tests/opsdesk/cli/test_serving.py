"""`opsdesk serve` when a process of it is killed, and when it is started by hand again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess  # noqa: TID251 - the desk as a person starts it
from pathlib import Path

import pytest

from tests.lab.desk import Place, local, place, until

SERVE = ("serve", "--no-first-round")


@pytest.fixture
def desk(tmp_path: Path) -> Place:
    """Give a desk that is ready and not served."""
    return place(tmp_path / "desk", servers=[local("here")])


def listens(desk: Place) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", desk.port)) == 0


def children(process: subprocess.Popen[bytes]) -> dict[str, int]:
    """Return the process numbers of the web and the scheduler process."""
    found = {}
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for number in listed.read_text().split():
        words = Path(f"/proc/{number}/cmdline").read_bytes()
        found["web" if b"gunicorn" in words else "scheduler"] = int(number)
    return found


@pytest.mark.parametrize("name", ["web", "scheduler"])
def test_a_process_that_is_killed_is_started_again(desk: Place, name: str) -> None:
    with desk.running(*SERVE) as supervisor:
        until(lambda: listens(desk), "the desk listens")
        before = children(supervisor)
        os.kill(before[name], signal.SIGKILL)
        until(
            lambda: children(supervisor).get(name, before[name]) != before[name],
            f"another {name} process",
        )
        until(lambda: listens(desk), "the desk listens")
        other = ({"web", "scheduler"} - {name}).pop()
        assert children(supervisor)[other] == before[other]


def test_after_the_supervisor_is_killed_the_desk_starts_again_by_hand(
    desk: Place,
) -> None:
    with desk.running(*SERVE) as supervisor:
        until(lambda: listens(desk), "the desk listens")
        supervisor.kill()
        supervisor.wait(10)
        until(lambda: not listens(desk), "the port is free again")
    with desk.running(*SERVE) as again:
        until(lambda: listens(desk), "the desk listens")
        assert again.poll() is None
