"""A round's row is its lock; what is recorded stays recorded."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.errors import Refused
from opsdesk.inspections.models import Condition, Judgement, Round, Slot, Status, Visit
from opsdesk.inspections.operations import rounds, visits
from opsdesk.inspections.queries.running import pending_visits
from probes.transcript import Outcome
from tests.factories.rounds import (
    AT,
    DAY,
    finding,
    heard,
    judged_round,
    plan,
    verdict,
)


def test_a_slot_has_one_round_however_often_it_rings(database: Database) -> None:
    with database.unit() as session:
        assert rounds.request(session, plan(), at=AT) is not None
    with database.unit() as session:
        assert rounds.request(session, plan(), at=AT) is None


def test_two_schedulers_ringing_at_once_write_one_round(database: Database) -> None:
    barrier, wrote = threading.Barrier(2), []

    def ring() -> None:
        barrier.wait()
        try:
            with database.unit() as session:
                wrote.append(rounds.request(session, plan(), at=AT) is not None)
        except Exception as error:  # noqa: BLE001 - the unique row is the last resort
            wrote.append(type(error).__name__ != "IntegrityError")

    threads = [threading.Thread(target=ring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 1
    assert sorted(wrote) == [False, True]


def test_a_due_round_is_claimed_by_exactly_one_process(database: Database) -> None:
    with database.unit() as session:
        round_ = rounds.request(session, plan(), at=AT)
        assert round_ is not None
    claims = []
    for runner in ("a:1:1", "b:2:2"):
        with database.unit() as session:
            claims.append(rounds.claim(session, round_.id, runner=runner, at=AT))
    assert claims == [True, False]


def test_only_the_dead_runners_round_is_taken_over(database: Database) -> None:
    with database.unit() as session:
        round_ = rounds.request(session, plan(), at=AT)
        assert round_ is not None
        rounds.claim(session, round_.id, runner="a:1:1", at=AT)
    with database.unit() as session:
        assert not rounds.take_over(
            session, round_.id, dead="z:9:9", runner="b:2:2", at=AT
        )
        assert rounds.take_over(session, round_.id, dead="a:1:1", runner="b:2:2", at=AT)
        assert not rounds.beat(session, round_.id, runner="a:1:1", at=AT)


def test_an_interrupted_round_knows_who_was_asked(database: Database) -> None:
    with database.unit() as session:
        round_ = rounds.request(session, plan("db-1", "db-2", "db-3"), at=AT)
        assert round_ is not None
        visit = pending_visits(session, round_.id)[0]
        visits.record(session, visit, heard(visit), verdict(), at=AT)
    with database.reading() as session:
        left = [visit.server for visit in pending_visits(session, round_.id)]
    assert left == ["db-2", "db-3"]


def test_a_missed_slot_is_a_row_with_its_reason(database: Database) -> None:
    with database.unit() as session:
        rounds.miss(
            session,
            rounds.Plan(
                day=DAY, slot=Slot.NOON, servers=[], by="scheduler", reason="no power"
            ),
            at=AT,
        )
    with database.reading() as session:
        row = session.scalars(select(Round)).one()
    assert (row.status, row.reason) == (Status.MISSED, "no power")


def test_a_signed_round_cannot_be_finished_again(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict()})
        rounds.move(round_, Status.REVIEWED)
        rounds.move(round_, Status.SIGNED)
    with pytest.raises(Refused), database.unit() as session:
        rounds.finish(session, round_.id, at=AT, took_ms=1, suspect="")


def test_a_finding_seen_again_is_one_condition(database: Database) -> None:
    with database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())})
        judged_round(
            session,
            {"db-1": verdict(finding())},
            slot=Slot.NOON,
            at=AT + timedelta(hours=6),
        )
    with database.reading() as session:
        row = session.scalars(select(Condition)).one()
    assert (row.times, row.closed_at) == (2, None)


def test_a_condition_closes_when_its_probe_answers_without_it(
    database: Database,
) -> None:
    with database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())})
        judged_round(session, {"db-1": verdict()}, slot=Slot.NOON)
    with database.reading() as session:
        assert session.scalars(select(Condition)).one().closed_at is not None


@pytest.mark.parametrize(
    "silence",
    [
        verdict(outcome=Outcome.TIMED_OUT, answered=()),
        verdict(outcome=Outcome.PARTIAL, answered=("load",)),
    ],
)
def test_no_data_is_never_a_recovery(database: Database, silence: object) -> None:
    with database.unit() as session:
        judged_round(session, {"db-1": verdict(finding())})
        judged_round(session, {"db-1": silence}, slot=Slot.NOON)  # type: ignore[dict-item]
    with database.reading() as session:
        assert session.scalars(select(Condition)).one().closed_at is None


def test_a_replay_keeps_the_old_verdict(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        visit = round_.id and session.scalars(select(Visit)).one()
        assert visit
        visits.judge(session, visit, verdict(), cause="replay", at=AT)
    with database.reading() as session:
        causes = list(session.scalars(select(Judgement.cause).order_by(Judgement.id)))
        held = session.scalars(select(Visit)).one().judgement_id
    assert causes == ["round", "replay"]
    assert held == 2


def test_every_step_of_a_round_is_in_the_audit_trail(database: Database) -> None:
    with database.unit() as session:
        judged_round(session, {"db-1": verdict()})
    with database.reading() as session:
        actions = list(
            session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq))
        )
    assert actions == ["round.due", "round.begun", "round.judged"]
