"""The database goes away, a kept file is damaged: a page that says so, then as before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from opsdesk.app import create_app
from opsdesk.core.audit_verify import verify
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from tests.factories.rounds import finding, judged_round, verdict
from tests.factories.tickets import a_ticket
from tests.lab.postgres import Postgres, away
from tests.web.test_hostile_requests import entered


def test_while_the_database_is_away_every_page_says_so_and_then_works_again(
    settings: Settings, postgres_database: Database, postgres_server: Postgres
) -> None:
    app = create_app(settings, postgres_database)
    browser = entered(app, postgres_database, Role.LEAD)
    name = postgres_database.engine.url.database
    assert name is not None
    token = browser.token("/rounds")
    with away(postgres_server, name):
        answer = browser.get("/rounds")
        posted = browser.client.post("/rounds", data={"csrf_token": token})
        assert (answer.status_code, posted.status_code) == (503, 503)
        assert "数据库暂时连接不上" in answer.text
        assert browser.get("/healthz").status_code == 503
    assert browser.get("/rounds").status_code == 200
    assert browser.get("/healthz").status_code == 200


def test_a_full_disk_refuses_a_new_record_and_gives_its_words_back(
    app: Flask, sqlite_database: Database
) -> None:
    browser = entered(app, sqlite_database, Role.ENGINEER)
    engine = sqlite_database.engine

    def no_room(connection: Any, *_more: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def call() -> TestResponse:
        text = "电话里说的很长的经过" * 800
        return browser.post("/incidents/new", title="写了一半", description=text)

    event.listen(engine, "checkout", no_room)
    try:
        refused = call()
    finally:
        event.remove(engine, "checkout", no_room)
    assert refused.status_code == 503
    assert "磁盘已满" in refused.text
    assert "电话里说的很长的经过" in refused.text
    with engine.connect() as link:
        link.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert "写了一半" not in browser.get("/incidents").text
    assert call().status_code == 303
    with sqlite_database.reading() as session:
        assert verify(session).sound


def test_a_year_without_a_table_of_holidays_still_shows_and_prints_its_incidents(
    app: Flask, sqlite_database: Database, settings: Settings
) -> None:
    browser = entered(app, sqlite_database, Role.LEAD)
    with sqlite_database.unit() as session:
        late = datetime(2031, 5, 4, tzinfo=UTC)
        number = a_ticket(session, settings, at=late).number
    for path in ("/incidents", f"/incidents/{number}", "/statistics", "/board"):
        assert browser.get(path).status_code == 200, path
    assert "2031" in browser.get(f"/incidents/{number}").text
    step = browser.post(f"/incidents/{number}/steps/respond", f"/incidents/{number}")
    assert step.status_code == 303
    assert browser.get(f"/incidents/{number}").status_code == 200


def test_a_damaged_record_is_told_and_not_a_bug(
    app: Flask, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())})
    browser = entered(app, sqlite_database, Role.LEAD)
    answer = browser.get("/visits/1/transcript.txt")
    assert answer.status_code == 503
    assert "档案库里没有" in answer.text


def test_taking_a_transcript_away_is_noted(
    app: Flask, sqlite_database: Database
) -> None:
    from sqlalchemy import select  # noqa: PLC0415

    from opsdesk.core.audit_models import AuditEntry  # noqa: PLC0415
    from opsdesk.inspections.models import Visit  # noqa: PLC0415
    from probes.transcript import Outcome, Transcript, pack  # noqa: PLC0415
    from tests.factories.rounds import AT  # noqa: PLC0415

    desk: Desk = app.extensions["opsdesk"]
    heard = Transcript(server="db-1", began=AT, took_ms=1, outcome=Outcome.ANSWERED)
    with sqlite_database.unit() as session:
        judged_round(session, {"db-1": verdict()})
        visit = session.scalars(select(Visit)).one()
        visit.transcript_sha256 = desk.store.put(pack(heard))
    browser = entered(app, sqlite_database, Role.LEAD)
    assert browser.get("/visits/1/transcript.txt").status_code == 200
    with sqlite_database.reading() as session:
        query = select(AuditEntry.subject).where(
            AuditEntry.action == "transcript.taken"
        )
        assert list(session.scalars(query)) == ["INS-20261122-0001/db-1"]


def test_the_configuration_page_shows_no_password(
    settings: Settings, sqlite_database: Database, tmp_path: Path
) -> None:
    from dataclasses import replace  # noqa: PLC0415

    secret = "postgresql+psycopg://desk:hunter2-of-mine@127.0.0.1:1/desk"
    app = create_app(replace(settings, database_url=secret), sqlite_database)
    browser = entered(app, sqlite_database, Role.SYSTEM)
    assert "hunter2" not in browser.get("/settings").text
    assert "hunter2" not in repr(replace(settings, database_url=secret))
