"""The desk's figures for Prometheus: what the servers said, how the rounds go."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from opsdesk import __version__
from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.core.metrics import Family, exposition
from opsdesk.core.outbox import queries as outbox
from opsdesk.inspections.queries import measures

_SAFE = re.compile(r"[^a-zA-Z0-9_]")
MOST_LABELS = 64
"""Labels of one reading kept per server; a host with more mounts is cut, not the rest."""


def scrape(desk: Desk) -> bytes:
    """Return the whole exposition."""
    names = [server.name for server in desk.settings.servers]
    with desk.database.reading() as session:
        newest = measures.newest_visits(session, names)
        slots = measures.slot_health(session)
        findings = measures.open_by_severity(session)
        channels = outbox.health(session)
        late = outbox.late(session, clock.now())
    families = [
        Family(
            name="opsdesk_build_info",
            help="The version that runs.",
            labels=("version",),
            samples=(((__version__,), 1.0),),
        ),
        *_visits(newest),
        *_readings(newest),
        *_slots(slots),
        Family(
            name="opsdesk_findings",
            help="Findings that stand, by severity.",
            labels=("server", "severity"),
            samples=tuple(((s, level), float(n)) for s, level, n in findings),
        ),
        *_channels(channels, late),
    ]
    return exposition(families)


def _visits(newest: Iterable[measures.Newest]) -> Iterator[Family]:
    rows = list(newest)
    yield Family(
        name="opsdesk_visit_outcome",
        help="1 for the outcome of the server's newest visit.",
        labels=("server", "kind", "zone", "outcome"),
        samples=tuple(((r.server, r.kind, r.zone, r.outcome), 1.0) for r in rows),
    )
    yield Family(
        name="opsdesk_visit_timestamp_seconds",
        help="When the server's newest visit began.",
        labels=("server",),
        samples=tuple(
            ((r.server,), r.began_at.timestamp()) for r in rows if r.began_at
        ),
    )
    yield Family(
        name="opsdesk_visit_duration_seconds",
        help="How long the server's newest visit took.",
        labels=("server",),
        samples=tuple(
            ((r.server,), r.took_ms / 1000) for r in rows if r.took_ms is not None
        ),
    )


def _channels(
    channels: Iterable[outbox.Health], late: Iterable[tuple[str, int]]
) -> Iterator[Family]:
    rows = list(channels)
    yield Family(
        name="opsdesk_notice_channel_failures",
        help="Sends through the channel that failed in a row.",
        labels=("channel",),
        samples=tuple(((row.name,), float(row.failures)) for row in rows),
    )
    yield Family(
        name="opsdesk_notice_channel_last_success_timestamp_seconds",
        help="When a message last arrived.",
        labels=("channel",),
        samples=tuple(
            ((row.name,), row.succeeded_at.timestamp())
            for row in rows
            if row.succeeded_at
        ),
    )
    yield Family(
        name="opsdesk_notices_waiting",
        help="Deliveries that are due and have not arrived.",
        labels=("channel",),
        samples=tuple(((name,), float(count)) for name, count in late),
    )


def _readings(newest: Iterable[measures.Newest]) -> Iterator[Family]:
    """Yield one gauge per reading's name; what it is of is the label `subject`."""
    found: dict[str, list[tuple[tuple[str, ...], float]]] = defaultdict(list)
    for visit in newest:
        seen: dict[str, int] = defaultdict(int)
        for key, value in sorted(visit.readings.items()):
            name, _, rest = key.partition("{")
            seen[name] += 1
            if seen[name] <= MOST_LABELS:
                found[name].append(((visit.server, rest.removesuffix("}")), value))
    for name, samples in sorted(found.items()):
        yield Family(
            name=f"opsdesk_{_SAFE.sub('_', name)}",
            help=f"{name} as the newest visit read it.",
            labels=("server", "subject"),
            samples=tuple(samples),
        )


def _slots(slots: Iterable[measures.SlotHealth]) -> Iterator[Family]:
    rows = list(slots)
    yield Family(
        name="opsdesk_rounds_late",
        help="Rounds that were begun late.",
        labels=("slot",),
        samples=tuple(((r.slot,), float(r.late)) for r in rows),
        counter=True,
    )
    yield Family(
        name="opsdesk_rounds_missed",
        help="Slots that nobody inspected.",
        labels=("slot",),
        samples=tuple(((r.slot,), float(r.missed)) for r in rows),
        counter=True,
    )
    yield Family(
        name="opsdesk_round_last_end_timestamp_seconds",
        help="When the slot's newest round ended.",
        labels=("slot",),
        samples=tuple(
            ((r.slot,), r.last_ended_at.timestamp()) for r in rows if r.last_ended_at
        ),
    )
    yield Family(
        name="opsdesk_round_duration_seconds",
        help="How long the slot's newest round took.",
        labels=("slot",),
        samples=tuple(
            ((r.slot,), r.last_took_ms / 1000)
            for r in rows
            if r.last_took_ms is not None
        ),
    )
