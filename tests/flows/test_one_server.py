"""What one server says, or what goes wrong over it, costs the others nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.flows import inspect_estate, judge_visit
from opsdesk.flows.replay_history import Scope, replay
from opsdesk.inspections.models import (
    Condition,
    FindingRow,
    Judgement,
    Round,
    Slot,
    Visit,
)
from opsdesk.inspections.models import Status as RoundStatus
from opsdesk.inspections.operations import visits
from opsdesk.inspections.operations.rounds import Plan
from opsdesk.inspections.queries.past import unpack_facts
from opsdesk.inspections.queries.review import abnormal_items
from opsdesk.inspections.verdict import storable_verdict
from probes import catalogue
from probes.finding import Finding, Severity, Words
from probes.probe import Sample
from probes.reply import Reply, ReplyStatus
from probes.server import Server, Thresholds
from probes.transcript import Outcome, Section, Transcript, pack, unpack
from tests.factories import rounds as factory

HOSTILE = [
    "{0}",
    "{subject}",
    "%s %(name)s %",
    "\x00",
    "a\x00b",
    "\ud800",
    "\x1b[2J\x1b]0;owned\x07",
    "<script>alert(1)</script>",
    "'; DROP TABLE round; --",
    "\u202egnp.exe",
    "line\nfeed\r\ttab",
    "長" * 5000,
]


class Broken(Mapping[str, Thresholds]):
    """Thresholds that nobody can look up: a mistake of ours, as a round meets one."""

    def __getitem__(self, key: str) -> Thresholds:
        raise RuntimeError(f"no such thing as {key}")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("nothing to walk")

    def __len__(self) -> int:
        return 1


def run(desk: Desk, slot: Slot = Slot.ADHOC) -> Round:
    plan = Plan(
        day=datetime(2026, 11, 22, tzinfo=UTC).date(),
        slot=slot,
        servers=desk.settings.servers,
        by="somebody",
    )
    requested = inspect_estate.request(desk, plan, at=clock.now())
    assert requested is not None
    assert inspect_estate.claim(desk, requested[0], runner="here:1:1")
    order = inspect_estate.Order(round_id=requested[0], runner="here:1:1")
    assert inspect_estate.run(desk, order, stop=threading.Event())
    with desk.database.reading() as session:
        return session.get_one(Round, requested[0])


def with_a_bug_over(desk: Desk, name: str) -> Desk:
    """Return the desk with thresholds of one server that make judging fail."""
    servers = tuple(
        replace(server, thresholds=Broken()) if server.name == name else server
        for server in desk.settings.servers
    )
    return replace(desk, settings=replace(desk.settings, servers=servers))


def test_a_mistake_over_one_server_ends_neither_the_round_nor_its_bytes(
    desk: Desk,
) -> None:
    round_ = run(with_a_bug_over(desk, "web-1"))
    assert round_.status is RoundStatus.JUDGED
    with desk.database.reading() as session:
        found = {
            visit.server: visit
            for visit in session.scalars(
                select(Visit).where(Visit.round_id == round_.id)
            )
        }
        items = {item.server: item for item in abnormal_items(session, round_.id)}
        judgement = session.get_one(Judgement, found["web-1"].judgement_id)
    assert found["gone-1"].outcome == "refused"
    assert (found["web-1"].outcome, judgement.state) == ("partial", "abnormal")
    assert "未能判读" in items["web-1"].message_zh
    kept = unpack(desk.store.get(found["web-1"].transcript_sha256 or ""))
    assert b'"status": 200' in kept.answers[0].stdout
    gap = unpack_facts(judgement.facts)["gaps"]["connection"]
    assert gap["reason"].startswith("RuntimeError")


def test_a_mistake_over_one_server_is_mended_by_a_replay(desk: Desk) -> None:
    run(with_a_bug_over(desk, "web-1"))
    scope = Scope(
        since=clock.now() - timedelta(hours=1), until=clock.now() + timedelta(hours=1)
    )
    done = {row.server: row for row in replay(desk, scope, by="somebody")}
    assert (done["web-1"].before, done["web-1"].after) == ("abnormal", "normal")
    with desk.database.reading() as session:
        still = select(Condition.probe).where(Condition.closed_at.is_(None))
        assert "judging" not in set(session.scalars(still))


def test_a_replay_goes_on_behind_a_server_it_cannot_judge(desk: Desk) -> None:
    run(desk)
    scope = Scope(
        since=clock.now() - timedelta(hours=1), until=clock.now() + timedelta(hours=1)
    )
    broken = with_a_bug_over(desk, "web-1")
    done = {row.server: row for row in replay(broken, scope, by="somebody")}
    assert done["web-1"].trouble.startswith("RuntimeError")
    assert not done["web-1"].changed
    assert done["gone-1"].trouble == ""


@pytest.mark.parametrize("said", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_whatever_a_server_says_is_recorded(database: Database, said: str) -> None:
    hostile = Finding(
        probe="filesystems",
        subject=said,
        severity=Severity.CRITICAL,
        message=Words(said, said),
        measured=said,
        limit=said,
    )
    with database.unit() as session:
        round_ = factory.judged_round(session, {"db-1": factory.verdict()})
        visit = session.scalars(select(Visit).where(Visit.round_id == round_.id)).one()
        visit.outcome = None  # it is still to be asked
        session.flush()
        verdict = storable_verdict(
            replace(
                factory.verdict(hostile),
                boot_id=said,
                clock_offset_ms=2**40,
                readings={f"used{{{said}}}": 1.0, "x{}": float("nan")},
                facts={"facts": {"load": said, "n": float("inf")}, "gaps": {}},
            )
        )
        heard = judge_visit.hear(
            Transcript(
                server="db-1",
                began=factory.AT,
                took_ms=1,
                outcome=Outcome.ANSWERED,
                detail=said,
                host_key=said,
            ),
            "a" * 64,
        )
        assert visits.record(session, visit, heard, verdict, at=factory.AT)
    with database.reading() as session:
        row = session.scalars(select(FindingRow)).one()
        judgement = session.get_one(Judgement, row.judgement_id)
        assert unpack_facts(judgement.facts)["facts"]["n"] is None
        assert list(judgement.readings.values()) == [1.0]
        assert session.scalar(select(func.count()).select_from(Condition)) == 1
    clean = said not in {"\x00", "a\x00b", "\ud800"}
    assert (row.subject == said) is clean


def test_a_transcript_with_a_name_that_is_no_utf8_is_kept() -> None:
    odd = Transcript(
        server="\udcff",
        began=factory.AT,
        took_ms=1,
        outcome=Outcome.PARTIAL,
        detail="\ud800",
        script="echo \udcff",
        answers=(Section(name="http", stdout=b"\xff\x00", subject="\udcff"),),
    )
    assert unpack(pack(odd)).answers[0].stdout == b"\xff\x00"


def test_a_judge_that_stumbles_costs_its_own_section_only() -> None:
    server = Server(
        name="db-1", kind=factory.server().kind, zone="private", address="10.1.0.1"
    )
    stored = {"one": 0.1, "five": 0.1, "fifteen": 0.1, "cores": 2}
    load = Reply(
        probe="load",
        status=ReplyStatus.READ,
        facts=catalogue.load_facts("load", stored),
    )
    bogus = Reply(probe="memory", status=ReplyStatus.READ, facts="not what it reads")
    with pytest.raises(catalogue.Stumbled) as caught:
        catalogue.judge(server, (load, bogus), catalogue.Past(), at=factory.AT)
    assert caught.value.reply is bogus
    with pytest.raises(catalogue.Stumbled):
        catalogue.readings((load, bogus))


def test_a_history_that_cannot_be_read_is_nobodys_answer() -> None:
    def away(_name: str, _label: str) -> list[Sample]:
        raise ConnectionError("the database is away")

    past = catalogue.Past(history=away)
    reply = Reply(probe="load", status=ReplyStatus.ABSENT)
    assert catalogue.judge(factory.server(), (reply,), past, at=factory.AT) == ()
