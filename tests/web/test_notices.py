"""The bell, one's own notices and nobody else's, and the ledger for who keeps channels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from flask import Flask
from sqlalchemy import event, select

from opsdesk.app import create_app
from opsdesk.core import clock, outbox, settings
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.outbox import sending
from opsdesk.core.outbox.models import Kind, Notice, Result, Urgency
from opsdesk.flows.deliver_notices import route, timing_of
from opsdesk.people.models import Role
from probes.finding import Words
from tests.web.conftest import SignedIn

LINK = "/rounds"
COUNT = re.compile(r'class="bell-count"[^>]*>([^<]*)<')


@pytest.fixture
def desk_settings(tmp_path: Path) -> settings.Settings:
    document = {
        "desk": {"data": str(tmp_path / "var")},
        "notices": {
            "channels": {
                "room": {"kind": "wecom", "url": "env:ROOM"},
                "mail": {
                    "kind": "email",
                    "url": "env:MAIL",
                    "from": "desk@example.com",
                },
            }
        },
    }
    (tmp_path / "var").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return settings.load(path, environ={"ROOM": "wecombot://a-secret-key/"})


@pytest.fixture
def app(desk_settings: settings.Settings, sqlite_database: Database) -> Flask:
    """Give the application of a desk with two channels."""
    return create_app(desk_settings, sqlite_database)


def say(
    database: Database,
    to: str,
    zh: str = "要处理",
    *,
    urgency: Urgency = Urgency.NORMAL,
) -> int:
    with database.unit() as session:
        outbox.tell(
            session,
            to=(to,),
            kind=Kind.ESCALATION,
            subject_ref="INC-20261123-0001",
            words=Words(zh, f"In English: {zh}"),
            link=LINK,
            at=clock.now(),
            urgency=urgency,
        )
        newest = select(Notice.id).order_by(Notice.id.desc()).limit(1)
        return session.scalars(newest).one()


def count_on(page: str) -> str:
    found = COUNT.search(page)
    return found[1] if found else ""


def test_the_bell_counts_ones_own_unread_notices(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    for _ in range(3):
        say(sqlite_database, "engineer")
    assert count_on(engineer.get("/rounds").text) == "3"
    assert count_on(lead.get("/rounds").text) == ""


def test_the_bell_stops_counting_at_99(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    for _ in range(101):
        say(sqlite_database, "engineer")
    statements: list[str] = []
    event.listen(
        sqlite_database.engine,
        "before_cursor_execute",
        lambda *seen: statements.append(seen[2]),
    )
    assert count_on(browser.get("/notices/bell").text) == "99+"
    [counting] = [one for one in statements if "notice" in one]
    assert "LIMIT" in counting


def test_opening_a_notice_leads_to_its_record_and_reads_it(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    notice = say(sqlite_database, "engineer")
    answer = browser.get(f"/notices/{notice}")
    assert (answer.status_code, answer.location) == (303, LINK)
    assert count_on(browser.get("/rounds").text) == ""
    assert "要处理" not in browser.get("/notices").text
    assert "要处理" in browser.get("/notices?show=all").text


def test_nobody_opens_or_reads_the_notice_of_a_colleague(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    owner, colleague = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    notice = say(sqlite_database, "engineer")
    assert colleague.get(f"/notices/{notice}").status_code == 404
    colleague.post(f"/notices/{notice}/read")
    colleague.post("/notices/read", up_to=str(notice))
    assert "要处理" not in colleague.get("/notices?show=all").text
    assert count_on(owner.get("/notices").text) == "1"


def test_reading_all_leaves_what_came_after_the_page(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    seen = say(sqlite_database, "engineer", "看到的")
    say(sqlite_database, "engineer", "后来的")
    browser.post("/notices/read", up_to=str(seen))
    page = browser.get("/notices").text
    assert "后来的" in page
    assert "看到的" not in page


def test_what_was_told_is_shown_as_text(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    say(sqlite_database, "engineer", "<script>alert(1)</script>")
    page = browser.get("/notices").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_notice_is_read_in_the_readers_language(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    say(sqlite_database, "engineer", "要处理")
    browser.post("/language", language="en")
    page = browser.get("/notices").text
    assert "In English: 要处理" in page
    assert "Mark all as read" in page


def test_asking_the_bell_keeps_no_session_alive_and_sends_nobody_away(
    app: Flask, signed_in_as: SignedIn
) -> None:
    answer = app.test_client().get("/notices/bell", headers={"HX-Request": "true"})
    assert (answer.status_code, "HX-Redirect" in answer.headers) == (204, False)


def test_wishes_are_kept_and_recorded(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.CUSTOMER)
    kept = {"mail": "jia@example.com", "quiet": "21:00-08:00", "digest_only": "1"}
    browser.post("/notices/wishes", version="0", **kept)
    page = browser.get("/notices/wishes").text
    assert 'value="jia@example.com"' in page
    assert 'value="21:00-08:00"' in page
    with sqlite_database.reading() as session:
        actions = session.scalars(select(AuditEntry.action))
        assert "notices.wish-kept" in set(actions)


@pytest.mark.parametrize(
    ("mail", "quiet"),
    [
        ("wang@example.com\r\nBcc: all@example.com", ""),
        ("wang@example.com, li@example.com", ""),
        ("desk@example.com", ""),
        ("", "25:00-07:00"),
        ("", "夜里"),
    ],
)
def test_a_wish_that_cannot_be_kept_changes_nothing_and_stays_on_the_page(
    signed_in_as: SignedIn, mail: str, quiet: str
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    answer = browser.post("/notices/wishes", version="0", mail=mail, quiet=quiet)
    assert answer.status_code == 422
    assert (quiet or "example.com") in answer.text
    assert 'name="version" value="0"' in browser.get("/notices/wishes").text


def test_the_second_of_two_tabs_overwrites_nothing(signed_in_as: SignedIn) -> None:
    browser = signed_in_as(Role.ENGINEER)
    browser.post("/notices/wishes", version="0", mail="one@example.com")
    late = browser.post("/notices/wishes", version="0", mail="two@example.com")
    assert late.status_code == 409
    assert "one@example.com" in browser.get("/notices/wishes").text


def fail(app: Flask, database: Database, times: int = 3) -> None:
    """Let a notice to the engineer fail through the room so often."""
    say(database, "engineer", urgency=Urgency.NOW)
    desk = app.extensions["opsdesk"]
    with database.unit() as session:
        route(session, desk.settings, at=clock.now())
        for _ in range(times):
            taken = sending.claim(
                session,
                "room",
                at=clock.now() + sending.WINDOW * 2,
                lease=sending.WINDOW,
                per_hour=9,
            )
            assert taken is not None
            outcome = sending.Outcome(Result.FAILED, "http: 500", sending.WINDOW / 3600)
            timing = timing_of(desk.settings, None)
            sending.record(session, taken, outcome, timing=timing, at=clock.now())


def test_the_ledger_shows_a_channel_that_fails_and_tries_it_again(
    app: Flask, signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    signed_in_as(Role.ENGINEER)
    lead = signed_in_as(Role.LEAD)
    fail(app, sqlite_database)
    page = lead.get("/notices/ledger").text
    assert "连续失败 3 次" in page
    assert "对方返回错误（500）" in page
    answer = lead.post("/notices/channels/room/retry")
    assert answer.status_code == 303
    again = lead.get("/notices/ledger").text
    assert "没有送到的" not in again


def test_the_ledger_shows_no_address(signed_in_as: SignedIn) -> None:
    page = signed_in_as(Role.SYSTEM).get("/notices/ledger").text
    assert "room" in page
    assert "a-secret-key" not in page


def test_a_failing_channel_is_on_metrics(
    app: Flask, signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    signed_in_as(Role.ENGINEER)
    fail(app, sqlite_database)
    page = app.test_client().get("/metrics").text
    assert 'opsdesk_notice_channel_failures{channel="room"} 3.0' in page


def test_who_keeps_channels_reads_no_business_words(
    app: Flask, signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    signed_in_as(Role.ENGINEER)
    fail(app, sqlite_database)
    page = signed_in_as(Role.SYSTEM).get("/notices/ledger").text
    assert "INC-20261123-0001" in page
    assert "要处理" not in page


def test_a_test_notice_goes_to_the_channel_asked_for(
    app: Flask, signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    lead = signed_in_as(Role.LEAD)
    assert lead.post("/notices/channels/room/test").status_code == 303
    desk = app.extensions["opsdesk"]
    with sqlite_database.unit() as session:
        route(session, desk.settings, at=clock.now())
        taken = sending.claim(
            session, "room", at=clock.now(), lease=sending.WINDOW, per_hour=9
        )
    assert taken is not None
    assert [one.kind for one in taken.notices] == [Kind.TEST.value]


def test_a_mail_channel_is_tested_by_somebody_with_an_address(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    answer = lead.post("/notices/channels/mail/test")
    assert answer.status_code == 409
    assert "你还没有填写邮件地址" in answer.text


def test_a_channel_that_is_not_configured_cannot_be_tested(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    assert lead.post("/notices/channels/elsewhere/test").status_code == 404


def test_an_error_page_asks_for_no_count(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    say(sqlite_database, "engineer")
    answer = browser.get("/nowhere")
    assert (answer.status_code, count_on(answer.text)) == (404, "")
    assert 'id="bell"' in answer.text
