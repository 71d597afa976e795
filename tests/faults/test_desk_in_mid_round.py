"""The desk itself in trouble: killed, stopped, without disk, without its database."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab.awkward import peer, silent
from tests.lab.desk import ROOT, Place, environ, local, place, until
from tests.lab.process import PATIENCE

LIMITS = {
    "connect": "3s",
    "banner": "20s",
    "auth": "3s",
    "script": "20s",
    "server": "25s",
}


def mute(port: int) -> dict[str, Any]:
    """Return a server that accepts and never says a word."""
    return {
        "name": "mute",
        "kind": "other",
        "zone": "lab",
        "address": "127.0.0.1",
        "port": port,
        "credential": "nobody",
        "host_key": "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    }


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Place]:
    """Give a desk with one quick server and one that keeps a round waiting."""
    with peer(silent) as port:
        yield place(
            tmp_path / "desk",
            inspections={"limits": LIMITS},
            credentials={"nobody": {"user": "nobody", "password": "env:NO_SUCH"}},
            servers=[local("quick"), mute(port)],
        )


def visits(desk: Place) -> dict[str, tuple[Any, ...]]:
    """Return outcome, transcript and moment of each visit."""
    query = "select server, outcome, transcript_sha256, began_at from visit"
    return {row[0]: row[1:] for row in desk.rows(query)}


def interrupted(desk: Place) -> subprocess.Popen[bytes]:
    """Start a round and kill it with SIGKILL once the quick server is recorded."""
    child = subprocess.Popen(
        desk.words("inspect", "--quiet"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environ(),
    )
    until(lambda: visits(desk).get("quick", [None])[0], "the quick server is recorded")
    assert visits(desk)["mute"][0] is None
    child.kill()
    child.wait(PATIENCE)
    return child


def test_a_round_killed_half_way_is_finished_without_asking_anyone_twice(
    desk: Place,
) -> None:
    interrupted(desk)
    before = visits(desk)["quick"]
    with desk.scheduler():
        until(
            lambda: desk.rows(
                "select 1 from round where status in ('judged','reviewed')"
            ),
            "the round is finished",
            seconds=90,
        )
    assert visits(desk)["quick"] == before
    assert visits(desk)["mute"][0] in {"timed_out", "unreached"}
    assert desk.rows("select resumed from round") == [(1,)]


def test_a_stopped_scheduler_leaves_the_round_to_the_next(desk: Place) -> None:
    interrupted(desk)
    with desk.scheduler():
        until(lambda: desk.rows("select 1 from round where resumed = 1"), "taken over")
    assert desk.rows("select status from round") in ([("running",)], [("judged",)])
    with desk.scheduler():
        until(
            lambda: desk.rows(
                "select 1 from round where status in ('judged','reviewed')"
            ),
            "the round is finished",
            seconds=90,
        )
    assert desk.rows("select count(*) from visit") == [(2,)]


def test_a_second_scheduler_on_the_same_folder_leaves_at_once(desk: Place) -> None:
    with desk.scheduler():
        until(lambda: "scheduler.started" in desk.output(), "the first has started")
        second = subprocess.run(
            [sys.executable, "-m", "opsdesk.scheduler", str(desk.config)],
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            cwd=ROOT,
            env=environ(),
        )
    assert second.returncode == 3
    assert b"scheduler.locked" in second.stderr


def test_a_database_locked_for_a_while_delays_a_round_and_loses_nothing(
    tmp_path: Path,
) -> None:
    desk = place(tmp_path / "desk", servers=[local("quick")])
    base = sqlite3.connect(
        next(desk.data.glob("*.sqlite3")), isolation_level=None, check_same_thread=False
    )
    base.execute("BEGIN IMMEDIATE")
    release = threading.Timer(4, lambda: base.execute("ROLLBACK"))
    release.start()
    began = time.monotonic()
    desk.run("inspect", "--quiet", status=None)
    release.join()
    base.close()
    assert time.monotonic() - began > 3
    assert visits(desk)["quick"][0] == "answered"


@contextmanager
def tiny_disk(at: Path, kib: int) -> Iterator[None]:
    """Mount a file system of so many KiB."""
    at.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(at)]
    if os.geteuid() != 0 or subprocess.run(words, check=False).returncode != 0:
        pytest.skip("mounting a tiny disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def test_a_full_disk_ends_the_round_with_a_sentence_and_it_is_finished_later(
    tmp_path: Path,
) -> None:
    desk = place(tmp_path / "desk", servers=[local("quick")])
    files = desk.data / "files"
    shutil.rmtree(files, ignore_errors=True)
    with tiny_disk(files, 64):
        (files / "filler").write_bytes(b"x" * 60 * 1024)
        said = desk.run("inspect", "--quiet", status=3)
        assert "磁盘已满" in said
        assert desk.rows("select status from round") == [("running",)]
    with desk.scheduler():
        until(
            lambda: desk.rows(
                "select 1 from round where status in ('judged','reviewed')"
            ),
            "the round is finished once there is room",
        )
    assert visits(desk)["quick"][0] == "answered"


def test_serve_starts_tells_the_way_in_and_ends_with_nothing_left(
    tmp_path: Path,
) -> None:
    desk = place(tmp_path / "desk", servers=[local("quick")])
    with desk.running("serve") as child:
        until(lambda: "一次性口令" in desk.output(), "the password is shown")
        until(lambda: answers(desk.port), "the desk answers")
        assert desk.rows("select count(*) from round where slot = 'adhoc'") == [(1,)]
        family = children(child.pid)
        assert len(family) >= 2
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    desk = place(tmp_path / "desk", servers=[local("quick")])
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", desk.port)):
        said = desk.run("serve", status=2)
    assert "没有启动任何进程" in said
    assert desk.rows("select count(*) from round") == [(0,)]


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether the sign-in page is served."""
    import urllib.request  # noqa: PLC0415

    try:
        with urllib.request.urlopen(f"http://{host}:{port}/sign-in", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Return a process's children and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def test_a_desk_listens_on_ipv6_and_tells_an_address_that_opens(
    tmp_path: Path,
) -> None:
    from tests.lab.process import free_port  # noqa: PLC0415

    port = free_port()
    desk = place(
        tmp_path / "desk",
        desk={"listen": f"[::1]:{port}", "data": "var"},
        servers=[local("quick")],
    )
    with desk.running("serve", "--no-first-round"):
        until(lambda: f"http://[::1]:{port}" in desk.output(), "the address is told")
        until(lambda: answers(port, "[::1]"), "the desk answers")
