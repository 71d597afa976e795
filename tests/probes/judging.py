"""Circumstances for judging one probe's facts, over one round or two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from probes.finding import Finding, Severity
from probes.probe import Circumstances, Probe
from probes.server import Expectations, Kind, Server
from probes.transcript import Section

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def here(
    probe: Probe,
    *,
    expect: Expectations | None = None,
    previous: Any = None,
    same_boot: bool = True,
    standing: Mapping[str, Severity] | None = None,
    sent: datetime | None = None,
) -> Circumstances:
    """Return circumstances with the probe's own limits."""
    server = Server(
        name="db-1",
        kind=Kind.CLASS_1_DATABASE,
        zone="private",
        address="127.0.0.1",
        expect=expect or Expectations(),
    )
    return Circumstances(
        server=server,
        at=AT,
        sent=sent,
        limits={limit.name: limit for limit in probe.limits},
        previous=previous,
        standing=standing or {},
        same_boot=same_boot,
    )


def judged(probe: Probe, facts: Any, around: Circumstances) -> dict[str, Finding]:
    """Return the findings by subject; a subject said twice is a defect."""
    found = list(probe.judge(facts, around))
    by_subject = {finding.subject: finding for finding in found}
    assert len(by_subject) == len(found)
    return by_subject


def levels(probe: Probe, facts: Any, around: Circumstances) -> dict[str, str]:
    """Return severity by subject."""
    found = judged(probe, facts, around)
    return {subject: one.severity.value for subject, one in found.items()}


def section(text: str, *, status: int = 0) -> Section:
    """Return an answer of the script."""
    return Section(name="any", stdout=text.encode(), status=status)
