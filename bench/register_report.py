"""What RESULTS.md says of the registers: pages, writing, the sweep, the rivals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Part = Mapping[str, Any]
Target = tuple[str, str, bool]
P50_MS, P95_MS, SEARCH_MS, TIMES, CREATE_MS, SWEEP_S = 20, 50, 100, 2.5, 5, 1
WAYS = ("in the process", "gunicorn")
_PAGES = ("list", "filtered list", "open list", "ticket")
_BARE = "bare page of 50 rows"


def targets(parts: Sequence[Part]) -> Iterator[Target]:
    """Yield each target of each store and size."""
    for part in (one for one in parts if "create" in one):
        where = f"{part['rows']:,} tickets, {part['store']}"
        for way in WAYS:
            yield from _pages(part, where, way)
        yield from _writing(part, where)


def _pages(part: Part, where: str, way: str) -> Iterator[Target]:
    pages = part["pages"]
    ours = {name: pages[f"{name}, {way}"] for name in _PAGES}
    name, slow = max(ours.items(), key=lambda pair: float(pair[1]["p50"]))
    p95 = max(float(one["p95"]) for one in ours.values())
    said = f"{slow['p50']:.1f} ms ({name}), {p95:.1f} ms"
    good = slow["p50"] <= P50_MS and p95 <= P95_MS
    yield f"{where}, {way}: pages p50 ≤ {P50_MS}, p95 ≤ {P95_MS} ms", said, good
    ratio = slow["p50"] / pages[f"{_BARE}, {way}"]["p50"]
    yield f"{where}, {way}: ≤ {TIMES} × a bare page", f"{ratio:.1f} ×", ratio <= TIMES
    words = [one for key, one in pages.items() if _is_search(key, way)]
    worst = max(float(one["p95"]) for one in words)
    yield (
        f"{where}, {way}: search p95 ≤ {SEARCH_MS} ms",
        f"{worst:.1f} ms",
        worst <= SEARCH_MS,
    )


def _is_search(key: str, way: str) -> bool:
    return key.startswith("search") and key.endswith(f", {way}")


def _writing(part: Part, where: str) -> Iterator[Target]:
    create, sweep = part["create"], part["sweep"]
    beyond = create["opened"]["ms"] - create["bare"]["ms"]
    yield (
        f"{where}: create ≤ {CREATE_MS} ms of CPU beyond a bare insert",
        f"{beyond:.1f} ms",
        beyond <= CREATE_MS,
    )
    for name, said in (("first", "all have news"), ("again", "none has")):
        took = sweep[f"{name}_wall_s"]["median"]
        yield (
            f"sweep of {sweep['open']:,} open, {said}, {part['store']}: < {SWEEP_S} s",
            f"{took:.2f} s",
            took < SWEEP_S,
        )


def lines(part: Part) -> Iterator[str]:
    """Yield the chapter of one store and size; of some pages only, in a run of its own."""
    said = f", {part['note']}" if "note" in part else ""
    yield f"## Registers: {part['rows']:,} tickets, {part['store']}{said}"
    yield ""
    counted = ", ".join(f"{n:,} {name}" for name, n in part["counted"].items())
    known = ", ".join(f"{name} {one}" for name, one in part["versions"].items())
    yield (
        f"{counted}; {part['durability']}; one client, signed in. {part['at']}; load "
        f"{part['load_before']:.1f}–{part['load']:.1f}. Milliseconds; p50 is the median of "
        f"five rounds, with their range.{f' {known}.' if known else ''}"
    )
    for name, why in part["missing"].items():
        yield f"**Not measured: {name}** ({why})"
    yield ""
    yield "| page | n | p50 | range | p95 | worst |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, one in part["pages"].items():
        yield (
            f"| {name} | {one['n']} | {one['p50']:.1f} | {one['least']:.1f}–"
            f"{one['most']:.1f} | {one['p95']:.1f} | {one['worst']:.1f} |"
        )
    yield ""
    if "create" in part:
        yield from _written(part)


def _written(part: Part) -> Iterator[str]:
    create, sweep = part["create"], part["sweep"]
    yield (
        f"A ticket opened with its audit: {create['opened']['ms']:.2f} ms of CPU "
        f"({create['opened']['least']:.2f}–{create['opened']['most']:.2f}); a bare insert "
        f"{create['bare']['ms']:.2f}. A sweep over {sweep['open']:,} open tickets: "
        f"{sweep['first_wall_s']['median']:.2f} s where {sweep['told']:,} have news, "
        f"{sweep['again_wall_s']['median']:.2f} s where none has."
    )
    yield ""
