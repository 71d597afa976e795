"""Memory and swap, and whether the kernel killed for want of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

ASK = r"""
if [ ! -r /proc/meminfo ]; then absent "no /proc/meminfo"; return 69; fi
cat /proc/meminfo
grep '^oom_kill ' /proc/vmstat 2>/dev/null
return 0
"""

USED = Limit(
    name="memory_used_percent", warning=85, critical=95, clear=80, unit="percent"
)
SWAP = Limit(
    name="swap_used_percent", warning=50, critical=80, clear=40, unit="percent"
)
_USED = Words("内存使用率 {measured}%", "Memory is {measured}% used")
_SWAP = Words("交换区使用率 {measured}%", "Swap is {measured}% used")
_KILLED = Words(
    "上次巡检后内核因内存不足杀死 {count} 个进程",
    "The kernel killed {count} processes for want of memory since the last round",
)
_HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """KiB, as /proc/meminfo counts. `oom_kills` since boot; None before kernel 4.13."""

    total_kib: int
    available_kib: int
    swap_total_kib: int
    swap_free_kib: int
    oom_kills: int | None

    @property
    def used_percent(self) -> int:
        return round(_HUNDRED * (self.total_kib - self.available_kib) / self.total_kib)

    @property
    def swap_used_percent(self) -> int | None:
        if self.swap_total_kib == 0:
            return None
        used = self.swap_total_kib - self.swap_free_kib
        return round(_HUNDRED * used / self.swap_total_kib)


def read(section: Section) -> Memory:
    """Return the figures; kernels before 3.14 have no MemAvailable."""
    said: dict[str, int] = {}
    for line in rows(section):
        name, colon, value = line.partition(":")
        if not colon:
            name, _, value = line.partition(" ")
        words = value.split()
        if not words:
            raise Unreadable(f"not a line of meminfo: {cut(line)!r}")
        said[name] = whole(words[0], line)
    try:
        total = said["MemTotal"]
        available = said.get("MemAvailable")
        if available is None:
            available = said["MemFree"] + said["Buffers"] + said["Cached"]
        swap = said["SwapTotal"], said["SwapFree"]
    except KeyError as error:
        raise Unreadable(f"meminfo lacks {error}") from error
    if total < 1:
        raise Unreadable("MemTotal is not positive")
    return Memory(
        total_kib=total,
        available_kib=min(available, total),
        swap_total_kib=swap[0],
        swap_free_kib=swap[1],
        oom_kills=said.get("oom_kill"),
    )


def judge(facts: Memory, here: Circumstances) -> Iterator[Finding]:
    """Yield what is over its limit, and kills since the last round."""
    for subject, value, limit, words in (
        ("memory", facts.used_percent, USED, _USED),
        ("swap", facts.swap_used_percent, SWAP, _SWAP),
    ):
        if value is not None:
            finding = Finding(
                probe="memory",
                subject=subject,
                severity=Severity.WARNING,
                message=words,
            )
            yield from against(value, limit, here, finding)
    before = here.previous
    if not isinstance(before, Memory) or before.oom_kills is None or not here.same_boot:
        return
    killed = (facts.oom_kills or 0) - before.oom_kills
    if killed > 0:
        yield Finding(
            probe="memory",
            subject="oom",
            severity=Severity.CRITICAL,
            message=filled(_KILLED, count=killed),
            measured=killed,
            unit="count",
        )


def readings(facts: Memory) -> Iterator[Reading]:
    """Yield used shares, and kills since boot."""
    yield Reading("memory_used_percent", "", facts.used_percent)
    yield Reading("memory_available_kib", "", facts.available_kib)
    if facts.swap_used_percent is not None:
        yield Reading("swap_used_percent", "", facts.swap_used_percent)
    if facts.oom_kills is not None:
        yield Reading("oom_kills_count", "", facts.oom_kills)


PROBE = Probe(
    name="memory",
    title=Words("内存与交换区", "Memory and swap"),
    facts=Memory,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(USED, SWAP),
    seconds=3,
)
