"""Rounds of 30, 100 and 300 servers, by the desk and by what people use instead."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import meter
from bench.lab import Estate, estate
from bench.machine import load
from bench.rivals import POOL, Rival, opsdesk, rivals, variables

LONGEST = 600
FEW = 30
"""Servers of a small round, which a large one is held against."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of one rival used. `answered` below `servers`: not comparable."""

    rival: str
    servers: int
    answered: int
    wall: float
    cpu: float
    rss_kib: int
    pss_kib: int
    load: float


def sweep(count: int, rounds: int, wanted: frozenset[str]) -> dict[str, object]:
    """Measure every rival at one size, interleaved; the last round for memory only."""
    with estate(count) as made:
        entries = list(rivals(made, wanted))
        for rival in entries[:2]:  # caches are warm, the desk has a round behind it
            once(rival, made, "time")
        runs: list[Run] = []
        few: dict[int, list[Run]] = {size: [] for size in (1, FEW) if size < count}
        for number in range(rounds):
            runs += [once(r, made, "time") for r in entries if number < r.most]
            for size in few:
                few[size] += _among(made, size)
        memory = [once(rival, made, "memory") for rival in entries]
        return {
            "servers": count,
            "rounds": rounds,
            "namespaces": made.namespaces,
            "script_bytes": made.script.stat().st_size,
            "runs": [asdict(run) for run in runs],
            "memory": [asdict(run) for run in memory],
            "few": {
                size: [asdict(one) for one in found] for size, found in few.items()
            },
        }


def _among(made: Estate, size: int) -> Iterator[Run]:
    """Yield runs that ask the first so many servers of the estate, for the slope.

    One server is what it costs to start. Thirty of the same estate, taken by turns with
    all of it, tell what a server costs in a small round and in a large one: between two
    estates of two sizes the machine itself changes by more.
    """
    spec = made.folder / "pool.json"
    known = spec.read_text()
    hosts = json.loads(known)["hosts"][:size]
    yield once(
        opsdesk(made, tuple(host.name for host in made.hosts[:size])),
        made,
        "time",
        servers=size,
    )
    spec.write_text(json.dumps({**json.loads(known), "hosts": hosts}))
    try:
        pool = next(rivals(made, frozenset({POOL})))
        yield once(pool, made, "time", servers=size)
    finally:
        spec.write_text(known)


def once(rival: Rival, made: Estate, mode: str, *, servers: int = 0) -> Run:
    """Run one rival once, under the meter."""
    rival.clear()
    result = made.folder / "measured.json"
    result.unlink(missing_ok=True)
    before = load()
    words = [sys.executable, "-I", str(Path(meter.__file__)), str(result), mode]
    subprocess.run(
        [*words, *rival.words],
        check=True,
        timeout=LONGEST,
        env=variables(rival),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    used = json.loads(result.read_text())
    run = Run(
        rival=rival.name,
        servers=servers or len(made.hosts),
        answered=rival.answered(),
        wall=used["wall"],
        cpu=used["cpu"],
        rss_kib=used["rss_kib"],
        pss_kib=used["pss_kib"],
        load=before,
    )
    _say(run)
    return run


def _say(run: Run) -> None:
    sys.stderr.write(
        f"{run.rival:34} {run.answered}/{run.servers}  {run.wall:6.2f} s wall  "
        f"{run.cpu:6.2f} s cpu  {run.rss_kib >> 10} MiB  load {run.load:.1f}\n"
    )


def sizes(text: str) -> Sequence[tuple[int, int]]:
    """Return the sizes and how often each is run, from "30x5,100x3"."""
    pairs = [part.partition("x") for part in text.split(",")]
    return [(int(size), int(times or 5)) for size, _, times in pairs]
