"""A plan as bytes under its hash, and back; the plans in force, read from their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from runbooks import loader
from runbooks.loader import BadPlan
from runbooks.plan import Plan


def packed(plan: Plan) -> tuple[bytes, str]:
    """Return a plan's canonical bytes and their SHA-256."""
    return loader.dumps(plan), loader.digest(plan)


@lru_cache(maxsize=64)
def unpacked(content: bytes) -> Plan:
    """Return the plan that was kept as these bytes; parsed once."""
    return loader.loads(content)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The plans in force by their ids, and the files that could not be read."""

    plans: Mapping[str, Plan]
    bad: tuple[BadPlan, ...] = ()


def shelf(folder: Path | None = None) -> Shelf:
    """Return the shipped plans, each replaced by the customer's of the same id.

    Read again only when a file changed.
    """
    files = [*loader.shipped_files(), *(loader.plan_files(folder) if folder else ())]
    return _read(tuple((str(path), *_stamp(path)) for path in files))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)
def _read(files: Sequence[tuple[str, int, int]]) -> Shelf:
    plans: dict[str, Plan] = {}
    bad = []
    for name, _changed, _size in files:
        try:
            plan = loader.load(Path(name))
        except BadPlan as mistake:
            bad.append(mistake)
        else:
            plans[plan.id] = plan
    return Shelf(plans, tuple(bad))
