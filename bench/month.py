"""A busy month as PDF: WeasyPrint in its own process, beside headless Chromium.

Both print the same HTML. CPU and memory are the renderer's own, children and all; for
Chromium its processes are summed while it runs, since it does not wait for them itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import psutil
from pypdf import PdfReader

from bench.machine import load
from bench.register_seed import seed
from opsdesk.core import clock, migrate
from opsdesk.core.database import Database
from opsdesk.reporting import span
from opsdesk.reporting.queries import tickets
from opsdesk.tickets.models import Kind
from reports.__main__ import report_sample
from reports.documents.freezing import freeze
from reports.documents.monthly import Ledger, MonthlyReport, ReportSection
from reports.page import render

RUNS = 3
TICKETS = 300
FLEET = 29
OCTOBER = date(2026, 10, 1)
BODY = "opsdesk, without appendices"
_SECONDS, _MEMORY_MIB = 120, 1024
"""The bounds of the process that renders, as a desk has them or wider."""


def month(rows: int) -> dict[str, Any]:
    """Measure a busy month at 29 and at 300 servers, and gathering among `rows`."""
    return {
        "at": clock.now().isoformat(timespec="minutes"),
        "load": load(),
        "servers": {str(n): _printed(n) for n in (FLEET, 100, 300)},
        "gathering": _gathering(rows),
    }


def lines(part: dict[str, Any]) -> Iterator[str]:
    """Yield what RESULTS.md says of it."""
    yield "## A busy month as PDF"
    yield ""
    yield f"90 rounds, {TICKETS} tickets; load {part['load']}; median of {RUNS} runs."
    yield ""
    yield "| servers | engine | wall s | CPU s | memory MiB | pages | file KiB |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"
    for servers, found in part["servers"].items():
        for engine in ("opsdesk", BODY, "chromium"):
            if one := found.get(engine):
                figures = (one[name] for name in _SHOWN)
                yield (
                    f"| {servers} | {engine} | " + " | ".join(map(str, figures)) + " |"
                )
    asked = part["gathering"]
    yield ""
    yield (
        f"The six registers' figures of a day with {asked['of_the_period']} of "
        f"{asked['rows']} tickets, {asked['carried']} carried over: {asked['ms']} ms."
    )
    yield ""


def targets(part: dict[str, Any] | None) -> Iterator[tuple[str, str, bool]]:
    """Yield what a month's report may cost, beside what it did."""
    if part is None:
        return
    found = part["servers"]
    own, other = (found[str(FLEET)].get(one) for one in ("opsdesk", "chromium"))
    month = f"busy month, {FLEET} servers"
    for name, most, unit in (("cpu_s", 4, "s of CPU"), ("rss_mib", 300, "MiB")):
        yield f"{month}: ≤ {most} {unit}", f"{own[name]}", own[name] <= most
    if other:
        ratio = own["wall_s"] / other["wall_s"]
        yield f"{month}: wall ≤ 1 × headless Chromium", f"{ratio:.2f} ×", ratio <= 1
    large = found["300"]["opsdesk"]["rss_mib"]
    yield "busy month, 300 servers: < 1,024 MiB", f"{large}", large < 1024  # noqa: PLR2004
    asked = part["gathering"]
    yield (
        f"figures of a month at {asked['rows']:,} tickets: < 300 ms",
        f"{asked['ms']} ms",
        asked["ms"] < 300,  # noqa: PLR2004
    )


_SHOWN = ("wall_s", "cpu_s", "rss_mib", "pages", "kib")


def busy(servers: int) -> MonthlyReport:
    """Return the sample's month with so many servers, 90 rounds and 300 tickets."""
    record = report_sample("monthly")
    daily, visits, registers = record.appendices
    (shape, *_more), (incidents, *others) = visits.blocks, registers.blocks
    assert isinstance(shape, Ledger)
    assert isinstance(incidents, Ledger)
    blocks = tuple(
        replace(shape, title=f"server-{n}", lines=_days(shape)) for n in range(servers)
    )
    every = tuple(
        (f"INC-20261001-{n:04d}", *incidents.lines[n % len(incidents.lines)][1:])
        for n in range(TICKETS)
    )
    return replace(
        record,
        appendices=(
            daily,
            ReportSection(key=visits.key, title=visits.title, blocks=blocks),
            replace(registers, blocks=(replace(incidents, lines=every), *others)),
        ),
    )


def _days(shape: Ledger) -> tuple[Any, ...]:
    lines = shape.lines
    days = [OCTOBER + timedelta(days=n) for n in range(30)]
    return tuple((f"{d:%m-%d}", *lines[0][1:]) for d in days)


