"""Disks over about a second: how busy, and how long a request waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# $OD_DISKS is /proc/diskstats as it was when the script began; see cpu.
ASK = r"""
if [ ! -r /proc/diskstats ]; then absent "no /proc/diskstats"; return 69; fi
od_took "$OD_STARTED"
printf 'span %s\n' "$od_span"
printf '%s\n' "$OD_DISKS"
echo '[after]'
cat /proc/diskstats
"""

BUSY = Limit(
    name="disk_busy_percent", warning=95, critical=None, clear=85, unit="percent"
)
WAIT = Limit(name="disk_wait_ms", warning=100, critical=1000, clear=50, unit="ms")
_BUSY = Words("磁盘 {disk} 繁忙 {measured}%", "Disk {disk} is {measured}% busy")
_WAIT = Words(
    "磁盘 {disk} 平均等待 {measured} 毫秒",
    "Disk {disk} makes requests wait {measured} ms",
)
_FEWEST = 14  # major minor name + 11 counters (kernel 2.6)
_OLD_PARTITION = 7  # kernels before 2.6.25 count four things of a partition
_SKIPPED = ("loop", "ram", "sr", "fd", "zram", "dm-", "md", "nbd")
_HUNDRED = 100
_SHORTEST_MS = 300
"""Below this a second sample says more of the clock than of the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """One whole disk. None: nothing was asked of it, or the span was too short."""

    name: str
    busy_percent: float | None
    wait_ms: float | None
    requests: int


def read(section: Section) -> tuple[Disk, ...]:
    """Return whole disks, as they were between the two samples."""
    lines = rows(section)
    if not lines or not lines[0].startswith("span") or "[after]" not in lines:
        raise Unreadable("not two samples of diskstats")
    words = lines[0].split()
    span = whole(words[1], lines[0]) if len(words) > 1 else 0
    split = lines.index("[after]")
    before = dict(_counters(lines[1:split]))
    after = dict(_counters(lines[split + 1 :]))
    return tuple(
        _disk(name, before[name], counters, span)
        for name, counters in after.items()
        if name in before and _is_whole(name, after)
    )


def _counters(lines: list[str]) -> Iterator[tuple[str, list[int]]]:
    for line in lines:
        if not line.strip():
            continue
        words = line.split()
        if len(words) == _OLD_PARTITION:
            continue
        if len(words) < _FEWEST:
            raise Unreadable(f"not a line of diskstats: {cut(line)!r}")
        if not words[2].startswith(_SKIPPED):
            yield words[2], [whole(word, line) for word in words[3:14]]


def _is_whole(name: str, known: dict[str, list[int]]) -> bool:
    """Say whether a name is a disk and not a partition of one that is listed."""
    stem = name.rstrip("0123456789")
    if stem.endswith("p") and stem[:-1] in known:
        return False
    return stem == name or stem not in known


def _disk(name: str, before: list[int], after: list[int], span: int) -> Disk:
    spent = [max(0, b - a) for a, b in zip(before, after, strict=True)]
    requests = spent[0] + spent[4]
    waited = spent[3] + spent[7]
    enough = span >= _SHORTEST_MS
    return Disk(
        name=name,
        busy_percent=round(min(100.0, _HUNDRED * spent[9] / span), 1)
        if enough
        else None,
        wait_ms=round(waited / requests, 1) if requests else None,
        requests=requests,
    )


def judge(facts: tuple[Disk, ...], here: Circumstances) -> Iterator[Finding]:
    """Yield disks that are the bottleneck."""
    for disk in facts:
        for value, limit, words, what in (
            (disk.busy_percent, BUSY, _BUSY, "busy"),
            (disk.wait_ms, WAIT, _WAIT, "wait"),
        ):
            if value is not None:
                finding = Finding(
                    probe="disks",
                    subject=f"{disk.name} {what}",
                    severity=Severity.WARNING,
                    message=words,
                )
                yield from against(value, limit, here, finding, disk=disk.name)


def readings(facts: tuple[Disk, ...]) -> Iterator[Reading]:
    """Yield what is known of each disk."""
    for disk in facts:
        if disk.busy_percent is not None:
            yield Reading("disk_busy_percent", disk.name, disk.busy_percent)
        if disk.wait_ms is not None:
            yield Reading("disk_wait_ms", disk.name, disk.wait_ms)


PROBE = Probe(
    name="disks",
    title=Words("磁盘读写", "Disk I/O"),
    facts=tuple[Disk, ...],
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(BUSY, WAIT),
    seconds=3,
)
