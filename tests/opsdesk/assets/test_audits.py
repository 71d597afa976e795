"""Baselines prove what the library was; audits say how true it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from opsdesk.assets import operations, queries
from opsdesk.assets.models import AuditOutcome, AuditRow, Item, Type
from opsdesk.assets.operations import auditing, baselines
from opsdesk.assets.operations.auditing import Plan
from opsdesk.assets.operations.baselines import Naming
from opsdesk.assets.queries import audits as questions
from opsdesk.assets.queries.history import differences, view_of
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from tests.factories.assets import CHANGED, NOON, an_item

LATER = NOON + timedelta(days=1)
FIREWALL = "data_zone_firewall"


def test_a_baseline_can_be_compared_with_what_came_after(database: Database) -> None:
    with database.unit() as unit:
        code = an_item(unit, model="旧").code
        drawn = baselines.draw(unit, Naming(name="2026-11"), by="lead", at=NOON)
        operations.revise(unit, code, {"model": "新"}, cause=CHANGED, by="x", at=LATER)
        kept = questions.baseline(unit, drawn.id)
        assert kept is not None
        since = differences(
            view_of(unit, kept.revision_id), queries.view_at(unit, LATER)
        )
        assert questions.is_intact(unit, kept)
    assert [(d.before, d.after) for d in since] == [("旧", "新")]


def test_a_baseline_is_never_rewritten(database: Database) -> None:
    with database.unit() as unit:
        baselines.draw(unit, Naming(name="2026-11"), by="lead", at=NOON)
        with pytest.raises(RefusedInWords):
            baselines.draw(unit, Naming(name="2026-11"), by="lead", at=LATER)
    with pytest.raises(DBAPIError), database.unit() as unit:
        unit.execute(text("UPDATE baseline SET name = 'x'"))


def test_a_sample_holds_all_databases_and_firewalls_and_a_fifth_of_the_rest(
    database: Database,
) -> None:
    with database.unit() as unit:
        for n in range(21):
            an_item(unit, f"web-{n}")
        wanted = {an_item(unit, f"fw-{n}", kind=FIREWALL).code for n in range(3)}
        wanted |= {an_item(unit, f"db-{n}", Type.DATABASE).code for n in range(2)}
        begun = auditing.begin(
            unit, Plan(name="十一月", day=NOON.date()), by="x", at=NOON
        )
        rows = questions.rows_of(unit, begun.id)
        again = auditing.sample(unit.scalars(select(Item)), "十一月")
    assert wanted <= {row.code for row in rows}
    assert {row.code for row in rows if row.mandatory} == wanted
    assert len(rows) - len(wanted) == 5  # a fifth of 21, rounded up
    assert [item.code for item in again] == sorted(row.code for row in rows)


def test_accuracy_is_consistent_of_judged_and_says_of_how_many(
    database: Database,
) -> None:
    with database.unit() as unit:
        for n in range(4):
            an_item(unit, f"fw-{n}", kind=FIREWALL)
        plan = Plan(name="十一月", day=NOON.date())
        begun = auditing.begin(unit, plan, by="x", at=NOON)
        ids = unit.scalars(select(AuditRow.id).order_by(AuditRow.code)).all()
        for row_id in ids[:3]:
            auditing.judge(unit, row_id, AuditOutcome.CONSISTENT, "", by="x", at=LATER)
        with pytest.raises(RefusedInWords):
            auditing.conclude(unit, begun.id, "好", by="x", at=LATER)
        auditing.judge(
            unit, ids[3], AuditOutcome.DIFFERS, "序列号不符", by="x", at=LATER
        )
        auditing.found_unrecorded(unit, begun.id, "交换机", "机柜 3", by="x", at=LATER)
        auditing.conclude(unit, begun.id, "基本一致", by="x", at=LATER)
        (audit,) = questions.audits(unit)
        with pytest.raises(RefusedInWords):
            auditing.judge(unit, ids[0], AuditOutcome.CONSISTENT, "", by="x", at=LATER)
    assert (audit.judged, audit.consistent, audit.accuracy) == (4, 3, 0.75)
    assert audit.by_outcome[AuditOutcome.NOT_RECORDED] == 1


def test_what_is_not_consistent_needs_a_word(sqlite_database: Database) -> None:
    with sqlite_database.unit() as unit:
        an_item(unit, "fw", kind=FIREWALL)
        auditing.begin(unit, Plan(name="一", day=NOON.date()), by="x", at=NOON)
        row_id = unit.scalars(select(AuditRow.id)).one()
        with pytest.raises(RefusedInWords):
            auditing.judge(unit, row_id, AuditOutcome.NOT_THERE, " ", by="x", at=NOON)
