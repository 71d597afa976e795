"""Times what is compared in turns, so that a busy minute falls on all of it alike."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

ROUNDS, TURNS = 5, 40
SLOW = 0.15
"""Seconds above which something is asked in every eighth turn only."""
SELDOM = 8
ENOUGH = 100
"""So many samples before a 95th percentile means anything."""
Ask = Callable[[], object]


def interleaved(asks: Mapping[str, Ask], turns: int = TURNS) -> dict[str, Any]:
    """Return milliseconds of each: medians of the rounds, their range, and p95 of all."""
    slow = {name for name, ask in asks.items() if _seconds(ask) > SLOW}
    rounds: dict[str, list[list[float]]] = {name: [] for name in asks}
    for _ in range(ROUNDS):
        for name in asks:
            rounds[name].append([])
        for turn in range(turns):
            for name, ask in asks.items():
                if name not in slow or turn % SELDOM == 0:
                    rounds[name][-1].append(_seconds(ask) * 1000)
    found = {name: figures(taken) for name, taken in rounds.items()}
    for name, one in found.items():
        sys.stderr.write(f"  {name:44} p50 {one['p50']:8.2f}  p95 {one['p95']:8.2f}\n")
    return found


def _seconds(ask: Ask) -> float:
    began = perf_counter()
    ask()
    return perf_counter() - began


def figures(rounds: list[list[float]]) -> dict[str, Any]:
    """Sum up rounds of milliseconds."""
    middles = [statistics.median(taken) for taken in rounds]
    whole = sorted(one for taken in rounds for one in taken)
    return {
        "n": len(whole),
        "p50": statistics.median(middles),
        "least": min(middles),
        "most": max(middles),
        "p95": whole[int(len(whole) * 0.95)],
        "worst": whole[-1],
    }
