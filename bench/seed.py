"""Five years of rounds, written straight into the tables of a demonstration desk."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SLOTS = (("morning", 0), ("noon", 6), ("evening", 12))  # hours of UTC
MORE_FACTS = 1200
"""Bytes that a real machine's facts are longer than the demonstration's."""
FINDING_EVERY, CONDITION_EVERY, STANDING = 9, 60, 12
CLEARED = (
    "finding",
    "condition",
    "explanation",
    "signature",
    "judgement",
    "visit",
    "round",
)

Table = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One server's last visit in the demonstration: what a row looks like."""

    visit: Mapping[str, Any]
    judgement: Mapping[str, Any]


def seed(folder: Path, days: int, *, at: datetime) -> Path:
    """Fill a folder with a desk of so many days; returns its config.yaml."""
    command = str(Path(sys.executable).parent / "opsdesk")
    words = [command, "demo", "--data", str(folder), "--days", "2"]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    with closing(sqlite3.connect(folder / "opsdesk.sqlite3")) as base:
        base.execute("PRAGMA synchronous=OFF")
        shapes, round_shape = _shapes(base)
        for table in CLEARED:
            base.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own names
        number = 0
        for day in range(days - 1, -1, -1):
            rows: Table = {}
            for slot, hour in SLOTS:
                number += 1
                when = _day(at, day) + timedelta(hours=hour)
                _round(rows, number, round_shape, slot, when, last=day == 0)
                _visits(rows, number, shapes, when)
            _write(base, rows)
        base.execute("ANALYZE")
        base.commit()
    return folder / "config.yaml"


def _day(at: datetime, back: int) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=UTC) - timedelta(days=back)


def _shapes(base: sqlite3.Connection) -> tuple[list[Shape], dict[str, Any]]:
    base.row_factory = sqlite3.Row
    newest = base.execute("SELECT * FROM round ORDER BY id DESC LIMIT 1").fetchone()
    query = "SELECT * FROM visit WHERE round_id = ? ORDER BY position"
    visits = base.execute(query, [newest["id"]]).fetchall()
    query = "SELECT * FROM judgement WHERE id = ?"
    shapes = [
        Shape(
            dict(visit),
            _longer(dict(base.execute(query, [visit["judgement_id"]]).fetchone())),
        )
        for visit in visits
    ]
    return shapes, dict(newest)


def _longer(judgement: dict[str, Any]) -> dict[str, Any]:
    facts = json.loads(zlib.decompress(judgement["facts"]))
    facts["rest"] = secrets.token_hex(MORE_FACTS)
    return {**judgement, "facts": zlib.compress(json.dumps(facts).encode(), 3)}


def _round(
    rows: Table,
    number: int,
    shape: dict[str, Any],
    slot: str,
    when: datetime,
    *,
    last: bool,
) -> None:
    day = f"{when:%Y-%m-%d}"
    _add(
        rows,
        "round",
        shape,
        id=number,
        number=f"INS-{when:%Y%m%d}-{number:05}",
        day=day,
        slot=slot,
        slot_key=f"{day}/{slot}",
        status="judged" if last else "signed",
        due_at=_stored(when),
        started_at=_stored(when),
        ended_at=_stored(when + timedelta(seconds=4)),
    )


def _visits(rows: Table, number: int, shapes: list[Shape], when: datetime) -> None:
    for position, shape in enumerate(shapes):
        began = _stored(when + timedelta(milliseconds=40 * position))
        visit_id = (number - 1) * len(shapes) + position + 1
        digest = secrets.token_hex(32)
        _add(
            rows,
            "visit",
            shape.visit,
            id=visit_id,
            round_id=number,
            began_at=began,
            judgement_id=visit_id,
            transcript_sha256=digest,
            answer_sha256=digest,
        )
        _add(
            rows, "judgement", shape.judgement, id=visit_id, visit_id=visit_id, at=began
        )
        for found in _abnormal(visit_id, number, shape.visit["server"], began):
            _add(rows, *found)


def _abnormal(
    visit_id: int, number: int, server: str, began: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a finding for some visits, and for fewer the condition it belongs to."""
    common = {
        "server": server,
        "probe": "filesystems",
        "subject": f"/data{visit_id % 7}",
        "severity": "warning" if visit_id % 5 else "critical",
        "message_zh": "/data 已用 91%，达到限值 90%；预计 12 天后写满",
        "message_en": "/data is 91% full, limit 90%; full in about 12 days",
        "fingerprint": secrets.token_hex(8),
    }
    if visit_id % FINDING_EVERY == 0:
        more = {"measured": "91", "limit": "90", "unit": "percent", "muted": ""}
        own = {"id": visit_id, "judgement_id": visit_id, "visit_id": visit_id}
        yield "finding", {**common, **more, **own, "round_id": number}
    if visit_id % CONDITION_EVERY == 0:
        moments = {"opened_at": began, "seen_at": began, "closed_at": began}
        ids = dict.fromkeys(
            ("opened_visit_id", "seen_visit_id", "closed_visit_id"), visit_id
        )
        stands = {"closed_at": None} if visit_id <= CONDITION_EVERY * STANDING else {}
        yield (
            "condition",
            {**common, **moments, **ids, **stands, "id": visit_id, "times": 3},
        )


def _add(rows: Table, table: str, shape: Mapping[str, Any], **changes: Any) -> None:
    row = {**shape, **changes}
    heads = rows.setdefault(table, [tuple(row)])
    heads.append(tuple(row[name] for name in heads[0]))


def _write(base: sqlite3.Connection, rows: Table) -> None:
    for table, (names, *values) in rows.items():
        columns = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        base.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', values)  # noqa: S608


def _stored(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"
