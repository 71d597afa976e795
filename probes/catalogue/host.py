"""The machine the desk runs on, and what the desk itself takes there (by psutil)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from probes.finding import Words
from probes.probe import Probe, Reading, Unreadable
from probes.transcript import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """One local file system; `used_percent` of what ordinary users may fill."""

    mount: str
    device: str
    type: str
    size_kib: int
    used_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the asking process takes."""

    rss_kib: int
    files: int
    threads: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """This machine. `cpu_percent` is None when no time passed between two looks."""

    cpu_percent: float | None
    cores: int
    load: tuple[float, ...]  # over 1, 5 and 15 minutes
    memory_total_kib: int
    memory_available_kib: int
    swap_total_kib: int
    swap_free_kib: int
    boot_time: float  # seconds since 1970
    processes: int
    disks: tuple[Disk, ...]
    desk: Desk


def read(section: Section) -> Host:
    """Return what psutil told. Raises Unreadable when a field is missing or new."""
    try:
        found: dict[str, Any] = json.loads(section.text)
        disks = tuple(Disk(**disk) for disk in found.pop("disks"))
        desk, load = Desk(**found.pop("desk")), tuple(found.pop("load"))
        return Host(disks=disks, desk=desk, load=load, **found)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(f"not what psutil tells: {error}") from error


def readings(facts: Host) -> Iterator[Reading]:
    """Yield the desk's own figures; the machine's come from the script."""
    yield Reading("desk_rss_kib", "", facts.desk.rss_kib)
    yield Reading("desk_files", "", facts.desk.files)
    yield Reading("desk_threads", "", facts.desk.threads)
    if facts.cpu_percent is not None:
        yield Reading("host_cpu_percent", "", facts.cpu_percent)


PROBE = Probe(
    name="host",
    title=Words("本机与值守台", "This machine and the desk"),
    facts=Host,
    read=read,
    readings=readings,
)
