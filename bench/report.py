"""Writes RESULTS.md from what the parts have kept."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import archive, month, register_report, runs
from bench.rivals import OPSDESK, POOL, RAW, XARGS

Part = dict[str, Any]
MIB = 1024
_LATER = 1.2  # times the healthy round
_HEAD = """\
# Measured side by side

Written by `./dev bench`; do not edit. What is measured and how to read it:
[docs/performance.md](../docs/performance.md).

"""


def write(kept: Path, target: Path) -> None:
    """Write the report of every part that has been measured."""
    parts = {path.stem: json.loads(path.read_text()) for path in kept.glob("*.json")}
    target.write_text(_HEAD + "\n".join(_lines(parts)) + "\n", encoding="utf-8")


def _lines(parts: dict[str, Part]) -> Iterator[str]:
    sweeps = sorted(
        (part for name, part in parts.items() if name.startswith("sweep-")),
        key=lambda part: int(part["servers"]),
    )
    if parts:
        yield from _machine(max(parts.values(), key=lambda part: str(part["at"])))
    registers = _registers(parts)
    found = (
        *register_report.targets(registers),
        *runs.targets(parts.get("runs")),
        *month.targets(parts.get("month")),
        *archive.targets(parts.get("archive")),
    )
    growth = parts.get("growth")
    more = (*_of_growth(growth), *found)
    yield from _targets(sweeps, parts.get("hung"), parts.get("screens"), more)
    for part in sweeps:
        yield from _sweep(part)
    sloped = [part for part in sweeps if _has_slope(part)]
    if sloped or growth:
        yield from _per_server([*sloped, *([growth] if growth else ())])
    for part in registers:
        yield from register_report.lines(part)
    chapters = {
        "hung": _hung,
        "screens": _screens,
        "runs": runs.lines,
        "month": month.lines,
        "archive": archive.lines,
    }
    for name in (one for one in chapters if one in parts):
        yield from chapters[name](parts[name])


def _registers(parts: dict[str, Part]) -> list[Part]:
    found = [part for name, part in parts.items() if name.startswith("registers-")]
    return sorted(found, key=lambda part: (int(part["rows"]), str(part["store"])))


def _machine(part: Part) -> Iterator[str]:
    for name, value in part["machine"]:
        yield f"- {name}: {value}"
    yield ""
    yield (
        "The machine was shared with other work while this ran: every table says its "
        "load. Compare within a table, not between tables."
    )
    yield ""


def _targets(
    sweeps: Sequence[Part],
    hung: Part | None,
    screens: Part | None,
    more: Iterable[Target],
) -> Iterator[str]:
    rows = [*_of_sweeps(sweeps), *_of_hung(hung), *_of_screens(screens), *more]
    yield "## Against the targets"
    yield ""
    yield "| target | measured | met |"
    yield "| --- | --- | --- |"
    for wanted, measured, met in rows:
        yield f"| {wanted} | {measured} | {'yes' if met else '**no**'} |"
    yield ""


Target = tuple[str, str, bool]


def _of_sweeps(sweeps: Sequence[Part]) -> Iterator[Target]:
    at = {int(part["servers"]): part for part in sweeps if _runs(part, OPSDESK)}
    for rival, share in ((XARGS, 1.0), (RAW, 0.5)):
        if 30 in at and _runs(at[30], rival):  # noqa: PLR2004 - the contract's size
            theirs = _median(at[30], rival, "wall")
            ratio = _median(at[30], OPSDESK, "wall") / theirs
            yield (
                f"30 servers: wall ≤ {share:g} × {rival}",
                f"{ratio:.2f} ×",
                ratio <= share,
            )
    for size, most in ((30, 120), (300, 160)):
        if size in at:
            used = _peak(at[size], OPSDESK)
            yield (
                f"{size} servers: peak memory ≤ {most} MB",
                f"{used:.0f} MB",
                used <= most,
            )
    sloped = {size: part for size, part in at.items() if _has_slope(part)}
    cpu = {size: per_server(part, OPSDESK) for size, part in sloped.items()}
    for size, part in sloped.items():
        ratio = cpu[size] / per_server(part, POOL)
        said = f"{ratio:.2f} × ({cpu[size]:.1f} ms)"
        yield f"{size} servers: CPU per server ≤ 2 × the bare pool", said, ratio <= 2  # noqa: PLR2004


def _of_growth(part: Part | None) -> Iterator[Target]:
    if part is None:
        return
    ratio = per_server(part, OPSDESK) / per_server(part, OPSDESK, 30)
    yield "CPU per server at 300 ≤ 1.1 × that at 30", f"{ratio:.2f} ×", ratio <= 1.1  # noqa: PLR2004


def _of_hung(part: Part | None) -> Iterator[Target]:
    if part is None:
        return
    ratio, most = part["ratio"], part["limit"] + 5
    yield (
        "a tenth hung: the others stored ≤ 1.2 × healthy",
        f"{ratio:.2f} ×",
        ratio <= _LATER,
    )
    ended = part["ended"]
    yield (
        f"a tenth hung: over within the limit + 5 s ({most} s)",
        f"{ended:.1f} s",
        ended <= most,
    )


def _of_screens(part: Part | None) -> Iterator[Target]:
    for row in part["rows"] if part else ():
        p95 = row["p95_ms"]
        said = f"{row['path'].split('/')[1]}, {row['how']}: p95 < 50 ms"
        yield said, f"{p95:.0f} ms", p95 < 50  # noqa: PLR2004


def _sweep(part: Part) -> Iterator[str]:
    servers = part["servers"]
    where = "network namespaces" if part["namespaces"] else "loopback ports (not root)"
    yield f"## {servers} servers, {part['rounds']} interleaved runs"
    yield ""
    yield (
        f"Real sshd in {where}; one fresh connection a server; the script is "
        f"{part['script_bytes']} bytes. {part['at']}; load {_loads(part['runs'])}. "
        "Medians (least–most)."
    )
    yield ""
    yield (
        "| | n | answered | wall s | client CPU s | CPU ms/server | "
        "largest process MB | all, PSS MB |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name in dict.fromkeys(run["rival"] for run in part["runs"]):
        yield _row(part, name)
    yield ""


def _row(part: Part, name: str) -> str:
    runs = _runs(part, name)
    servers = part["servers"]
    answered = min(run["answered"] for run in runs)
    whole = (
        "all" if answered == servers else f"**{answered}/{servers}: not comparable**"
    )
    memory = [run for run in part["memory"] if run["rival"] == name]
    pss = max((run["pss_kib"] for run in memory), default=0) / MIB
    cells = [
        name,
        str(len(runs)),
        whole,
        _spread([run["wall"] for run in runs]),
        _spread([run["cpu"] for run in runs]),
        f"{_median(part, name, 'cpu') / servers * 1000:.0f}",
        f"{_peak(part, name):.0f}",
        f"{pss:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _per_server(sweeps: Sequence[Part]) -> Iterator[str]:
    yield "## Client CPU for each server beyond start-up"
    yield ""
    yield (
        "(CPU of a round − CPU of a round of one server) ÷ (servers − 1), of medians of "
        "runs taken by turns among the same servers."
    )
    yield ""
    yield "| servers | of an estate of | opsdesk inspect ms | bare pool ms | ratio |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for part in sweeps:
        whole = int(part["servers"])
        for size in (*(int(few) for few in part["few"] if few != "1"), whole):
            ours, pool = (per_server(part, name, size) for name in (OPSDESK, POOL))
            yield f"| {size} | {whole} | {ours:.1f} | {pool:.1f} | {ours / pool:.2f} |"
    yield ""


def _has_slope(part: Part) -> bool:
    """Say whether ours and the bare pool both ran, with one server and with all."""
    alone = {run["rival"] for run in part["few"].get("1", ())}
    return all(name in alone and _runs(part, name) for name in (OPSDESK, POOL))


def per_server(part: Part, name: str, servers: int | None = None) -> float:
    """Return milliseconds of client CPU for each server after the first."""
    if servers in {None, int(part["servers"])}:
        return _slope(part, name, _median(part, name, "cpu"), int(part["servers"]))
    return _slope(part, name, _of_few(part, name, servers), servers)


def _slope(part: Part, name: str, cpu: float, servers: int) -> float:
    return (cpu - _of_few(part, name, 1)) / (servers - 1) * 1000


def _of_few(part: Part, name: str, servers: int | None) -> float:
    found = part["few"][str(servers)]
    return statistics.median(float(r["cpu"]) for r in found if r["rival"] == name)


def _hung(part: Part) -> Iterator[str]:
    yield f"## {part['frozen']} of {part['servers']} servers hung"
    yield ""
    yield (
        "sshd stopped by SIGSTOP: it accepts and says nothing. `server` limit "
        f"{part['limit']} s. “Stored”: from the start of the command to the judgement "
        f"of the last of the other servers. {part['at']}; load {_loads(part['runs'])}."
    )
    yield ""
    yield "| | runs | others stored after, s | round over after, s |"
    yield "| --- | ---: | ---: | ---: |"
    for label, taken in (
        ("all well", [run for run in part["runs"] if not run["frozen"]]),
        (f"{part['frozen']} hung", [run for run in part["runs"] if run["frozen"]]),
    ):
        stored = _spread([run["stored"] for run in taken])
        yield f"| {label} | {len(taken)} | {stored} | {_spread([r['wall'] for r in taken])} |"
    yield ""


def _screens(part: Part) -> Iterator[str]:
    yield f"## Screens with {part['days']} days behind them"
    yield ""
    yield (
        f"29 servers × 3 × {part['days']} rounds in SQLite ({part['bytes'] >> 20} MiB), "
        f"one reader, signed in. {part['at']}; load {_loads(part['rows'])}."
    )
    yield ""
    yield "| page | through | requests | p50 ms | p95 ms | worst ms | body kB |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for row in part["rows"]:
        yield (
            f"| {row['path']} | {row['how']} | {row['n']} | {row['p50_ms']:.1f} | "
            f"{row['p95_ms']:.1f} | {row['worst_ms']:.1f} | {row['body_bytes'] / 1000:.0f} |"
        )
    yield ""


def _runs(part: Part, name: str) -> list[Part]:
    return [run for run in part["runs"] if run["rival"] == name]


def _median(part: Part, name: str, what: str) -> float:
    return statistics.median(float(run[what]) for run in _runs(part, name))


def _peak(part: Part, name: str) -> float:
    return max(float(run["rss_kib"]) for run in _runs(part, name)) / MIB


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def _loads(runs: Sequence[Part]) -> str:
    loads = [float(run["load"]) for run in runs]
    return f"{min(loads):.1f}–{max(loads):.1f}"
