"""Runs under way on a real desk: declared, taken by its scheduler, killed, asked after."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.lab.desk import ROOT, Place, environ, place, until
from tests.lab.process import PATIENCE
from tests.lab.sshd import Sshd

LEASE = 90
"""Seconds within which a lost step must have become unknown."""


def known(host: Sshd, **more: Any) -> dict[str, Any]:
    """Return a server of the lab as config.yaml has it."""
    return {
        "name": host.name,
        "address": host.address,
        "port": host.port,
        "credential": "lab",
        "host_key": host.host_key,
        **more,
    }


def lab(host: Sshd) -> dict[str, Any]:
    return {"lab": {"user": host.user, "key_file": str(host.user_key)}}


def scratch(port: int, database: str = "drill_mute") -> dict[str, Any]:
    """Return a database to rehearse in, on this machine."""
    where = {"host": "127.0.0.1", "port": port}
    return {**where, "user": "postgres", "database": database}


def desk_for(folder: Path, host: Sshd, **sections: Any) -> Place:
    return place(folder, credentials=lab(host), servers=[known(host)], **sections)


def declare(desk: Place, *steps: dict[str, Any]) -> str:
    words = [sys.executable, "-m", "tests.faults.declaring", str(desk.config)]
    done = subprocess.run(
        [*words, json.dumps(steps)],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        cwd=ROOT,
        env=environ(),
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def step(key: str, action: str, **more: Any) -> dict[str, Any]:
    arguments = more.pop("arguments", {})
    return {"key": key, "action": action, "arguments": arguments, **more}


def states(desk: Place) -> dict[str, str]:
    return dict(desk.rows("select key, state from run_step"))


def ends(desk: Place, key: str) -> str:
    """Wait until a step is over or unknown, and return which."""

    def ended() -> str | None:
        found = states(desk)[key]
        return found if found not in ("pending", "running") else None

    return str(until(ended, f"{key} is over", seconds=LEASE))


def leased(desk: Place, key: str) -> bool:
    query = f"select 1 from run_step where key = '{key}' and lease_until is not null"
    return bool(desk.rows(query))


@contextmanager
def killed_in(desk: Place, *keys: str) -> Iterator[None]:
    """Run a scheduler until it holds these steps, and kill it with SIGKILL there."""
    with desk.scheduler() as child:
        for key in keys:
            until(partial(leased, desk, key), f"{key} is being carried out")
        child.kill()
        child.wait(PATIENCE)
    found = states(desk)
    assert [found[key] for key in keys] == ["running"] * len(keys)
    yield


def hanging(kind: str, where: dict[str, str]) -> dict[str, Any]:
    """Return a step that is not over when the desk is killed, and not to be redone."""
    if kind == "precheck":
        return {"precheck": kind, "action": "ssh.check", "arguments": where}
    return step(kind, kind, arguments=where, timeout=120, idempotent=False)
