"""One day from the first ring to the superseded paper, on either database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from opsdesk.app import create_app
from opsdesk.archive import queries as documents
from opsdesk.core import clock
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.audit_verify import verify
from opsdesk.core.desk import Desk
from opsdesk.flows import issue_daily_record, keep_slots
from opsdesk.inspections.models import Round, Status
from opsdesk.inspections.queries.review import abnormal_items
from opsdesk.people.models import Role
from tests.factories.people import PASSWORD, a_person
from tests.flows.test_keep_slots import local, slept
from tests.web.conftest import Browser

DAY = date(2026, 11, 22)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Set the wall clock to shortly before the first slot of the day."""
    with time_machine.travel(local("22 07:59"), tick=False) as traveller:
        yield traveller


def three_slots(desk: Desk, now: time_machine.Traveller) -> None:
    """Run the morning and the evening; at noon, and long after, the machine slept."""
    seen = keep_slots.observe(clock.now())
    stop = threading.Event()
    for moment, hours in (("22 08:00:02", 0.0), ("22 20:00:02", 12.0)):
        now.move_to(local(moment))
        slept(seen, hours)
        keep_slots.tick(desk, seen, stop=stop)


def enter(app: Flask, desk: Desk, username: str, role: Role) -> Browser:
    with desk.database.unit() as session:
        a_person(session, username, role, at=clock.now())
    browser = Browser(app.test_client())
    answer = browser.post("/sign-in", username=username, password=PASSWORD)
    assert answer.status_code == 303
    return browser


def sign(desk: Desk, browser: Browser, number: str) -> int:
    page = f"/rounds/{number}"
    with desk.database.reading() as session:
        row = session.scalars(select(Round).where(Round.number == number)).one()
    answer = browser.post(
        f"{page}/sign", page, version=str(row.version), password=PASSWORD
    )
    return answer.status_code


def explain(desk: Desk, browser: Browser, number: str) -> int:
    page = f"/rounds/{number}"
    with desk.database.reading() as session:
        row = session.scalars(select(Round).where(Round.number == number)).one()
        items = [item.key for item in abnormal_items(session, row.id)]
    assert items[0] == "visit:gone-1"
    words = {"item": items, "text": "设备停电，已通知甲方"}
    data = {"csrf_token": browser.token(page), **words}
    return browser.client.post(f"{page}/explain", data=data).status_code


def test_a_day_is_inspected_explained_signed_and_printed_twice(
    desk: Desk, now: time_machine.Traveller
) -> None:
    three_slots(desk, now)
    with desk.database.reading() as session:
        rounds = {r.slot.value: r for r in session.scalars(select(Round))}
    assert {slot: row.status for slot, row in rounds.items()} == {
        "morning": Status.JUDGED,
        "noon": Status.MISSED,
        "evening": Status.JUDGED,
    }

    app = create_app(desk.settings, desk.database, desk.store)
    duty = enter(app, desk, "duty", Role.ENGINEER)
    for slot in ("morning", "evening"):
        number = rounds[slot].number
        assert sign(desk, duty, number) == 409, "an item is not explained yet"
        assert explain(desk, duty, number) == 303
        assert sign(desk, duty, number) == 303
        assert sign(desk, duty, number) == 409, "a second press signs nothing"

    first = issue_daily_record.issue(desk, DAY, by="duty", at=clock.now())
    lead = enter(app, desk, "head", Role.LEAD)
    for browser, status in ((duty, 409), (lead, 303), (lead, 409)):
        answer = browser.post(
            f"/records/{DAY}/countersign",
            f"/records/{DAY}",
            part="reviewer",
            password=PASSWORD,
        )
        assert answer.status_code == status
    second = issue_daily_record.issue(desk, DAY, by="head", at=clock.now())
    again = issue_daily_record.issue(desk, DAY, by="head", at=clock.now())
    assert (first.version, second.version, again.version) == (1, 2, 2)

    with desk.database.reading() as session:
        chain = documents.chain(session, first.number)
        verdict = verify(session)
        told = set(session.scalars(select(AuditEntry.action)))
    assert {view.version: view.superseded for view in chain} == {1: True, 2: False}
    assert desk.store.get(second.pdf_sha256 or "")[:5] == b"%PDF-"
    assert verdict.sound, verdict.broken
    assert told >= {
        *("round.due", "round.begun", "round.judged", "round.missed"),
        *("round.explained", "signed", "sign-in", "refused"),
    }
