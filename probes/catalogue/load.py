"""The run queue over one, five and fifteen minutes, against the cores there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

ASK = r"""
if [ ! -r /proc/loadavg ]; then absent "no /proc/loadavg"; return 69; fi
read -r line </proc/loadavg; printf '%s\n' "$line"
grep -c '^cpu[0-9]' /proc/stat
"""

PER_CORE = Limit(name="load_per_core", warning=2, critical=4, clear=1.5, unit="")
_HIGH = Words(
    "15 分钟负载为每核 {measured}（共 {cores} 核），限值 {limit}",
    "15-minute load is {measured} per core ({cores} cores), limit {limit}",
)
_FIELDS = 5  # proc(5): one five fifteen running/total last-pid


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Tasks that run or wait, averaged; see proc(5), loadavg."""

    one: float
    five: float
    fifteen: float
    cores: int


def read(section: Section) -> Load:
    """Return the averages and the number of cores."""
    lines = rows(section)
    words = lines[0].split() if lines else []
    if len(words) != _FIELDS or len(lines) != 2:  # noqa: PLR2004 - loadavg, cores
        raise Unreadable(f"not loadavg: {cut(' / '.join(lines))!r}")
    try:
        one, five, fifteen = (float(word) for word in words[:3])
    except ValueError as error:
        raise Unreadable(f"not loadavg: {cut(lines[0])!r}") from error
    if not all(map(isfinite, (one, five, fifteen))):
        raise Unreadable(f"not loadavg: {cut(lines[0])!r}")
    return Load(one=one, five=five, fifteen=fifteen, cores=whole(lines[1], lines[1]))


def judge(facts: Load, here: Circumstances) -> Iterator[Finding]:
    """Yield a run queue that has been long for a quarter of an hour."""
    if facts.cores < 1:
        return
    finding = Finding(
        probe="load", subject="load", severity=Severity.WARNING, message=_HIGH
    )
    per_core = round(facts.fifteen / facts.cores, 2)
    yield from against(per_core, PER_CORE, here, finding, cores=facts.cores)


def readings(facts: Load) -> Iterator[Reading]:
    """Yield the three averages."""
    yield Reading("load_one", "", facts.one)
    yield Reading("load_five", "", facts.five)
    yield Reading("load_fifteen", "", facts.fifteen)


PROBE = Probe(
    name="load",
    title=Words("负载", "Load"),
    facts=Load,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(PER_CORE,),
    seconds=3,
)
