"""What reading and judging one visit came to, before it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from probes.finding import Finding, State
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
