"""One check from beginning to end: ask, read, judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from probes.check import Check, kind_of
from probes.finding import Finding
from probes.probe import Circumstances, Probe, Reading
from probes.secret import Secret
from probes.server import Kind, Server, Transport
from probes.transcript import Section
from probes.transport import Deadline

AT = datetime(2026, 11, 23, tzinfo=UTC)
"""The moment findings are judged at; certificates are made around it."""


@dataclass(frozen=True)
class Look:
    """What became of one check."""

    section: Section
    facts: Any
    findings: Sequence[Finding]
    readings: dict[str, float]

    @property
    def said(self) -> dict[str, str]:
        """Severity by subject."""
        return {each.subject: each.severity.value for each in self.findings}


def server(address: str = "127.0.0.1", port: int = 22) -> Server:
    return Server(
        name="device",
        kind=Kind.OTHER,
        zone="test",
        address=address,
        port=port,
        transport=Transport.NONE,
    )


def secret(value: str) -> Secret:
    return Secret("secret:test", lambda: value)


def probe_of(name: str) -> Probe:
    found: Probe = import_module(f"probes.catalogue.{name}").PROBE
    return found


def judge(
    section: Section,
    *,
    at: datetime = AT,
    previous: Any = None,
    of: Server | None = None,
) -> Look:
    """Read and judge a section as the desk does."""
    probe = probe_of(section.name)
    facts = probe.read(section)
    here = Circumstances(
        server=of or server(),
        at=at,
        limits={limit.name: limit for limit in probe.limits},
        previous=previous,
    )
    findings = list(probe.judge(facts, here))
    subjects = [finding.subject for finding in findings]
    assert len(subjects) == len(set(subjects)), "two findings of one subject"
    readings: list[Reading] = list(probe.readings(facts))
    numbers = {f"{each.name}{{{each.label}}}": each.value for each in readings}
    return Look(section, facts, findings, numbers)


def look(
    check: Check,
    *,
    of: Server | None = None,
    within: float = 20,
    at: datetime = AT,
    previous: Any = None,
) -> Look:
    """Ask, read and judge one check."""
    one = of or server()
    deadline = Deadline.after(timedelta(seconds=within))
    section: Section = import_module(f"probes.{kind_of(check)}").ask(
        check, one, deadline
    )
    return judge(section, at=at, previous=previous, of=one)
