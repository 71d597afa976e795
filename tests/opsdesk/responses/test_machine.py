"""Whatever people do in whatever order, a run keeps its promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as examples
from sqlalchemy import func, select

from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.core.settings import Settings
from opsdesk.responses import moves
from opsdesk.responses.models import Run, RunEvent, RunStep
from opsdesk.responses.operations import deciding, leasing, stepping
from opsdesk.responses.operations.leasing import Answer
from opsdesk.responses.operations.stepping import Tick
from opsdesk.responses.queries.page import page
from opsdesk.responses.states import OPEN, OVER, RunState, StepState, What
from tests.factories.tickets import COLLEAGUE, ENGINEER, LEAD, Hand
from tests.opsdesk.responses.stage import Stage

KEYS = ("find", "block", "allow", "restore", "port", "wipe", "undo", "reachable")
DOINGS = ("begin", "done", "confirm", "fail", "skip", "again", "yes", "no", "resolve")
TICKS = strategies.tuples(
    strategies.sampled_from(DOINGS),
    strategies.sampled_from(KEYS),
    strategies.sampled_from((ENGINEER, COLLEAGUE, LEAD)),
)
RESTORES = strategies.tuples(  # what must never happen unasked, or twice
    strategies.sampled_from(("begin", "begin", "skip", "again", "yes")),
    strategies.sampled_from(("allow", "restore")),
    strategies.sampled_from((ENGINEER, LEAD)),
)
MOVES = strategies.tuples(
    strategies.just("move"),
    strategies.sampled_from([*["resume"] * 20, *(move.name for move in moves.MOVES)]),
    strategies.sampled_from((ENGINEER, LEAD)),
)
SWEEPS = strategies.tuples(
    strategies.sampled_from(("work", "lose", "expire")),
    strategies.sampled_from(("good", "bad")),
    strategies.just(LEAD),
)
ACTS = strategies.one_of(TICKS, RESTORES, MOVES, SWEEPS)


class Undone(Exception):
    """Ends an example: what it did is rolled back."""


class Played:
    """Gives each example a stage of its own, in a unit that is rolled back."""

    def __init__(self, database: Database, desk: Settings) -> None:
        self._database, self._desk = database, desk

    @contextmanager
    def fresh(self) -> Iterator[Stage]:
        with suppress(Undone), self._database.unit() as session:
            stage = Stage(session, self._desk)
            stage.people()
            yield stage
            raise Undone


@pytest.fixture
def played(sqlite_database: Database, settings: Settings) -> Played:
    return Played(sqlite_database, settings)


def act(stage: Stage, what: str, of: str, by: Hand) -> None:
    session, at = stage.session, stage.later()
    if what == "move":
        stage.go(of, by=by)
    elif what == "work":
        work_on(stage, ok=of == "good")
    elif what == "lose":
        leasing.lose(session, at=at)
    elif what == "expire":
        deciding.expire(session, at=at)
    else:
        tick_one(stage, what, Tick(key=of, text="如此"), by)


def work_on(stage: Stage, *, ok: bool) -> None:
    """Have every queued step leased; a bad worker dies before it answers."""
    session, at = stage.session, stage.at
    for step_id in leasing.queued(session):
        work = leasing.lease(session, step_id, worker="w", at=at)
        if work is not None and ok:
            leasing.answer(session, work, Answer(ok=True), worker="w", at=at)


def tick_one(stage: Stage, what: str, tick: Tick, by: Hand) -> None:
    session, number, at = stage.session, stage.number, stage.at
    if what in ("yes", "no"):
        agrees = what == "yes"
        deciding.decide(session, number, tick, agrees=agrees, by=by, at=at)
    elif what == "resolve":
        stepping.resolve(session, number, tick, happened=True, by=by, at=at)
    else:
        getattr(stepping, what)(session, number, tick, by=by, at=at)


def check(stage: Stage) -> None:
    session = stage.session
    run = session.scalars(select(Run)).one()
    steps = session.scalars(select(RunStep)).all()
    assert run.is_open is (run.state in OPEN)
    assert run.last_event == session.scalar(select(func.max(RunEvent.id)))
    for step in steps:
        assert (step.ended_at is not None) is (step.state in OVER), step.key
        assert not (step.lease_until and step.state is not StepState.RUNNING)
        told = session.scalar(
            select(RunEvent.state)
            .where(RunEvent.what == What.STEP, RunEvent.step == step.key)
            .order_by(RunEvent.id.desc())
            .limit(1)
        )
        if run.is_open:
            assert step.state.value == (told or "pending"), step.key
        if not run.is_open:
            assert step.state in OVER
    by_key = {step.key: step for step in steps}
    begun = by_key["restore"].attempt
    approved = by_key["allow"].state is StepState.DONE
    assert approved or not begun  # nothing irreversible without its approval
    assert begun <= 1  # and never twice
    if run.state is RunState.REVIEW:
        assert all(s.state in OVER for s in steps if s.section.value == "step")
    page(session, stage.number, at=stage.at)


@examples(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=strategies.lists(ACTS, min_size=10, max_size=50),
    starts=strategies.sampled_from((True, True, True, False)),
)
def test_no_order_of_doings_breaks_a_run(
    acts: list[tuple[str, str, Hand]], *, starts: bool, played: Played
) -> None:
    with played.fresh() as stage:
        if starts:
            stage.start()
        else:
            stage.plan_drill()
            stage.cast()
        for what, of, by in acts:
            point = stage.session.begin_nested()
            try:
                act(stage, what, of, by)
            except Refused:
                point.rollback()
                stage.session.expire_all()
            else:
                point.commit()
            check(stage)
