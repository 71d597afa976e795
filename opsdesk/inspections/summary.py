"""One day of rounds, frozen: what `queries.day_summary` gives and paper is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from opsdesk.inspections.models import Slot, Status
from probes.finding import Severity, State, Words
from probes.reply import ReplyStatus
from probes.server import Kind
from probes.transcript import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A name under a round (inspector) or under the day (reviewer)."""

    name: str
    at: datetime
    snapshot_sha256: str
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSummary:
    """One round of the day. A slot without a row is `due` (not yet) or `missed`."""

    slot: Slot
    status: Status
    number: str = ""  # INS-…; empty where there is no row
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    late: bool = False
    reason: str = ""  # why late or missed
    suspect: str = ""
    asked_by: str = ""  # who started an ad-hoc round
    inspector: Signed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySummary:
    """One probe's reply as the judgement keeps it; `facts` is its JSON."""

    probe: str
    status: ReplyStatus
    subject: str = ""  # of a check: its URL, address:port, …
    facts: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSummary:
    """One server in one round. `outcome` None: it was not asked."""

    round_number: str
    slot: Slot
    outcome: Outcome | None
    state: State
    detail: str = ""
    took_ms: int | None = None
    clock_offset_ms: int | None = None
    cells: Mapping[str, State] = field(default_factory=dict)  # probe -> state
    replies: tuple[ReplySummary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerDay:
    """One configured server, or one that a round of the day asked."""

    name: str
    kind: Kind
    zone: str
    address: str
    visits: tuple[VisitSummary, ...] = ()  # at most one per round


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationSummary:
    """What a person wrote about an item, and in which round."""

    slot: Slot
    text: str
    by: str  # the person's name
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementSummary:
    """A person knows, and says why it may stand until when."""

    reason: str
    by: str  # the person's name
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AbnormalItem:
    """One abnormality of the day: a finding's fingerprint, or `visit:NAME`.

    `severity` None: the server gave no full answer. `seen_in` names the day's rounds
    that saw it, in order. `recheck`: what the latest round *after* the first of them
    said (`normal`: gone), None where none came after; `recheck_at` is when.
    """

    item: str
    server: str
    message: Words
    severity: Severity | None
    probe: str = ""
    subject: str = ""
    measured: str | None = None
    limit: str | None = None
    unit: str = ""
    first_seen: datetime | None = None  # when the condition opened, perhaps days ago
    seen_in: tuple[Slot, ...] = ()
    muted: str = ""  # "maintenance", "acked"
    explanations: tuple[ExplanationSummary, ...] = ()
    acknowledgement: AcknowledgementSummary | None = None
    ticket: str = ""  # INC-…, where there is one
    standing: bool = True  # still open after the day's last round
    recheck: State | None = None
    recheck_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """What differs from the last round of an earlier day."""

    server: str
    before: State
    after: State
    message: Words | None = None  # the finding that came or went


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """A local day. `rounds`: morning, noon, evening, always all three; then ad hoc.

    `servers`: as configured, in that order; after them those which only the day's
    rounds know. `items`: critical first, then by server.
    """

    day: date
    zone: str  # IANA name, e.g. Asia/Shanghai
    rounds: tuple[RoundSummary, ...]
    servers: tuple[ServerDay, ...]
    items: tuple[AbnormalItem, ...] = ()
    changes: tuple[DayChange, ...] = ()
    compared_with: str = ""  # number of the earlier round; empty: there is none
    reviewer: Signed | None = None

    @property
    def begun(self) -> bool:
        """Whether any round of the day left a row: ran, runs or was missed."""
        return any(row.number for row in self.rounds)
