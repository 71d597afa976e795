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
        runs = [
            once(rival, made, "time")
            for number in range(rounds)
            for rival in entries
            if number < rival.most
        ]
        memory = [once(rival, made, "memory") for rival in entries]
        return {
            "servers": count,
            "rounds": rounds,
            "namespaces": made.namespaces,
            "script_bytes": made.script.stat().st_size,
            "runs": [asdict(run) for run in runs],
            "memory": [asdict(run) for run in memory],
            "start": [asdict(run) for run in _starts(made, rounds)],
        }


def _starts(made: Estate, rounds: int) -> Iterator[Run]:
    """Yield runs with a single server: what it costs to start, for the slope."""
    spec = made.folder / "pool.json"
    known = json.loads(spec.read_text())
    spec.write_text(json.dumps({**known, "hosts": known["hosts"][:1]}))
    pool = next(rivals(made, frozenset({POOL})))
    desk = opsdesk(made, (made.hosts[0].name,))
    for _ in range(rounds):
        yield once(desk, made, "time", servers=1)
        yield once(pool, made, "time", servers=1)


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
