"""What blocks a signature, what lifts the block, and who may sign."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.core.errors import Refused, Stale
from opsdesk.inspections.models import Signature, Slot, Status
from opsdesk.inspections.operations import review
from opsdesk.inspections.queries.review import open_items
from probes.finding import Severity, fingerprint
from probes.transcript import Outcome
from tests.factories.rounds import AT, DAY, finding, judged_round, verdict

DUTY = review.Signer("duty", "值班工程师")
LEAD = review.Signer("lead", "运维负责人")
MARK = fingerprint("db-1", "filesystems", "/data")


def test_an_unexplained_abnormal_item_blocks_the_signature(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        with pytest.raises(Refused, match="1 项异常"):
            review.sign(session, round_, DUTY, version=round_.version, at=AT)


def test_a_server_without_answer_blocks_the_signature(database: Database) -> None:
    silent = verdict(outcome=Outcome.TIMED_OUT, answered=())
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": silent})
        assert [item.key for item in open_items(session, round_, at=AT)] == [
            "visit:db-1"
        ]


def test_a_warning_needs_no_words(database: Database) -> None:
    with database.unit() as session:
        mild = verdict(finding(severity=Severity.WARNING))
        round_ = judged_round(session, {"db-1": mild})
        review.sign(session, round_, DUTY, version=round_.version, at=AT)
        assert round_.status is Status.SIGNED


def test_an_explanation_lifts_the_block(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        review.explain(session, round_, [MARK], "已清理日志", by="duty", at=AT)
        assert round_.status is Status.REVIEWED
        review.sign(session, round_, DUTY, version=round_.version, at=AT)


def test_an_empty_explanation_is_refused(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        with pytest.raises(Refused):
            review.explain(session, round_, [MARK], "  ", by="duty", at=AT)


def test_an_acknowledgement_lifts_the_block_until_it_ends(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        review.acknowledge(
            session,
            fingerprint=MARK,
            server="db-1",
            reason="新盘下周到",
            until=AT + timedelta(days=7),
            by="lead",
            at=AT,
        )
        assert open_items(session, round_, at=AT + timedelta(days=6)) == []
        assert len(open_items(session, round_, at=AT + timedelta(days=8))) == 1


def test_a_round_changed_since_it_was_read_is_not_signed(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict()})
        with pytest.raises(Stale):
            review.sign(session, round_, DUTY, version=round_.version - 1, at=AT)


def test_a_signed_round_takes_no_more_words(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict()})
        review.sign(session, round_, DUTY, version=round_.version, at=AT)
        with pytest.raises(Refused):
            review.explain(session, round_, ["visit:db-1"], "后补", by="duty", at=AT)
        with pytest.raises(Refused):
            review.sign(session, round_, LEAD, version=round_.version, at=AT)


def test_the_reviewer_is_not_the_inspector(database: Database) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict()})
        review.sign(session, round_, DUTY, version=round_.version, at=AT)
        with pytest.raises(Refused, match="另一人"):
            review.countersign(session, DAY, review.REVIEWER, DUTY, at=AT)
        review.countersign(session, DAY, review.REVIEWER, LEAD, at=AT)
        with pytest.raises(Refused, match="已经签名"):
            review.countersign(session, DAY, review.REVIEWER, LEAD, at=AT)


def test_a_day_with_an_unsigned_round_is_not_countersigned(database: Database) -> None:
    with database.unit() as session:
        one = judged_round(session, {"db-1": verdict()})
        judged_round(session, {"db-1": verdict()}, slot=Slot.NOON)
        review.sign(session, one, DUTY, version=one.version, at=AT)
        with pytest.raises(Refused):
            review.countersign(session, DAY, review.REVIEWER, LEAD, at=AT)


def test_a_signature_names_the_content_it_stands_under(database: Database) -> None:
    with database.unit() as session:
        one = judged_round(session, {"db-1": verdict()})
        two = judged_round(session, {"db-1": verdict(finding())}, slot=Slot.NOON)
        review.explain(session, two, [MARK], "已处理", by="duty", at=AT)
        for round_ in (one, two):
            review.sign(session, round_, DUTY, version=round_.version, at=AT)
        marks = list(session.scalars(select(Signature.snapshot_sha256)))
    assert len(set(marks)) == 2


def test_a_day_with_an_unexplained_ad_hoc_round_is_not_countersigned(
    database: Database,
) -> None:
    with database.unit() as session:
        one = judged_round(session, {"db-1": verdict()})
        judged_round(session, {"db-1": verdict(finding())}, slot=Slot.ADHOC)
        review.sign(session, one, DUTY, version=one.version, at=AT)
        with pytest.raises(Refused, match="临时巡检"):
            review.countersign(session, DAY, review.REVIEWER, LEAD, at=AT)
