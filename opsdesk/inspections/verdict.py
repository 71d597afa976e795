"""What reading and judging one visit came to, before it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any

from opsdesk.core.text import storable
from probes.finding import Finding, State, Words
from probes.transcript import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The wire's side of a visit: what the transport reports."""

    server: str
    began_at: datetime
    took_ms: int
    detail: str
    transcript_sha256: str
    answer_sha256: str | None
    host_key: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The reader's and judge's side. `facts` is JSON-able; see `catalogue.dump`.

    `answered` names the probes that were read: only they may close a condition.
    `muted` maps a fingerprint to why it does not alarm (maintenance, acknowledged).
    """

    outcome: Outcome
    state: State
    rules: str
    boot_id: str | None
    clock_offset_ms: int | None
    cells: Mapping[str, State]
    readings: Mapping[str, float]
    facts: Mapping[str, Any]
    findings: tuple[Finding, ...]
    answered: frozenset[str]
    muted: Mapping[str, str]


_BOOT_ID = 64  # as wide as its column
_MOST_MS = 2**31 - 1


def storable_verdict(verdict: Verdict) -> Verdict:
    """Return a verdict as every database takes it, whatever the server said.

    No NUL and no lone surrogate, no number that is none, no clock further off than a
    column holds.
    """
    offset, boot_id = verdict.clock_offset_ms, verdict.boot_id
    numbers = verdict.readings.items()
    return replace(
        verdict,
        boot_id=None if boot_id is None else storable(boot_id)[:_BOOT_ID],
        clock_offset_ms=None
        if offset is None
        else max(-_MOST_MS, min(_MOST_MS, offset)),
        readings={storable(key): number for key, number in numbers if isfinite(number)},
        findings=tuple(storable_finding(finding) for finding in verdict.findings),
    )


def storable_finding(finding: Finding) -> Finding:
    """Return a finding as every database takes it."""
    return replace(
        finding,
        subject=storable(finding.subject),
        message=Words(storable(finding.message.zh), storable(finding.message.en)),
        measured=_text(finding.measured),
        limit=_text(finding.limit),
    )


def _text(figure: float | str | None) -> float | str | None:
    return storable(figure) if isinstance(figure, str) else figure
