"""`./dev bench`: measure, keep the figures, write RESULTS.md."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench import inspect
from bench.machine import describe, load

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var/bench/results"


def main() -> int:
    """Do the parts that are asked for; all of them when none is."""
    chosen = _arguments()
    for size, rounds in inspect.sizes(chosen.sizes):
        keep(f"sweep-{size}", inspect.sweep(size, rounds, frozenset(chosen.only)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--sizes", default="30x5,100x3,300x3")
    parser.add_argument("--only", action="append", default=[], metavar="ROW")
    return parser.parse_args()


def keep(name: str, found: dict[str, Any]) -> None:
    """Keep what one part has measured; RESULTS.md is made of all parts."""
    KEPT.mkdir(parents=True, exist_ok=True)
    whole = {**found, "machine": describe(), "load": load()}
    (KEPT / f"{name}.json").write_text(json.dumps(whole, indent=1))


if __name__ == "__main__":
    raise SystemExit(main())
