"""History is judged again: the new verdict is added, the old one stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows import judge_visit
from opsdesk.flows.replay_history import Replayed, Scope, replay
from opsdesk.inspections.models import (
    Condition,
    FindingRow,
    Judgement,
    Round,
    Signature,
    Slot,
    Status,
    Visit,
)
from opsdesk.inspections.operations import review, rounds, visits
from opsdesk.inspections.operations.review import Signer
from opsdesk.inspections.queries.running import pending_visits
from probes.finding import State
from probes.server import Server, Thresholds, Transport
from probes.transcript import Outcome, Transcript, pack
from tests.factories.rounds import AT, DAY, plan, server
from tests.factories.settings import some_settings

NONCE = "7" * 32
LOAD = "3.00 3.00 3.00 1/90 4321\n2\n"
SCOPE = Scope(since=AT - timedelta(days=1), until=AT + timedelta(days=9))
SIGNER = Signer(username="duty", name="值班工程师")


def transcript(name: str, sections: Mapping[str, str]) -> Transcript:
    raw = "".join(
        f"{NONCE} BEGIN {section}\n\n{NONCE} OUT\n{said}{NONCE} OVER {section} 0 3\n"
        for section, said in sections.items()
    )
    return Transcript(
        server=name,
        began=AT,
        took_ms=400,
        outcome=Outcome.ANSWERED,
        raw=f"{raw}{NONCE} END {len(sections)}\n".encode(),
        nonce=NONCE,
        asked=tuple(sections),
    )


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    found = some_settings(tmp_path / "desk")
    desk = Desk(found, database, Store(found.desk.data / "files"))
    return configured(desk, [server("db-1", transport=Transport.NONE)])


def configured(desk: Desk, servers: Sequence[Server]) -> Desk:
    return replace(desk, settings=replace(desk.settings, servers=tuple(servers)))


def stricter(desk: Desk, warning: float = 1.0, critical: float = 9.0) -> Desk:
    levels = {"load_per_core": Thresholds(warning=warning, critical=critical)}
    return configured(desk, [replace(desk.settings.servers[0], thresholds=levels)])


def a_round(
    desk: Desk,
    sections: Mapping[str, str],
    *,
    slot: Slot = Slot.MORNING,
    later: timedelta = timedelta(0),
) -> int:
    """Run a round over kept bytes, judged by the rules of the desk as it is."""
    with desk.database.unit() as session:
        round_ = rounds.request(session, plan(slot=slot), at=AT)
        assert round_ is not None
        assert rounds.claim(session, round_.id, runner="test:1:1", at=AT)
        session.refresh(round_)
        (visit,) = pending_visits(session, round_.id)
        heard = replace(transcript("db-1", sections), began=AT + later)
        verdict = judge_visit.judge(
            session, desk.settings.servers[0], heard, at=heard.began
        )
        sha256 = desk.store.put(pack(heard))
        told = judge_visit.hear(heard, sha256)
        visits.record(session, visit, told, verdict, at=AT)
        rounds.finish(session, round_.id, at=AT, took_ms=400, suspect="")
        visits.count_states(session, round_)
        review.settle(session, round_, at=AT)
        return round_.id


def again(desk: Desk, scope: Scope = SCOPE) -> list[Replayed]:
    return list(replay(desk, scope, by="cli:somebody"))


def verdicts(desk: Desk) -> list[tuple[str, str, int]]:
    """Return cause, state and number of findings of each judgement, oldest first."""
    with desk.database.reading() as session:
        return [
            (
                row.cause,
                row.state,
                session.scalar(
                    select(func.count())
                    .select_from(FindingRow)
                    .where(FindingRow.judgement_id == row.id)
                )
                or 0,
            )
            for row in session.scalars(select(Judgement).order_by(Judgement.id))
        ]


def status(desk: Desk, round_id: int) -> Status:
    with desk.database.reading() as session:
        return session.get_one(Round, round_id).status


def open_conditions(desk: Desk) -> list[str]:
    query = select(Condition.probe).where(Condition.closed_at.is_(None))
    with desk.database.reading() as session:
        return list(session.scalars(query))


def test_nothing_changes_while_the_rules_are_the_same(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    (row,) = again(desk)
    assert (row.changed, row.before, row.after) == (False, "normal", "normal")
    assert verdicts(desk) == [("round", "normal", 0)]


def test_a_new_threshold_adds_a_verdict_and_keeps_the_old_one(desk: Desk) -> None:
    round_id = a_round(desk, {"load": LOAD})
    (row,) = again(stricter(desk))
    assert (row.changed, row.before, row.after) == (True, "normal", "attention")
    assert len(row.new) == 1
    assert verdicts(desk) == [("round", "normal", 0), ("replay", "attention", 1)]
    with desk.database.reading() as session:
        visit = session.scalars(select(Visit)).one()
        held = session.get_one(Judgement, visit.judgement_id)
        assert held.cause == "replay"
        assert session.get_one(Round, round_id).counts == {"attention": 1}
    assert open_conditions(desk) == ["load"]
    (row,) = again(stricter(desk))
    assert not row.changed


def test_a_threshold_taken_back_ends_the_condition(desk: Desk) -> None:
    a_round(stricter(desk), {"load": LOAD})
    assert open_conditions(desk) == ["load"]
    (row,) = again(desk)
    assert (row.after, row.gone) == ("normal", 1)
    assert open_conditions(desk) == []


def test_a_round_that_is_no_longer_clear_must_be_explained_again(desk: Desk) -> None:
    round_id = a_round(desk, {"load": LOAD})
    assert status(desk, round_id) is Status.REVIEWED
    again(stricter(desk, critical=1.2))
    assert status(desk, round_id) is Status.JUDGED


def test_a_signed_round_keeps_its_signature(desk: Desk) -> None:
    round_id = a_round(desk, {"load": LOAD})
    with desk.database.unit() as session:
        round_ = session.get_one(Round, round_id)
        review.sign(session, round_, SIGNER, version=round_.version, at=AT)
    with desk.database.reading() as session:
        before = session.scalars(select(Signature)).one()
    (row,) = again(stricter(desk))
    assert row.changed
    assert status(desk, round_id) is Status.SIGNED
    assert verdicts(desk)[0] == ("round", "normal", 0)
    with desk.database.reading() as session:
        after = session.scalars(select(Signature)).one()
    assert (after.id, after.name, after.at) == (before.id, before.name, before.at)


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    round_id = a_round(desk, {"load": LOAD})
    with desk.database.reading() as session:
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
    (dry,) = again(stricter(desk), replace(SCOPE, dry_run=True))
    assert verdicts(desk) == [("round", "normal", 0)]
    assert open_conditions(desk) == []
    assert status(desk, round_id) is Status.REVIEWED
    with desk.database.reading() as session:
        assert entries == session.scalar(select(func.count()).select_from(AuditEntry))
    assert again(stricter(desk)) == [dry]


def test_an_answer_nobody_could_read_is_read_once_the_reader_can(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    with desk.database.unit() as session:  # as a reader of old would have written it
        visit = session.scalars(select(Visit)).one()
        heard = judge_visit.unjudged(ValueError("not loadavg: '3.00 3.00'"))
        stuck = replace(heard, cells={"load": State.UNKNOWN})
        visits.judge(session, visit, stuck, cause="round", at=AT)
    (row,) = again(desk)
    assert (row.before, row.after) == ("abnormal", "normal")
    assert [cause for cause, _, _ in verdicts(desk)] == ["round", "round", "replay"]
    with desk.database.reading() as session:
        visit = session.scalars(select(Visit)).one()
        held = session.get_one(Judgement, visit.judgement_id)
        assert held.cells == {"load": "normal"}
        assert held.readings["load_fifteen{}"] == 3.0


def test_what_still_cannot_be_read_stays_a_gap(desk: Desk) -> None:
    a_round(desk, {"load": "Filesystem full of eels\n"})
    (row,) = again(desk)
    assert (row.changed, row.before, row.after) == (False, "attention", "attention")


def test_a_damaged_transcript_is_named_and_the_others_are_judged(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    later = {"slot": Slot.NOON, "later": timedelta(hours=6)}
    a_round(desk, {"load": LOAD.replace("3.00", "3.10")}, **later)  # type: ignore[arg-type]
    with desk.database.reading() as session:
        first, _ = session.scalars(select(Visit).order_by(Visit.id))
        assert first.transcript_sha256 is not None
        path = desk.store.path(first.transcript_sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    broken, whole = again(stricter(desk))
    assert broken.trouble
    assert not broken.changed
    assert (whole.trouble, whole.after) == ("", "attention")
    causes = [cause for cause, _, _ in verdicts(desk)]
    assert causes == ["round", "round", "replay"]


def test_a_lost_transcript_is_named_as_well(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    with desk.database.reading() as session:
        sha256 = session.scalars(select(Visit.transcript_sha256)).one()
    assert sha256 is not None
    desk.store.path(sha256).unlink()
    (row,) = again(stricter(desk))
    assert row.trouble
    assert verdicts(desk) == [("round", "normal", 0)]


def test_only_the_asked_days_and_servers_are_judged(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    assert again(stricter(desk), replace(SCOPE, servers=frozenset({"app-1"}))) == []
    past = Scope(since=AT - timedelta(days=9), until=AT)
    assert again(stricter(desk), past) == []
    assert len(again(stricter(desk), replace(SCOPE, since=AT))) == 1


def test_a_server_that_left_the_configuration_is_judged_as_remembered(
    desk: Desk,
) -> None:
    a_round(stricter(desk), {"load": LOAD})
    (row,) = again(configured(desk, []))
    assert (row.trouble, row.after) == ("", "normal")


def test_an_old_answer_does_not_change_how_things_stand_today(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    calm = {"slot": Slot.NOON, "later": timedelta(hours=6)}
    a_round(desk, {"load": "0.10 0.10 0.10 1/90 4321\n2\n"}, **calm)  # type: ignore[arg-type]
    first, second = again(stricter(desk))
    assert (first.after, second.after) == ("attention", "normal")
    assert open_conditions(desk) == []


def test_a_replay_is_written_into_the_trail(desk: Desk) -> None:
    a_round(desk, {"load": LOAD})
    again(stricter(desk))
    with desk.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "visit.replayed")
        entry = session.scalars(query).one()
    assert entry.actor == "cli:somebody"
    assert entry.subject.endswith("/db-1")
    assert DAY.strftime("%Y%m%d") in entry.subject
