"""A tenth of the servers accept and never say a word: when are the others done."""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from bench.lab import Estate, estate
from bench.machine import load
from opsdesk.core import clock
from tests.lab.desk import Place
from tests.lab.streets import freeze, thaw

LIMITS = {
    "connect": "5s",
    "banner": "8s",
    "auth": "8s",
    "script": "20s",
    "server": "20s",
}
SERVER_LIMIT = 20
STORED = """
SELECT v.server, v.outcome, j.at FROM visit v JOIN judgement j ON j.id = v.judgement_id
WHERE v.round_id = (SELECT max(id) FROM round)
"""


def hung(count: int, rounds: int) -> dict[str, Any]:
    """Run rounds with all servers well and with a tenth frozen, by turns."""
    with estate(count) as made:
        desk = made.desk("hung", limits=LIMITS)
        frozen = {host.name for host in made.hosts[:: len(made.hosts) // _tenth(made)]}
        _round(desk, made, frozen=set(), watched=frozen)
        runs = []
        for _ in range(rounds):
            runs.append(_round(desk, made, frozen=set(), watched=frozen))
            runs.append(_round(desk, made, frozen=frozen, watched=frozen))
    well = [run["stored"] for run in runs if not run["frozen"]]
    ill = [run["stored"] for run in runs if run["frozen"]]
    return {
        "servers": count,
        "frozen": len(frozen),
        "limit": SERVER_LIMIT,
        "runs": runs,
        "ratio": statistics.median(ill) / statistics.median(well),
        "ended": max(run["wall"] for run in runs if run["frozen"]),
    }


def _tenth(made: Estate) -> int:
    return max(1, len(made.hosts) // 10)


def _round(
    desk: Place, made: Estate, *, frozen: set[str], watched: set[str]
) -> dict[str, Any]:
    """Run one round; `stored`: seconds until the last of the others was written down."""
    before = load()
    with ExitStack() as ice:
        for host in made.hosts:
            if host.name in frozen:
                freeze(host)
                ice.callback(thaw, host)
        began = clock.now()
        start = time.monotonic()
        desk.run("inspect", "--quiet", status=None)
        wall = time.monotonic() - start
    others = [row for row in desk.rows(STORED) if row[0] not in watched]
    moments = [datetime.fromisoformat(f"{at}+00:00") for _, _, at in others]
    run = {
        "frozen": len(frozen),
        "answered": sum(outcome == "answered" for _, outcome, _ in others),
        "stored": (max(moments) - began).total_seconds(),
        "wall": wall,
        "load": before,
    }
    sys.stderr.write(
        f"{len(frozen)} frozen: the other {run['answered']} stored after "
        f"{run['stored']:.2f} s, round over after {wall:.2f} s\n"
    )
    return run
