"""A thousand past runs and two hundred steps: the same few statements as with one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.responses.models import Run, RunEvent
from opsdesk.responses.operations import noting, stepping
from opsdesk.responses.operations.noting import Note
from opsdesk.responses.operations.stepping import Tick
from opsdesk.responses.queries import lists, plans, year
from opsdesk.responses.queries.lists import Wanted
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import What
from tests.factories.people import NOON
from tests.factories.plans import a_step
from tests.factories.tickets import ENGINEER
from tests.opsdesk.responses.stage import SCRIBE, ZONE, Stage, the_plan

PAST = 1000
STEPS = tuple(a_step(f"step-{n:03}", f"步骤 {n}") for n in range(200))


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Collect the statements that look at or change tables."""
    seen: list[str] = []

    def note(
        _c: object, _k: object, statement: str, _p: object, _x: object, _m: object
    ) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "INSERT", "UPDATE"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def statements(database: Database, look: Callable[[Session], object]) -> list[str]:
    with counting(database) as seen, database.reading() as session:
        look(session)
    return seen


@pytest.fixture
def number(database: Database, settings: Settings) -> str:
    """Give a running drill of 200 steps, with a thousand runs before it."""
    with database.unit() as session:
        stage = Stage(session, settings)
        stage.people()
        stage.start(the_plan(steps=STEPS))
        run = session.scalars(select(Run)).one()
        columns = [c.name for c in Run.__table__.columns if c.name != "id"]
        pattern = {name: getattr(run, name) for name in columns}
        session.execute(
            insert(Run),
            [
                {
                    **pattern,
                    "number": f"DRL-20250101-{n:04}",
                    "state": "signed",
                    "is_open": False,
                    "opened_at": NOON - timedelta(days=n),
                }
                for n in range(1, PAST + 1)
            ],
        )
        past = session.scalars(select(Run.id).where(~Run.is_open)).all()
        told = {
            "at": NOON,
            "by": "x",
            "what": What.NOTED,
            "step": "",
            "state": "signed",
            "text": "旧的",
            "detail": {},
        }
        session.execute(insert(RunEvent), [{**told, "run_id": one} for one in past])
        return stage.number


def test_past_runs_do_not_weigh_on_lists_pages_and_news(
    database: Database, number: str
) -> None:
    at = NOON + timedelta(hours=1)
    found = statements(database, lambda s: lists.runs(s, Wanted()))
    assert len(found) == 1
    assert "LIMIT" in found[0]
    news = statements(database, lambda s: lists.news(s, number))
    assert len(news) == 1
    assert "run_event" not in news[0]
    assert len(statements(database, lists.open_runs)) == 1
    whole = statements(database, lambda s: page(s, number, at=at))
    assert len(whole) <= 14
    plan = the_plan()
    assert len(statements(database, lambda s: plans.freshness(s, [plan], at=at))) <= 3
    looked = statements(
        database, lambda s: year.year(s, 2026, [plan], zone=ZONE, at=at)
    )
    assert len(looked) <= 3


def test_a_page_of_two_hundred_steps_and_many_notes_stays_whole(
    database: Database, number: str
) -> None:
    with database.unit() as session:
        for n in range(20):
            note = Note(text=f"第 {n} 条", step=f"step-{n:03}")
            noting.note(session, number, note, by=SCRIBE, at=NOON)
    with database.reading() as session:
        view = page(session, number, at=NOON, most=10)
        assert len(view.steps) == len(STEPS)
        assert len(view.timeline) == 10
        assert view.timeline[-1].text == "第 19 条"
        assert view.clocks[0].moment is not None  # older than what is shown


def test_a_tick_costs_the_same_few_statements_however_long_the_run(
    database: Database, number: str
) -> None:
    def tick(key: str) -> int:
        with counting(database) as seen, database.unit() as session:
            stepping.done(session, number, Tick(key=key), by=ENGINEER, at=NOON)
        return len(seen)

    first = tick("step-000")
    with database.unit() as session:
        for n in range(30):
            noting.note(session, number, Note(text=f"{n}"), by=SCRIBE, at=NOON)
    assert tick("step-199") == first <= 14


def test_lists_are_narrowed_and_paged(database: Database, number: str) -> None:
    with database.reading() as session:
        newest = lists.runs(session, Wanted(), most=50)
        older = lists.runs(session, Wanted(), before=newest[-1].id, most=50)
        assert {one.id for one in newest} & {one.id for one in older} == set()
        only_open = lists.runs(session, Wanted(open_only=True))
        assert [one.number for one in only_open] == [number]
        assert lists.open_runs(session) == only_open
        assert only_open[0].last_event == lists.news(session, number)
        assert lists.news(session, "DRL-20000101-0001") is None
        week = Wanted(since=NOON - timedelta(days=7), until=NOON)
        assert len(lists.runs(session, week)) == 7
