"""What the processors did over about a second: busy, waiting for disks, stolen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# $OD_CPU is the line as it was when the script began; this question is asked among the
# last, so that most of the second has passed in asking the others.
ASK = r"""
if [ ! -r /proc/stat ] || [ -z "$OD_CPU" ]; then absent "no /proc/stat"; return 69; fi
printf '%s\n' "$OD_CPU"
od_took "$OD_STARTED"
if [ "${od_span:-0}" -lt 700 ]; then sleep 1; fi
read -r line </proc/stat; printf '%s\n' "$line"
"""

USED = Limit(
    name="cpu_used_percent", warning=95, critical=None, clear=80, unit="percent"
)
IOWAIT = Limit(
    name="cpu_iowait_percent", warning=30, critical=60, clear=20, unit="percent"
)
STEAL = Limit(
    name="cpu_steal_percent", warning=10, critical=30, clear=5, unit="percent"
)
_WORDS = (
    (USED, Words("CPU 使用率 {measured}%", "CPU is {measured}% busy")),
    (IOWAIT, Words("CPU 等待磁盘 {measured}%", "CPU waits for disks {measured}%")),
    (
        STEAL,
        Words("CPU 被宿主机占用 {measured}%", "The host steals {measured}% of the CPU"),
    ),
)
_FEWEST = 5  # cpu user nice system idle (2.4 kernels); iowait … steal came later
_HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """Shares of one second in percent, all cores together. None: counters stood still.

    A counter that ran backwards (a core unplugged) counts as zero, never as a spike.
    """

    used_percent: float | None
    iowait_percent: float | None
    steal_percent: float | None


def read(section: Section) -> Cpu:
    """Return the shares between the two samples."""
    lines = rows(section)
    if len(lines) != 2:  # noqa: PLR2004 - before and after
        raise Unreadable(f"not two samples: {cut(' / '.join(lines))!r}")
    before, after = (_ticks(line) for line in lines)
    spent = [max(0, b - a) for a, b in zip(before, after, strict=False)]
    spent = (spent + [0] * 8)[:8]  # guest time is inside user
    total = sum(spent)
    if total == 0:
        return Cpu(used_percent=None, iowait_percent=None, steal_percent=None)
    idle, iowait, steal = spent[3], spent[4], spent[7]
    return Cpu(
        used_percent=round(_HUNDRED * (total - idle - iowait) / total, 1),
        iowait_percent=round(_HUNDRED * iowait / total, 1),
        steal_percent=round(_HUNDRED * steal / total, 1),
    )


def _ticks(line: str) -> list[int]:
    words = line.split()
    if len(words) < _FEWEST or words[0] != "cpu":
        raise Unreadable(f"not the cpu line: {cut(line)!r}")
    return [whole(word, line) for word in words[1:]]


def judge(facts: Cpu, here: Circumstances) -> Iterator[Finding]:
    """Yield what is over its limit."""
    values = (facts.used_percent, facts.iowait_percent, facts.steal_percent)
    for value, (limit, words) in zip(values, _WORDS, strict=True):
        if value is None:
            continue
        subject = limit.name.removeprefix("cpu_").removesuffix("_percent")
        finding = Finding(
            probe="cpu", subject=subject, severity=Severity.WARNING, message=words
        )
        yield from against(value, limit, here, finding)


def readings(facts: Cpu) -> Iterator[Reading]:
    """Yield the shares that are known."""
    for name, value in (
        ("cpu_used_percent", facts.used_percent),
        ("cpu_iowait_percent", facts.iowait_percent),
        ("cpu_steal_percent", facts.steal_percent),
    ):
        if value is not None:
            yield Reading(name, "", value)


PROBE = Probe(
    name="cpu",
    title=Words("CPU", "CPU"),
    facts=Cpu,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(USED, IOWAIT, STEAL),
    seconds=4,
)
