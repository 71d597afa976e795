"""Automatic steps are carried out once, within their limit, and never stay running."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import DEMO, Desk
from opsdesk.core.files import Store
from opsdesk.flows import keep_responses, run_plan
from opsdesk.flows.acting import Answer
from opsdesk.people.models import Role
from opsdesk.responses.models import RunEvent, RunEvidence, RunStep
from opsdesk.responses.operations import leasing, opening, stepping
from opsdesk.responses.states import StepState
from probes.finding import Words
from runbooks.plan import Action, Level, Mode, Precheck, Step
from tests.factories.people import a_person
from tests.flows.a_plan import a_plan, automatic, title
from tests.flows.acting_lab import settings_with
from tests.lab.desk import until
from tests.lab.process import free_port
from tests.lab.sshd import Sshd, make_key, sshd

DONE = Answer(done=True, words=Words("好", "fine"), figures={"x": "1"}, raw=b"raw")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    place = tmp_path_factory.mktemp("steps")
    with sshd(place / "db-1", make_key(place / "key")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, database: Database, host: Sshd) -> Desk:
    settings = settings_with(tmp_path / "desk", host.server())
    settings.desk.data.mkdir(mode=0o700)
    return Desk(settings, database, Store(settings.desk.data / "files"))


def declared(desk: Desk, *steps: Step) -> str:
    """Declare an emergency, and begin all its automatic steps."""
    at = clock.now()
    with desk.database.unit() as session:
        lead = a_person(session, "lead", Role.LEAD)
        what = opening.Emergency(plan=a_plan(*steps), level=Level.THREE)
        run = opening.declare(session, desk.settings, what, by=lead, at=at)
        session.flush()
        for step in steps:
            tick = stepping.Tick(key=step.key)
            stepping.begin(session, run.number, tick, by=lead, at=at)
        return run.number


def step_of(desk: Desk, key: str) -> RunStep:
    with desk.database.reading() as session:
        return session.scalars(select(RunStep).where(RunStep.key == key)).one()


@contextmanager
def working(desk: Desk, do: run_plan.Act = run_plan.act) -> Iterator[run_plan.Workshop]:
    """Let a workshop take what waits, again and again, until the block ends."""
    stop, workshop = threading.Event(), run_plan.Workshop()

    def ring() -> None:
        while not stop.wait(0.05):
            run_plan.tick(desk, workshop, stop=stop, do=do)

    thread = threading.Thread(target=ring)
    thread.start()
    try:
        yield workshop
    finally:
        stop.set()
        thread.join(30)
        workshop.join(30)


def over(desk: Desk, key: str) -> Callable[[], bool]:
    return lambda: (
        step_of(desk, key).state
        not in (
            StepState.PENDING,
            StepState.RUNNING,
        )
    )


def test_a_server_and_a_port_are_checked_and_the_answers_are_evidence(
    desk: Desk, host: Sshd
) -> None:
    number = declared(
        desk,
        automatic(
            "look",
            Action.SSH_CHECK,
            arguments={"server": "db-1", "probes": "cpu"},
            expect={"outcome": "answered"},
        ),
        automatic(
            "port",
            Action.TCP_CHECK,
            arguments={"server": "db-1", "port": str(host.port)},
            expect={"open": "yes"},
        ),
    )

    with working(desk):
        until(over(desk, "look"), "the server was checked")
        until(over(desk, "port"), "the port was checked")

    look, port = step_of(desk, "look"), step_of(desk, "port")
    assert (look.state, port.state) == (StepState.DONE, StepState.DONE)
    with desk.database.reading() as session:
        kept = session.scalars(select(RunEvidence)).all()
    assert {one.step for one in kept} == {"look", "port"}
    assert all(len(desk.store.get(one.sha256)) == one.size for one in kept)
    assert number.startswith("EMR-")


def drilled(desk: Desk, *prechecks: Precheck) -> str:
    """Plan a drill, and begin all its prechecks."""
    at = clock.now()
    with desk.database.unit() as session:
        lead = a_person(session, "lead", Role.LEAD)
        drill = opening.Drill(
            plan=a_plan(prechecks=prechecks), mode=Mode.TABLETOP, planned_for=at
        )
        run = opening.plan_drill(session, desk.settings, drill, by=lead, at=at)
        session.flush()
        for one in prechecks:
            tick = stepping.Tick(key=one.key)
            stepping.begin(session, run.number, tick, by=lead, at=at)
        return run.number


def test_a_precheck_is_carried_out_the_same_way_and_held_against_its_tolerance(
    desk: Desk, host: Sshd
) -> None:
    def look(key: str, port: int) -> Precheck:
        return Precheck(
            key=key,
            title=title(key),
            action=Action.TCP_CHECK,
            arguments={"server": "db-1", "port": str(port)},
            tolerance={"open": "yes", "milliseconds": "< 60000"},
        )

    drilled(desk, look("good", host.port), look("bad", free_port()))

    with working(desk):
        until(over(desk, "good"), "the first was checked")
        until(over(desk, "bad"), "the second was checked")

    assert step_of(desk, "good").state is StepState.DONE
    assert step_of(desk, "bad").state is StepState.FAILED


def test_an_answer_that_is_not_what_the_plan_expects_fails_the_step(
    desk: Desk,
) -> None:
    closed = {"server": "db-1", "port": str(free_port())}
    declared(
        desk,
        automatic("p", Action.TCP_CHECK, arguments=closed, expect={"open": "yes"}),
    )

    with working(desk):
        until(over(desk, "p"), "the port was checked")

    found = step_of(desk, "p")
    assert found.state is StepState.FAILED
    assert found.answer is not None
    assert "open" in str(found.answer)


def test_a_step_is_carried_out_by_one_of_two_workers(desk: Desk) -> None:
    done: list[str] = []

    def do(_desk: Desk, work: leasing.Work) -> Answer:
        done.append(work.key)
        time.sleep(0.2)
        return DONE

    keys = [f"s{n}" for n in range(6)]
    steps = [automatic(key, Action.TCP_CHECK) for key in keys]
    declared(desk, *steps)

    with working(desk, do), working(desk, do):
        for key in keys:
            until(over(desk, key), key)

    assert sorted(done) == keys


def test_what_hangs_beyond_its_limit_holds_nobody_up_and_becomes_unknown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_plan, "GRACE", timedelta(seconds=0.2))
    release = threading.Event()

    def do(_desk: Desk, work: leasing.Work) -> Answer:
        if work.key == "hangs":
            release.wait(60)
        return DONE

    short = timedelta(seconds=1)
    declared(
        desk,
        automatic("hangs", Action.SWITCH, timeout=short, idempotent=False),
        automatic("quick", Action.TCP_CHECK),
    )
    try:
        with working(desk, do):
            until(over(desk, "quick"), "the other step is done")
            until(
                lambda: (
                    keep_responses.sweep(desk, at=clock.now()) and over(desk, "hangs")()
                ),
                "it became unknown",
            )
    finally:
        release.set()

    assert step_of(desk, "hangs").state is StepState.UNKNOWN
    assert step_of(desk, "quick").state is StepState.DONE
    with desk.database.reading() as session:
        said = session.scalars(select(RunEvent.text)).all()
    assert any("结果不明" in text for text in said)


def test_a_mistake_of_ours_makes_the_step_unknown_and_no_other(desk: Desk) -> None:
    def do(_desk: Desk, work: leasing.Work) -> Answer:
        if work.key == "bug":
            raise KeyError("a bug")
        return DONE

    declared(
        desk,
        automatic("bug", Action.TCP_CHECK),
        automatic("fine", Action.TCP_CHECK),
    )

    with working(desk, do):
        until(over(desk, "fine"), "the other step is done")
        until(
            lambda: keep_responses.sweep(desk, at=clock.now()) and over(desk, "bug")(),
            "it became unknown",
        )

    assert step_of(desk, "bug").state is StepState.UNKNOWN


def test_an_action_whose_end_was_not_seen_is_left_to_a_person(desk: Desk) -> None:
    unseen = Answer(
        done=False, words=Words("没有看到结果", "unseen"), certain=False, raw=b"half"
    )
    declared(desk, automatic("s", Action.SWITCH, idempotent=False))

    with working(desk, lambda _desk, _work: unseen):
        until(
            lambda: keep_responses.sweep(desk, at=clock.now()) and over(desk, "s")(),
            "it became unknown",
        )

    assert step_of(desk, "s").state is StepState.UNKNOWN
    with desk.database.reading() as session:
        assert len(session.scalars(select(RunEvidence)).all()) == 1


def test_a_long_step_keeps_its_lease(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_plan, "RENEWING", timedelta(seconds=0.2))
    release = threading.Event()

    def do(_desk: Desk, _work: leasing.Work) -> Answer:
        release.wait(30)
        return DONE

    declared(desk, automatic("long", Action.RESTORE_RUN))
    with working(desk, do):
        until(lambda: step_of(desk, "long").lease_until, "it was taken")
        first = step_of(desk, "long").lease_until
        assert first is not None
        until(
            lambda: (step_of(desk, "long").lease_until or first) > first,
            "it was renewed",
        )
        release.set()
        until(over(desk, "long"), "it was answered")

    assert step_of(desk, "long").state is StepState.DONE


def test_a_desk_of_made_up_data_connects_to_nothing(desk: Desk) -> None:
    (desk.settings.desk.data / DEMO).touch()
    declared(desk, automatic("s", Action.SSH_CHECK, arguments={"server": "db-1"}))

    with working(desk):
        until(over(desk, "s"), "it was answered")

    assert step_of(desk, "s").state is StepState.FAILED
    with desk.database.reading() as session:
        assert session.scalars(select(RunEvidence)).all() == []
