"""What is known of a server from before, for judging today's answer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from opsdesk.inspections.models import Condition, Judgement, Round, Visit
from probes.probe import Sample
from probes.transcript import Outcome

TREND = timedelta(days=30)
_ENOUGH_ROUNDS = 5
_HEARD = (Outcome.ANSWERED.value, Outcome.PARTIAL.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The last answer of a server, as it was judged then."""

    began_at: datetime
    boot_id: str | None
    facts: Mapping[str, Any]  # as `catalogue.dump` wrote it
    answer_sha256: str | None


def last_answer(session: Session, server: str, *, before: datetime) -> Before | None:
    """Return the newest answered visit of a server before a moment."""
    values = {"of": server, "before": before}
    row = session.execute(_LAST_ANSWER, values).first()
    if row is None or row.began_at is None:
        return None
    return Before(
        began_at=row.began_at,
        boot_id=row.boot_id,
        facts=unpack_facts(row.facts),
        answer_sha256=row.answer_sha256,
    )


_LAST_ANSWER = (
    select(Visit.began_at, Visit.answer_sha256, Judgement.boot_id, Judgement.facts)
    .join(Judgement, Judgement.id == Visit.judgement_id)
    .where(
        Visit.server == bindparam("of"),
        Visit.began_at < bindparam("before"),
        Visit.outcome.in_(_HEARD),
    )
    .order_by(Visit.began_at.desc())
    .limit(1)
)


def unpack_facts(stored: bytes) -> Mapping[str, Any]:
    """Return facts from how they are stored."""
    facts: Mapping[str, Any] = json.loads(zlib.decompress(stored))
    return facts


def standing(
    session: Session, server: str, *, at: datetime
) -> dict[tuple[str, str], str]:
    """Return the severity of each condition a server had just before a moment."""
    rows = session.execute(
        select(Condition.probe, Condition.subject, Condition.severity).where(
            Condition.server == server,
            Condition.opened_at < at,
            or_(Condition.closed_at.is_(None), Condition.closed_at >= at),
        )
    )
    return {(probe, subject): severity for probe, subject, severity in rows}


def all_standing(
    session: Session, *, at: datetime
) -> dict[str, dict[tuple[str, str], str]]:
    """Return what `standing` says of every server, in one question."""
    rows = session.execute(
        select(
            Condition.server, Condition.probe, Condition.subject, Condition.severity
        ).where(
            Condition.opened_at < at,
            or_(Condition.closed_at.is_(None), Condition.closed_at >= at),
        )
    )
    found: dict[str, dict[tuple[str, str], str]] = {}
    for server, probe, subject, severity in rows:
        found.setdefault(server, {})[probe, subject] = severity
    return found


class History:
    """Past readings of one server, fetched once and only when a judge asks."""

    def __init__(self, session: Session, server: str, *, before: datetime) -> None:
        self._session = session
        self._server = server
        self._before = before
        self._rows: list[tuple[datetime, dict[str, float]]] | None = None

    def __call__(self, name: str, label: str) -> list[Sample]:
        """Return `name{label}` over the last 30 days, oldest first."""
        key = f"{name}{{{label}}}"
        return [
            Sample(at, readings[key])
            for at, readings in self._fetched()
            if key in readings
        ]

    def _fetched(self) -> list[tuple[datetime, dict[str, float]]]:
        if self._rows is None:
            self._rows = readings_of(
                self._session,
                self._server,
                since=self._before - TREND,
                before=self._before,
            )
        return self._rows


def readings_of(
    session: Session, server: str, *, since: datetime, before: datetime
) -> list[tuple[datetime, dict[str, float]]]:
    """Return every visit's readings of a server in an interval, oldest first."""
    values = {"of": server, "since": since, "before": before}
    rows = session.execute(_READINGS, values)
    return [(at, readings) for at, readings in rows if at is not None]


_READINGS = (
    select(Visit.began_at, Judgement.readings)
    .join(Judgement, Judgement.id == Visit.judgement_id)
    .where(
        Visit.server == bindparam("of"),
        Visit.began_at >= bindparam("since"),
        Visit.began_at < bindparam("before"),
    )
    .order_by(Visit.began_at)
)


def usual_duration_ms(session: Session, *, servers: int) -> int | None:
    """Return the median duration of the last finished rounds of about this size."""
    rows = session.execute(
        select(Round.took_ms, Round.counts)
        .where(Round.took_ms.is_not(None))
        .order_by(Round.id.desc())
        .limit(30)
    )
    alike = sorted(
        took for took, counts in rows if took and sum(counts.values()) == servers
    )
    return alike[len(alike) // 2] if len(alike) >= _ENOUGH_ROUNDS else None


def answers_of(
    session: Session, round_id: int
) -> list[tuple[str, str | None, str | None]]:
    """Return server, hash of the answer and of its last one before, by visit."""
    earlier = aliased(Visit)
    before = (
        select(earlier.answer_sha256)
        .where(
            earlier.server == Visit.server,
            earlier.began_at < Visit.began_at,
            earlier.outcome.in_(_HEARD),
        )
        .order_by(earlier.began_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Visit.server, Visit.answer_sha256, before)
        .where(Visit.round_id == round_id)
        .order_by(Visit.position)
    )
    return [(server, now, then) for server, now, then in rows]
