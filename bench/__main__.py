"""`./dev bench`: measure, keep the figures, write RESULTS.md."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import archive, hung, inspect, month, registers, report, runs, screens
from bench.machine import describe
from bench.rivals import OPSDESK, POOL
from opsdesk.core import clock

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var/bench/results"
RESULTS = ROOT / "bench/RESULTS.md"
PARTS = (
    "sweeps",
    "growth",
    "hung",
    "screens",
    "registers",
    "month",
    "runs",
    "archive",
    "report",
)


def main() -> int:
    """Do the parts that are asked for; all of them when none is."""
    chosen = _arguments()
    parts = set(chosen.parts) or set(PARTS)
    if "sweeps" in parts:
        for size, rounds in inspect.sizes(chosen.sizes):
            found = inspect.sweep(size, rounds, frozenset(chosen.only))
            keep(f"sweep-{size}", found)
    if "growth" in parts:
        keep("growth", inspect.sweep(300, 5, frozenset({OPSDESK, POOL})))
    if "hung" in parts:
        keep("hung", hung.hung(30, chosen.hung_rounds))
    if "screens" in parts:
        keep("screens", screens.screens(chosen.days))
    if "registers" in parts:
        _registers(chosen)
    _the_rest(parts, chosen)
    report.write(KEPT, RESULTS)
    return 0


def _registers(chosen: argparse.Namespace) -> None:
    for rows in chosen.tickets:
        for store in chosen.store or registers.STORES:
            found = registers.registers(rows, store)
            keep(f"registers-{rows}-{store}", found)
            registers.say(found)


def _the_rest(parts: set[str], chosen: argparse.Namespace) -> None:
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "month": partial(month.month, chosen.tickets[0]),
        "runs": runs.measure,
        "archive": partial(
            archive.measure,
            chosen.documents,
            tuple(chosen.store or archive.STORES),
        ),
    }
    for name, measure in measures.items():
        if name in parts:
            keep(name, measure())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--sizes", default="30x5,100x5,300x5", help="SERVERSxRUNS,…")
    parser.add_argument("--tickets", type=_sizes, default=[100_000], metavar="N,…")
    parser.add_argument("--documents", type=int, default=20_000, metavar="N")
    parser.add_argument("--store", action="append", choices=registers.STORES)
    parser.add_argument("--only", action="append", default=[], metavar="ROW")
    parser.add_argument("--hung-rounds", type=int, default=3)
    parser.add_argument("--days", type=int, default=1825)
    return parser.parse_args()


def _sizes(words: str) -> list[int]:
    return [int(word) for word in words.split(",")]


def keep(name: str, found: dict[str, Any]) -> None:
    """Keep what one part has measured; RESULTS.md is made of all parts."""
    KEPT.mkdir(parents=True, exist_ok=True)
    at = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    whole = {**found, "machine": describe(), "at": at}
    (KEPT / f"{name}.json").write_text(json.dumps(whole, indent=1))


if __name__ == "__main__":
    raise SystemExit(main())
