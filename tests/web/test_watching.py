"""The board says when what watches the desk has gone silent, and when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from opsdesk.core import clock, heartbeat
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.flows import audit_escalations
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.responses.operations import escalating, opening
from opsdesk.responses.queries import ladder
from runbooks.plan import Level
from tests.factories.people import a_person
from tests.flows.a_plan import a_plan
from tests.web.conftest import Browser

SILENT = ("The scheduler is silent", "没有心跳")
UNANSWERED = ("Escalation alarm", "升级告警")


def board(browser: Browser) -> str:
    answer = browser.get("/board")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def says(browser: Browser, words: tuple[str, str]) -> bool:
    """Tell whether the board says something, in whichever language."""
    page = board(browser)
    return any(one in page for one in words)


def test_a_scheduler_that_fell_silent_is_on_the_board_and_a_living_one_is_not(
    signed_in_as: Callable[[Role], Browser], settings: Settings
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    settings.desk.data.mkdir(exist_ok=True)

    heartbeat.beat(settings.desk.data, at=clock.now())
    assert not says(engineer, SILENT)
    heartbeat.beat(settings.desk.data, at=clock.now() - timedelta(minutes=7))
    assert says(engineer, SILENT)


def test_an_alarm_stands_on_the_board_until_somebody_answers(
    signed_in_as: Callable[[Role], Browser],
    settings: Settings,
    sqlite_database: Database,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    at = clock.now()
    with sqlite_database.unit() as session:
        lead = a_person(session, "chief", Role.LEAD)
        what = opening.Emergency(plan=a_plan(), level=Level.TWO)
        number = opening.declare(session, settings, what, by=lead, at=at).number
    assert not says(engineer, UNANSWERED)
    with sqlite_database.unit() as session:
        first = ladder.due(session, at=at)[0]
        escalating.alarm(session, first.id, "没有通知", at=at)
        assert len(audit_escalations.unanswered(session)) == 1
    assert says(engineer, UNANSWERED)
    with sqlite_database.unit() as session:
        lead = person_named(session, "chief")
        escalating.acknowledge(session, number, by=lead, at=at)
    assert not says(engineer, UNANSWERED)
