"""A configuration that changed is in the trail; one that did not is not."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from opsdesk.core.audit_configuration import note_configuration
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from tests.factories.people import NOON


def test_each_change_is_noted_once_with_what_was_before(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    noted = []
    for text in (None, "desk: {}", "desk: {}", "desk: {name: x}", "desk: {}"):
        if text is not None:
            path.write_text(text)
        with database.unit() as session:
            noted.append(note_configuration(session, path, by="cli:root", at=NOON))
    assert noted == [True, True, False, True, True]
    with database.reading() as session:
        bodies = session.scalars(select(AuditEntry.body).order_by(AuditEntry.seq))
        details = [json.loads(body)["detail"] for body in bodies]
    assert details[0] == {"sha256": "absent", "before": ""}
    assert [d["before"] for d in details[1:]] == [d["sha256"] for d in details[:-1]]


def test_what_the_file_says_is_not_copied_into_the_trail(
    sqlite_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("database: {url: 'postgresql://desk:hunter2@db/desk'}")
    with sqlite_database.unit() as session:
        note_configuration(session, path, by="cli:root", at=NOON)
        body = session.scalars(select(AuditEntry.body)).one()
    assert b"hunter2" not in body
