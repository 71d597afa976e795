"""Two at once, in real threads on both databases: one wins, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.core.errors import Refused, Stale
from opsdesk.core.settings import Settings
from opsdesk.responses.models import Run, RunEvent, RunStep
from opsdesk.responses.operations import leasing, moving, opening, stepping
from opsdesk.responses.operations.moving import Going
from opsdesk.responses.operations.stepping import Tick
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import RungState, RunState, StepState, What
from runbooks.plan import Level
from tests.factories.tickets import COLLEAGUE, ENGINEER, LEAD, a_ticket
from tests.opsdesk.responses.stage import ZONE, Stage, the_plan

AT_ONCE = 4


def at_once(database: Database, *doings: Callable[[Session], object]) -> list[object]:
    """Do all in threads that start together; a refusal is an outcome."""
    start = threading.Barrier(len(doings))

    def one(doing: Callable[[Session], object]) -> object:
        start.wait()
        try:
            with database.unit() as session:
                return doing(session)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(one, doings))


@pytest.fixture
def going(database: Database, settings: Settings) -> tuple[str, datetime]:
    """Give a drill that runs."""
    with database.unit() as session:
        stage = Stage(session, settings)
        stage.people()
        stage.start()
        return stage.number, stage.later()


def test_of_many_who_tick_a_step_at_once_one_wins_and_the_others_are_told(
    database: Database, going: tuple[str, datetime]
) -> None:
    number, at = going
    hands = (ENGINEER, COLLEAGUE) * (AT_ONCE // 2)
    outcomes = at_once(
        database,
        *(
            lambda session, by=by: stepping.done(
                session, number, Tick(key="find", version=1), by=by, at=at
            )
            for by in hands
        ),
    )
    refused = [one for one in outcomes if isinstance(one, Stale)]
    assert len(refused) == AT_ONCE - 1
    with database.reading() as session:
        told = select(func.count()).where(
            RunEvent.what == What.STEP, RunEvent.step == "find"
        )
        assert session.scalar(told) == 1
        step = session.scalars(select(RunStep).where(RunStep.key == "find")).one()
        assert (step.state, step.version) == (StepState.DONE, 2)
        assert all(f"{step.by}" in str(one) for one in refused)


def test_a_token_sent_by_many_requests_at_once_is_counted_once(
    database: Database, going: tuple[str, datetime]
) -> None:
    number, at = going
    tick = Tick(key="find", token="one-tick")
    outcomes = at_once(
        database,
        *(
            lambda session: (
                stepping.done(session, number, tick, by=ENGINEER, at=at).event_id
            )
            for _ in range(AT_ONCE)
        ),
    )
    assert len(set(outcomes)) == 1


def test_of_many_workers_one_takes_a_step(
    database: Database, going: tuple[str, datetime]
) -> None:
    number, at = going
    with database.unit() as session:
        stepping.begin(session, number, Tick(key="port"), by=ENGINEER, at=at)
        (step_id,) = leasing.queued(session)
    outcomes = at_once(
        database,
        *(
            lambda session, n=n: leasing.lease(
                session, step_id, worker=f"worker-{n}", at=at
            )
            for n in range(AT_ONCE)
        ),
    )
    assert sum(one is not None for one in outcomes) == 1


def test_of_two_moves_at_once_the_second_sees_what_the_first_did(
    database: Database, going: tuple[str, datetime]
) -> None:
    number, at = going
    with database.reading() as session:
        version = page(session, number, at=at).version
    outcomes = at_once(
        database,
        *(
            lambda session, name=name: moving.move(
                session,
                number,
                Going(name=name, reason="同时", version=version),
                zone=ZONE,
                by=LEAD,
                at=at,
            )
            for name in ("pause", "abort")
        ),
    )
    assert sum(isinstance(one, Stale) for one in outcomes) == 1


def test_two_clicks_at_once_declare_one_emergency_with_one_ladder(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        stage = Stage(session, settings)
        stage.people()
        incident, at = a_ticket(session, settings).number, stage.later()
    for number in (incident, ""):
        wanted = opening.Emergency(plan=the_plan(), level=Level.TWO, incident=number)
        outcomes = at_once(
            database,
            *(
                lambda session, e=wanted: (
                    opening.declare(session, settings, e, by=ENGINEER, at=at).number
                )
                for _ in range(AT_ONCE)
            ),
        )
        assert len(set(outcomes)) == 1
    with database.reading() as session:
        numbers = session.scalars(select(Run.number).order_by(Run.id)).all()
        assert numbers == ["EMR-20261122-0001", "EMR-20261122-0002"]
        ladder = page(session, numbers[0], at=at).ladder
        assert {one.state for one in ladder} == {RungState.WAITING}
        assert len(ladder) == 4


def test_ten_people_ticking_ten_steps_at_once_lose_nothing(
    database: Database, going: tuple[str, datetime]
) -> None:
    number, at = going
    keys = ("find", "wipe", "shoot", "allow", "port")
    outcomes = at_once(
        database,
        *(
            lambda session, key=key: (
                stepping.skip(
                    session, number, Tick(key=key, text="同时"), by=ENGINEER, at=at
                ).event_id
            )
            for key in keys
        ),
    )
    assert len(set(outcomes)) == len(keys)
    with database.reading() as session:
        run = session.scalars(select(Run).where(Run.number == number)).one()
        newest = session.scalar(select(func.max(RunEvent.id)))
        assert run.last_event == newest == max(outcomes)  # type: ignore[type-var]
        assert run.state is RunState.RUNNING
