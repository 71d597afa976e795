"""One server's answer is written down: outcome, verdict, findings, conditions."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import datetime
from math import isfinite
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from opsdesk.inspections.models import FindingRow, Judgement, Round, Visit
from opsdesk.inspections.operations import conditions
from opsdesk.inspections.verdict import Heard, Verdict
from probes.finding import Finding, fingerprint

# Rows that nothing looks at again in their unit: as objects they cost thrice as much.
_ADD_JUDGEMENT = insert(Judgement)
_ADD_FINDINGS = insert(FindingRow)
_WRITE_VISIT = update(Visit).where(
    Visit.id == bindparam("key"), Visit.outcome.is_(None)
)  # of the columns it is given


def record(
    session: Session, visit: Visit, heard: Heard, verdict: Verdict, *, at: datetime
) -> bool:
    """Write what one visit heard and what was made of it, in the caller's unit.

    `visit` may be a row read in a unit before. Returns False, and the unit must be
    given up, where another process wrote it down meanwhile.
    """
    key = _add(session, visit, verdict, cause="round", at=at)
    written = session.connection().execute(
        _WRITE_VISIT,
        {
            "key": visit.id,
            "began_at": heard.began_at,
            "took_ms": heard.took_ms,
            "detail": heard.detail,
            "transcript_sha256": heard.transcript_sha256,
            "answer_sha256": heard.answer_sha256,
            "host_key": heard.host_key,
            "attempts": heard.attempts,
            "outcome": verdict.outcome.value,
            "judgement_id": key,
        },
    )
    if written.rowcount != 1:
        return False
    if visit in session:
        session.expire(visit)
    conditions.update(session, visit, verdict, at=heard.began_at)
    return True


def judge(
    session: Session, visit: Visit, verdict: Verdict, *, cause: str, at: datetime
) -> None:
    """Add a judgement to a visit and make it the one that holds; the old one stays."""
    visit.judgement_id = _add(session, visit, verdict, cause=cause, at=at)
    visit.outcome = verdict.outcome.value


def _add(
    session: Session, visit: Visit, verdict: Verdict, *, cause: str, at: datetime
) -> int:
    """Add a judgement and its findings, and return its id."""
    connection = session.connection()
    values = {
        "visit_id": visit.id,
        "at": at,
        "cause": cause,
        "rules": verdict.rules,
        "outcome": verdict.outcome.value,
        "state": verdict.state.value,
        "boot_id": verdict.boot_id,
        "clock_offset_ms": verdict.clock_offset_ms,
        "cells": {name: state.value for name, state in verdict.cells.items()},
        "readings": dict(verdict.readings),
        "facts": pack_facts(verdict.facts),
    }
    added = connection.execute(_ADD_JUDGEMENT, values).inserted_primary_key
    assert added is not None  # one row was added
    key: int = added[0]
    rows = [_row(visit, key, finding, verdict) for finding in verdict.findings]
    if rows:
        connection.execute(_ADD_FINDINGS, rows)
    return key


def _row(
    visit: Visit, judgement_id: int, finding: Finding, verdict: Verdict
) -> dict[str, object]:
    mark = fingerprint(visit.server, finding.probe, finding.subject)
    return {
        "judgement_id": judgement_id,
        "visit_id": visit.id,
        "round_id": visit.round_id,
        "server": visit.server,
        "probe": finding.probe,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "message_zh": finding.message.zh,
        "message_en": finding.message.en,
        "measured": None if finding.measured is None else str(finding.measured),
        "limit": None if finding.limit is None else str(finding.limit),
        "unit": finding.unit,
        "fingerprint": mark,
        "muted": verdict.muted.get(mark, ""),
    }


def pack_facts(facts: object) -> bytes:
    """Return facts as they are stored: JSON, zlib-compressed.

    A number that is none (NaN, infinity) is null: it is no JSON, and no measurement.
    """
    try:
        text = json.dumps(facts, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(facts), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "replace"), 3)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def count_states(session: Session, round_: Round) -> None:
    """Write how many visits of a round are in each state on the round itself."""
    rows = session.execute(
        select(Judgement.state)
        .join(Visit, Visit.judgement_id == Judgement.id)
        .where(Visit.round_id == round_.id)
    )
    round_.counts = dict(Counter(state for (state,) in rows))
