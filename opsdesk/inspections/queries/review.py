"""What of a round still wants a person, and what a signature is put under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import (
    IN_FORCE,
    Acknowledgement,
    Explanation,
    FindingRow,
    Judgement,
    Maintenance,
    Round,
    Signature,
    Visit,
)
from probes.finding import Severity
from probes.transcript import Outcome

_HEARD = (Outcome.ANSWERED.value, Outcome.PARTIAL.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One abnormal thing of a round: a critical finding, or a server without answer.

    `key` is the finding's fingerprint, or `visit:NAME`.
    """

    key: str
    server: str
    probe: str
    subject: str
    message_zh: str
    message_en: str
    visit_id: int


def visit_key(server: str) -> str:
    """Return the key of "this server gave no answer"."""
    return f"visit:{server}"


def abnormal_items(session: Session, round_id: int) -> list[Item]:
    """Return what of a round must be explained or acknowledged before it is signed."""
    return [*_silent(session, round_id), *_critical(session, round_id)]


def _silent(session: Session, round_id: int) -> list[Item]:
    rows = session.execute(
        select(Visit.id, Visit.server, Visit.outcome, Visit.detail)
        .where(
            Visit.round_id == round_id,
            or_(Visit.outcome.is_(None), Visit.outcome.not_in(_HEARD)),
        )
        .order_by(Visit.position)
    )
    return [
        Item(
            key=visit_key(server),
            server=server,
            probe="visit",
            subject=outcome or "",
            message_zh=detail,
            message_en=detail,
            visit_id=visit_id,
        )
        for visit_id, server, outcome, detail in rows
    ]


def _critical(session: Session, round_id: int) -> list[Item]:
    rows = session.scalars(
        select(FindingRow)
        .join(Visit, IN_FORCE)
        .where(
            FindingRow.round_id == round_id,
            FindingRow.severity == Severity.CRITICAL.value,
            FindingRow.muted == "",
        )
        .order_by(Visit.position, FindingRow.id)
    )
    return [
        Item(
            key=row.fingerprint,
            server=row.server,
            probe=row.probe,
            subject=row.subject,
            message_zh=row.message_zh,
            message_en=row.message_en,
            visit_id=row.visit_id,
        )
        for row in rows
    ]


def open_items(session: Session, round_: Round, *, at: datetime) -> list[Item]:
    """Return the abnormal items that nobody has explained or acknowledged yet."""
    items = abnormal_items(session, round_.id)
    done = explanations_of(session, round_.id).keys() | acknowledged(session, at=at)
    return [item for item in items if item.key not in done]


def explanations_of(session: Session, round_id: int) -> dict[str, Explanation]:
    """Return a round's explanations by the item they belong to."""
    rows = session.scalars(select(Explanation).where(Explanation.round_id == round_id))
    return {row.item: row for row in rows}


def acknowledged(session: Session, *, at: datetime) -> dict[str, Acknowledgement]:
    """Return the acknowledgements that hold at a moment, by fingerprint."""
    rows = session.scalars(
        select(Acknowledgement)
        .where(Acknowledgement.ended_at.is_(None), Acknowledgement.until > at)
        .order_by(Acknowledgement.at)
    )
    return {row.fingerprint: row for row in rows}


def in_maintenance(session: Session, *, at: datetime) -> frozenset[str]:
    """Return the servers that are inside an announced window at a moment."""
    return frozenset(
        session.scalars(
            select(Maintenance.server).where(
                Maintenance.begins <= at,
                Maintenance.ends > at,
                Maintenance.ended_at.is_(None),
            )
        )
    )


def rounds_of(session: Session, day: date) -> list[Round]:
    """Return a local day's rounds in the order they were due."""
    return list(
        session.scalars(select(Round).where(Round.day == day).order_by(Round.due_at))
    )


def signatures_of(session: Session, day: date) -> list[Signature]:
    """Return the names under a day and under its rounds, oldest first."""
    return list(
        session.scalars(
            select(Signature).where(Signature.day == day).order_by(Signature.at)
        )
    )


def round_content(session: Session, round_id: int, *, at: datetime) -> dict[str, Any]:
    """Return what a signature under a round vouches for, as JSON-able content.

    It is all that the page showed: also what was found without being abnormal, and
    the acknowledgements that stand in for an explanation.
    """
    items = abnormal_items(session, round_id)
    round_ = session.get_one(Round, round_id)
    visits = session.execute(
        select(Visit, Judgement.state, Judgement.rules)
        .outerjoin(Judgement, Judgement.id == Visit.judgement_id)
        .where(Visit.round_id == round_id)
        .order_by(Visit.position)
    )
    return {
        "number": round_.number,
        "status": round_.status.value,
        "reason": round_.reason,
        "suspect": round_.suspect,
        "visits": [
            {
                "server": visit.server,
                "outcome": visit.outcome,
                "transcript": visit.transcript_sha256,
                "state": state,
                "rules": rules,
            }
            for visit, state, rules in visits
        ],
        "items": [[item.key, item.message_zh] for item in items],
        "findings": _findings(session, round_id),
        "acknowledged": _standing_in(items, acknowledged(session, at=at)),
        "explanations": {
            key: [row.text, row.by]
            for key, row in sorted(explanations_of(session, round_id).items())
        },
    }


def _standing_in(
    items: Sequence[Item], known: Mapping[str, Acknowledgement]
) -> dict[str, list[str]]:
    rows = {item.key: known[item.key] for item in items if item.key in known}
    return {
        key: [row.reason, row.by, row.until.isoformat()] for key, row in rows.items()
    }


def _findings(session: Session, round_id: int) -> list[list[str]]:
    rows = session.execute(
        select(FindingRow.fingerprint, FindingRow.severity, FindingRow.message_zh)
        .join(Visit, IN_FORCE)
        .where(FindingRow.round_id == round_id)
        .order_by(Visit.position, FindingRow.id)
    )
    return [[mark, severity, message] for mark, severity, message in rows]
