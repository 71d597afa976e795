"""Runs rounds for long, some servers always in trouble, and watches what grows.

`./dev soak --minutes 30`. Exit status 1 when threads, descriptors or memory grew.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import yaml

from opsdesk.cli.first_start import ready
from opsdesk.core import clock, settings
from opsdesk.core.desk import Desk, open_desk
from opsdesk.core.runner import me
from opsdesk.flows import inspect_estate
from opsdesk.inspections.models import Slot
from opsdesk.inspections.operations.rounds import Plan
from tests.lab.process import free_port
from tests.lab.sshd import Sshd, make_key, many

HOSTS = 6
TAIL = 5
"""Readings compared at both ends of the soak; the first rounds still load modules."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What this process holds after a round."""

    rss_kib: int
    threads: int
    descriptors: int


def reading() -> Reading:
    """Return what this process holds now."""
    status = Path("/proc/self/status").read_text()
    rss = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return Reading(
        rss_kib=int(rss.split()[1]),
        threads=threading.active_count(),
        descriptors=len(list(Path("/proc/self/fd").iterdir())),
    )


@contextmanager
def a_desk(place: Path) -> Iterator[Desk]:
    """Give a desk over real sshd, one that says nothing and one that is not there."""
    with ExitStack() as running:
        user_key = make_key(place / "user_key")
        hosts = running.enter_context(many(place / "hosts", user_key, HOSTS))
        deaf = running.enter_context(
            socket.create_server(("127.0.0.1", 0), backlog=4096)
        )
        mute = int(deaf.getsockname()[1])  # connects in the backlog, never a word
        config = place / "config.yaml"
        config.write_text(yaml.safe_dump(_config(hosts, mute, user_key)))
        found = settings.load(config, environ={})
        ready(found)
        yield open_desk(found)


def _config(hosts: list[Sshd], mute: int, user_key: Path) -> dict[str, object]:
    servers: list[dict[str, object]] = [
        _server(host.name, host.port, host.host_key) for host in hosts
    ]
    pin = hosts[0].host_key
    servers += [_server("mute", mute, pin), _server("gone", free_port(), pin)]
    return {
        "desk": {"listen": "127.0.0.1:1", "data": "var"},
        "inspections": {
            "limits": {
                "connect": "1s",
                "banner": "2s",
                "auth": "5s",
                "script": "7s",
                "server": "8s",
            },
        },
        "credentials": {"lab": {"user": hosts[0].user, "key_file": str(user_key)}},
        "servers": servers,
    }


def _server(name: str, port: int, host_key: str) -> dict[str, object]:
    return {
        "name": name,
        "kind": "other",
        "zone": "lab",
        "address": "127.0.0.1",
        "port": port,
        "credential": "lab",
        "host_key": host_key,
    }


def one_round(desk: Desk) -> None:
    """Run a whole round: ask, keep, read, judge, record."""
    at = clock.now()
    plan = Plan(
        day=clock.local_day(at, desk.settings.desk.timezone),
        slot=Slot.ADHOC,
        servers=desk.settings.servers,
        by="soak",
    )
    requested = inspect_estate.request(desk, plan, at=at)
    assert requested is not None  # ad-hoc rounds have no lock
    inspect_estate.claim(desk, requested[0], runner=me())
    inspect_estate.run(desk, inspect_estate.Order(requested[0], me()))


def soak(minutes: float) -> list[Reading]:
    """Run rounds for so long; returns one reading per round."""
    readings: list[Reading] = []
    with (
        tempfile.TemporaryDirectory(prefix="opsdesk-soak-") as place,
        a_desk(Path(place)) as desk,
    ):
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end or len(readings) < 2 * TAIL:
            one_round(desk)
            readings.append(reading())
            print(f"round {len(readings)}: {readings[-1]}", flush=True)
        desk.database.dispose()
    return readings


def grew(readings: list[Reading]) -> list[str]:
    """Return what is larger at the end than after the first rounds, by more than noise."""
    first, last = readings[TAIL : 2 * TAIL], readings[-TAIL:]
    found = []
    for name, slack in (("rss_kib", 8192), ("threads", 0), ("descriptors", 2)):
        before = median(getattr(row, name) for row in first)
        after = median(getattr(row, name) for row in last)
        print(f"{name}: {before} -> {after}")
        if after > before + slack:
            found.append(name)
    return found


def main() -> int:
    """Run as `python -m bench.soak`."""
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    bad = grew(soak(parser.parse_args().minutes))
    print(f"grew: {', '.join(bad)}" if bad else "nothing grew")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
