"""A server's figures for table A, as they are printed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from opsdesk.inspections.facts import dig, facts_of, number, rows, status_of
from opsdesk.inspections.summary import VisitSummary
from probes.catalogue.kernel import MOST as KERNEL_LINES
from probes.reply import ReplyStatus
from probes.server import Expectations
from reports.documents.daily_record import Figures
from reports.documents.words import NOT_APPLICABLE, NOT_OBTAINED, Text

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What table A says of the machine itself."""

    name: Text = NOT_OBTAINED
    uptime_days: Text = NOT_OBTAINED
    processes: Text = NOT_APPLICABLE
    ports: Text = NOT_APPLICABLE


def figures_of(visit: VisitSummary) -> Figures | None:
    """Return one round's figures; None where no question of a shell was answered."""
    if not any(status_of(visit, name) for name in ("load", "memory", "filesystems")):
        return None
    return Figures(
        cpu_percent=_percent(visit, "cpu", "used_percent"),
        load=_load(visit),
        memory_percent=_memory(visit),
        swap_percent=_swap(visit),
        filesystem=_fullest(visit),
        inodes_percent=_inodes(visit),
        clock_offset_s=_offset(visit),
        failed_logins=_count(visit, "logins", "failed_count"),
        kernel_errors=_kernel_errors(visit),
    )


def system_of(visit: VisitSummary | None, expect: Expectations) -> System:
    """Return what a visit tells of the machine, and of what it should run."""
    if visit is None:
        return System()
    identity = facts_of(visit, "identity")
    uptime = number(identity, "uptime_seconds")
    name = dig(identity, "os")
    return System(
        name=name if isinstance(name, str) and name else NOT_OBTAINED,
        uptime_days=NOT_OBTAINED if uptime is None else f"{uptime / _DAY_S:.0f}",
        processes=_processes(visit, expect),
        ports=_ports(visit, expect),
    )


def _gap(visit: VisitSummary, probe: str) -> Text:
    absent = status_of(visit, probe) is ReplyStatus.ABSENT
    return NOT_APPLICABLE if absent else NOT_OBTAINED


def _percent(visit: VisitSummary, probe: str, name: str) -> Text:
    value = number(facts_of(visit, probe), name)
    return _gap(visit, probe) if value is None else f"{value:.1f}"


def _count(visit: VisitSummary, probe: str, name: str) -> Text:
    value = number(facts_of(visit, probe), name)
    return _gap(visit, probe) if value is None else f"{value:.0f}"


def _kernel_errors(visit: VisitSummary) -> Text:
    """Return the error lines of this boot; the probe brings 200 at most."""
    facts = facts_of(visit, "kernel")
    errors = dig(facts, "errors")
    if not isinstance(errors, list):
        return _gap(visit, "kernel")
    return f"≥{KERNEL_LINES}" if len(errors) >= KERNEL_LINES else str(len(errors))


def _load(visit: VisitSummary) -> Text:
    facts = facts_of(visit, "load")
    values = [number(facts, name) for name in ("one", "five", "fifteen")]
    if None in values:
        return _gap(visit, "load")
    return " ".join(f"{value:.2f}" for value in values)


def _memory(visit: VisitSummary) -> Text:
    facts = facts_of(visit, "memory")
    total, available = number(facts, "total_kib"), number(facts, "available_kib")
    if not total or available is None:
        return _gap(visit, "memory")
    return f"{100 * (1 - available / total):.1f}"


def _swap(visit: VisitSummary) -> Text:
    facts = facts_of(visit, "memory")
    total, free = number(facts, "swap_total_kib"), number(facts, "swap_free_kib")
    if total is None or free is None:
        return _gap(visit, "memory")
    return f"{100 * (1 - free / total):.1f}" if total else NOT_APPLICABLE


def _fullest(visit: VisitSummary) -> Text:
    known = [
        (used, str(row.get("mount", "?")))
        for row in _filesystems(visit)
        if (used := number(row, "used_percent")) is not None
    ]
    if not known:
        return _gap(visit, "filesystems")
    used, mount = max(known)
    return f"{mount} {used:.0f}"


def _inodes(visit: VisitSummary) -> Text:
    known = [
        used
        for row in _filesystems(visit)
        if (used := number(row, "inodes_used_percent")) is not None
    ]
    return f"{max(known):.0f}" if known else _gap(visit, "filesystems")


def _filesystems(visit: VisitSummary) -> list[Mapping[str, Any]]:
    facts = facts_of(visit, "filesystems")
    return rows(facts) or rows(dig(facts, "filesystems"))


def _offset(visit: VisitSummary) -> Text:
    if visit.clock_offset_ms is None:
        return _gap(visit, "clock")
    return f"{visit.clock_offset_ms / 1000:.3f}"


def _processes(visit: VisitSummary, expect: Expectations) -> Text:
    """Return "wanted-there" of expected processes and services, 「/」 without any."""
    wanted, there = (*expect.processes, *expect.services), set()
    for probe, asked in (
        ("processes", expect.processes),
        ("services", expect.services),
    ):
        facts = facts_of(visit, probe)
        if asked and facts is None:
            return _gap(visit, probe)
        there |= {
            row.get("name")
            for row in rows(dig(facts, "expected"))
            if row.get("count") or row.get("state") == "active"
        }
    return _wanted(wanted, there) if wanted else NOT_APPLICABLE


def _ports(visit: VisitSummary, expect: Expectations) -> Text:
    """Return "wanted-there" of the expected ports, 「/」 where none is."""
    if not expect.ports:
        return NOT_APPLICABLE
    facts = facts_of(visit, "ports")
    if facts is None:
        return _gap(visit, "ports")
    return _wanted(
        expect.ports, {row.get("port") for row in rows(dig(facts, "listening"))}
    )


def _wanted(wanted: Collection[object], there: Collection[object]) -> str:
    return f"{len(wanted)}-{sum(1 for one in wanted if one in there)}"