def _printed(servers: int) -> dict[str, Any]:
    """Measure a month; at the contract's size its body alone and the browser as well."""
    record = busy(servers)
    with tempfile.TemporaryDirectory(prefix="opsdesk-month-") as folder:
        base = Path(folder)
        _write(base, record)
        own = [_own(base) for _ in range(RUNS + 1)][1:]  # the first compiles
        if servers != FLEET:
            return {"opsdesk": _middle(own)}
        other = [_chromium(base) for _ in range(RUNS)]
        _write(base, replace(record, appendices=()))
        body = [_own(base) for _ in range(RUNS)]
    return {
        "opsdesk": _middle(own),
        BODY: _middle(body),
        "chromium": _middle(other),
    }


def _write(base: Path, record: MonthlyReport) -> None:
    (base / "month.html").write_text(render(record, "zh"))
    (base / "month.json").write_bytes(freeze(record))


def _own(base: Path) -> dict[str, float]:
    out, given = base / "own.pdf", base / "given"
    html, data = (base / name for name in ("month.html", "month.json"))
    given.write_bytes(html.read_bytes() + data.read_bytes())
    bounds = map(str, (_SECONDS, _MEMORY_MIB, html.stat().st_size))
    command = [sys.executable, "-m", "reports.pdf", str(base / "cache"), *bounds]
    with given.open("rb") as source, out.open("wb") as target:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, env=_installed(base), stdin=source, stdout=target
        )
        _pid, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return {
        "wall_s": wall,
        "cpu_s": used.ru_utime + used.ru_stime,
        "rss_mib": used.ru_maxrss / 1024,
        "pages": _pages(out),
        "kib": out.stat().st_size / 1024,
    }


def _installed(base: Path) -> dict[str, str]:
    """Let modules be read as compiled ones, as an installation has them."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(base / "compiled")}


def _chromium(base: Path) -> dict[str, float]:
    tool = shutil.which("chromium")
    if tool is None:
        return {}
    out = base / "other.pdf"
    command = [
        *(tool, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-sync"),
        *("--disable-component-update", f"--user-data-dir={base / 'profile'}"),
        *("--no-pdf-header-footer", f"--print-to-pdf={out}"),
        (base / "month.html").as_uri(),
    ]
    began = time.perf_counter()
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    seen = _watch(child)
    return {
        "wall_s": time.perf_counter() - began,
        **seen,
        "pages": _pages(out),
        "kib": out.stat().st_size / 1024,
    }


def _watch(child: subprocess.Popen[bytes]) -> dict[str, float]:
    """Return what a process and those below it used, as seen twenty times a second."""
    cpu: dict[int, float] = {}
    most = 0.0
    while child.poll() is None:
        memory = 0.0
        try:
            head = psutil.Process(child.pid)
            for one in (head, *head.children(recursive=True)):
                times = one.cpu_times()
                cpu[one.pid] = times.user + times.system
                memory += one.memory_info().rss / 1024 / 1024
        except psutil.NoSuchProcess:
            pass
        most = max(most, memory)
        time.sleep(0.05)
    return {"cpu_s": sum(cpu.values()), "rss_mib": most}


def _pages(path: Path) -> int:
    return len(PdfReader(path).pages)


def _middle(found: list[dict[str, float]]) -> dict[str, float]:
    whole = [one for one in found if one]
    names = whole[0] if whole else {}
    return {name: round(median(one[name] for one in whole), 2) for name in names}


def _gathering(rows: int) -> dict[str, Any]:
    """Time the six registers' questions of one month; times in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="opsdesk-month-") as folder:
        address = f"sqlite:///{Path(folder) / 'desk.db'}"
        migrate.upgrade(address)
        database = Database(address)
        seed(database, rows)
        zone = ZoneInfo("Asia/Shanghai")
        last = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=rows)
        period = span.between(
            last.date() - timedelta(days=1), last.date() - timedelta(days=1), zone
        )
        times: list[float] = []
        found: list[tickets.Register] = []
        for _ in range(RUNS + 2):
            began = time.perf_counter()
            with database.reading() as session:
                found = [tickets.register(session, kind, period) for kind in Kind]
            times.append(1000 * (time.perf_counter() - began))
        database.dispose()
        return {
            "rows": rows,
            "of_the_period": sum(len(one.opened) for one in found),
            "carried": sum(one.carried for one in found),
            "ms": round(median(times), 1),
        }
