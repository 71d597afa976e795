"""One server's answer is written down: outcome, verdict, findings, conditions."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import datetime
from math import isfinite
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from opsdesk.inspections.models import FindingRow, Judgement, Round, Visit
from opsdesk.inspections.operations import conditions
from opsdesk.inspections.verdict import Heard, Verdict
from probes.finding import Finding, fingerprint

# Rows that nothing looks at again in their unit: as objects they cost thrice as much.
_ADD_JUDGEMENT = insert(Judgement)
_ADD_FINDINGS = insert(FindingRow)


def record(
    session: Session, visit: Visit, heard: Heard, verdict: Verdict, *, at: datetime
) -> None:
    """Write what one visit heard and what was made of it, in the caller's unit."""
    visit.began_at = heard.began_at
    visit.took_ms = heard.took_ms
    visit.detail = heard.detail
    visit.transcript_sha256 = heard.transcript_sha256
    visit.answer_sha256 = heard.answer_sha256
    visit.host_key = heard.host_key
    visit.attempts = heard.attempts
    judge(session, visit, verdict, cause="round", at=at)
    conditions.update(session, visit, verdict, at=heard.began_at)


def judge(
    session: Session, visit: Visit, verdict: Verdict, *, cause: str, at: datetime
) -> None:
    """Add a judgement to a visit and make it the one that holds; the old one stays."""
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
    visit.outcome = verdict.outcome.value
    visit.judgement_id = key


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
