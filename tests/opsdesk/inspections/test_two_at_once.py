"""Two people at one round: nobody's words are lost, nobody signs what he did not see."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.errors import Refused, Stale
from opsdesk.inspections.models import Explanation, Round, Signature
from opsdesk.inspections.operations import review
from opsdesk.inspections.queries.review import round_content
from probes.finding import Severity, fingerprint
from tests.factories.rounds import AT, DAY, finding, judged_round, verdict

DUTY = review.Signer("duty", "值班工程师")
MARK = fingerprint("db-1", "filesystems", "/data")


def test_an_explanation_written_meanwhile_is_not_overwritten(
    database: Database,
) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        review.explain(session, round_, [MARK], "甲写的", by="a", at=AT, seen={MARK: 0})
        with pytest.raises(Stale, match="a 在您打开之后"):
            review.explain(session, round_, [MARK], "乙", by="b", at=AT, seen={})
        assert session.scalar(select(Explanation.text)) == "甲写的"
        review.explain(session, round_, [MARK], "乙补充", by="b", at=AT, seen={MARK: 1})
        assert session.scalar(select(Explanation.text)) == "乙补充"


def test_what_an_explanation_said_before_stays_in_the_trail(
    database: Database,
) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        review.explain(session, round_, [MARK], "甲写的", by="a", at=AT)
        review.explain(session, round_, [MARK], "乙写的", by="b", at=AT)
        newest = select(AuditEntry.body).order_by(AuditEntry.seq.desc()).limit(1)
        body = session.scalar(newest) or b""
    assert "甲写的" in body.decode()


@pytest.mark.parametrize("items", [[], ["visit:nobody"], [MARK, "k" * 4000]], ids=str)
def test_only_items_of_the_round_are_explained(
    database: Database, items: list[str]
) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        with pytest.raises(Refused):
            review.explain(session, round_, items, "已处理", by="a", at=AT)
        assert session.scalar(select(Explanation.id)) is None


def test_a_page_opened_before_an_explanation_changed_signs_nothing(
    database: Database,
) -> None:
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding())})
        review.explain(session, round_, [MARK], "甲写的", by="a", at=AT)
        opened = round_.version
        review.explain(session, round_, [MARK], "改成别的", by="b", at=AT)
        with pytest.raises(Stale):
            review.sign(session, round_, DUTY, version=opened, at=AT)


def test_a_signature_covers_warnings_and_acknowledgements(database: Database) -> None:
    mild = finding("load", "", Severity.WARNING)
    with database.unit() as session:
        round_ = judged_round(session, {"db-1": verdict(finding(), mild)})
        before = round_content(session, round_.id, at=AT)
        review.acknowledge(
            session,
            fingerprint=MARK,
            server="db-1",
            reason="新盘下周到",
            until=AT + timedelta(days=7),
            by="a",
            at=AT,
        )
        after = round_content(session, round_.id, at=AT)
    assert [row[1] for row in before["findings"]] == ["critical", "warning"]
    assert before["acknowledged"] == {}
    assert after["acknowledged"][MARK][0] == "新盘下周到"


def test_two_presses_at_once_make_one_signature(database: Database) -> None:
    with database.unit() as session:
        round_id = judged_round(session, {"db-1": verdict()}).id
        version = session.get_one(Round, round_id).version
    start = threading.Barrier(2)
    said: list[str] = []

    def press() -> None:
        start.wait(10)
        try:
            with database.unit() as session:
                query = select(Round).where(Round.id == round_id).with_for_update()
                round_ = session.scalars(query).one()
                review.sign(session, round_, DUTY, version=version, at=AT)
            said.append("signed")
        except (Refused, IntegrityError) as refusal:
            said.append(type(refusal).__name__)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == ["Stale", "signed"]
    with database.reading() as session:
        names = session.scalars(select(Signature).where(Signature.day == DAY)).all()
        assert len(names) == 1
