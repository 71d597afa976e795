"""Items are recorded and revised, and every revision says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from opsdesk.assets import operations, queries
from opsdesk.assets.item_types import BY_TYPE, MOVES, WrongFields, checked
from opsdesk.assets.models import CauseKind, ItemRevision, State, Type
from opsdesk.assets.operations import Cause, Overtaken
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from tests.factories.assets import CHANGED, CORRECTED, NOON, ZONE, an_item
from tests.factories.people import a_person

LATER = NOON + timedelta(hours=1)


def test_codes_are_gap_free_within_a_type(database: Database) -> None:
    with database.unit() as unit:
        codes = [an_item(unit, name).code for name in ("a", "b")]
        codes.append(an_item(unit, "oracle", Type.DATABASE).code)
    with database.unit() as unit:
        an_item(unit, "rolled back")
        unit.rollback()
    with database.unit() as unit:
        codes.append(an_item(unit, "c").code)
    assert codes == ["CI-SRV-0001", "CI-SRV-0002", "CI-DB-0001", "CI-SRV-0003"]


def test_a_revision_holds_the_item_before_and_after_and_why(database: Database) -> None:
    with database.unit() as unit:
        a_person(unit)
        code = an_item(unit, model="旧型号").code
        changes = {"model": "新型号", "vendor": "厂商甲"}
        operations.revise(
            unit, code, changes, cause=CHANGED, by="zhiban", at=LATER, version=1
        )
    with database.reading() as reading:
        newest, first = queries.revisions_of(reading, code)
    assert (newest.reference, newest.by, newest.by_name) == (
        "CHG-20261122-0001",
        "zhiban",
        "值班zhiban",
    )
    assert [(c.field, c.before, c.after) for c in newest.changes] == [
        ("model", "旧型号", "新型号"),
        ("vendor", None, "厂商甲"),
    ]
    assert first.is_first


def test_a_stale_writer_is_refused_and_nothing_is_overwritten(
    database: Database,
) -> None:
    with database.unit() as unit:
        code = an_item(unit).code
        operations.revise(
            unit, code, {"model": "甲"}, cause=CHANGED, by="a", at=LATER, version=1
        )
    with pytest.raises(Overtaken), database.unit() as unit:
        operations.revise(
            unit, code, {"model": "乙"}, cause=CHANGED, by="b", at=LATER, version=1
        )
    with database.reading() as reading:
        item = queries.by_code(reading, code)
    assert item is not None
    assert (item.fields["model"], item.version) == ("甲", 2)


def test_saving_what_is_already_there_appends_nothing(database: Database) -> None:
    with database.unit() as unit:
        code = an_item(unit, model="甲").code
        operations.revise(
            unit, code, {"model": "甲"}, cause=CHANGED, by="a", at=LATER, version=1
        )
        assert len(queries.revisions_of(unit, code)) == 1


def test_only_a_release_moves_the_version_of_software(database: Database) -> None:
    with database.unit() as unit:
        code = an_item(unit, "填报系统", Type.SOFTWARE, version="2.7.3").code
    with pytest.raises(RefusedInWords), database.unit() as unit:
        operations.revise(
            unit, code, {"version": "2.7.4"}, cause=CHANGED, by="a", at=LATER, version=1
        )
    with database.unit() as unit:
        operations.move_version(
            unit, code, "2.7.4", release="REL-20261122-0001", by="a", at=LATER
        )
        newest = queries.revisions_of(unit, code)[0]
        item = queries.by_code(unit, code)
    assert newest.cause is CauseKind.RELEASE
    assert item is not None
    assert item.fields["version"] == "2.7.4"


def test_a_release_cannot_move_a_device(database: Database) -> None:
    with database.unit() as unit:
        code = an_item(unit).code
        with pytest.raises(RefusedInWords):
            operations.move_version(
                unit, code, "2", release="REL-20261122-0001", by="a", at=LATER
            )


@pytest.mark.parametrize(
    "kind", [CauseKind.CHANGE, CauseKind.RELEASE, CauseKind.REPAIR]
)
def test_a_cause_must_name_its_number(
    sqlite_database: Database, kind: CauseKind
) -> None:
    with sqlite_database.unit() as unit:
        code = an_item(unit).code
        with pytest.raises(RefusedInWords):
            operations.revise(
                unit, code, {"model": "x"}, cause=Cause(kind=kind), by="a", at=LATER
            )


@pytest.mark.parametrize("there", list(State))
@pytest.mark.parametrize("here", list(State))
def test_a_state_moves_only_where_the_table_lets_it(
    sqlite_database: Database, here: State, there: State
) -> None:
    with sqlite_database.unit() as unit:
        item = an_item(unit)
        item.state = here
        unit.flush()
        if there in {here, *MOVES[here]}:
            operations.move_state(
                unit, item.code, there, cause=CHANGED, by="a", at=LATER
            )
            assert item.state is there
        else:
            with pytest.raises(RefusedInWords):
                operations.move_state(
                    unit, item.code, there, cause=CHANGED, by="a", at=LATER
                )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE item_revision SET note = 'x'", "DELETE FROM item_revision"],
)
def test_the_database_itself_refuses_to_change_a_revision(
    database: Database, statement: str
) -> None:
    with database.unit() as unit:
        an_item(unit)
    with pytest.raises(DBAPIError), database.unit() as unit:
        unit.execute(text(statement))
    with database.reading() as reading:
        assert reading.scalars(select(ItemRevision.note)).all() == [CORRECTED.note]


def test_every_change_is_in_the_audit_trail(database: Database) -> None:
    with database.unit() as unit:
        code = an_item(unit).code
        operations.revise(unit, code, {"model": "x"}, cause=CHANGED, by="a", at=LATER)
        actions = unit.scalars(select(AuditEntry.action).order_by(AuditEntry.seq))
        assert list(actions) == ["asset-created", "asset-revised"]


def test_all_mistakes_of_a_form_are_named_at_once() -> None:
    texts = {"kind": "toaster", "port": "many", "warranty_until": "soon"}
    with pytest.raises(WrongFields) as refusal:
        checked(BY_TYPE[Type.DEVICE], texts, ZONE, whole=True)
    assert set(refusal.value.mistakes) == set(texts)


@pytest.mark.parametrize(
    ("text_", "day"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026/1/2", "2026-01-02"),
        ("2026年1月2日", "2026-01-02"),
    ],
)
def test_days_are_read_as_people_write_them(text_: str, day: str) -> None:
    texts = {"kind": "nas", "warranty_until": text_}
    fields = checked(BY_TYPE[Type.DEVICE], texts, ZONE, whole=True)
    assert fields["warranty_until"] == day


def test_scrapped_items_and_distant_days_remind_nobody(database: Database) -> None:
    with database.unit() as unit:
        an_item(unit, "soon", warranty_until="2026-12-01")
        an_item(unit, "past", warranty_until="2026-11-01")
        an_item(unit, "distant", warranty_until="2028-01-01")
        gone = an_item(unit, "gone", warranty_until="2026-12-01")
        gone.state = State.SCRAPPED
        unit.flush()
        due = queries.due_dates(unit, NOON.date())
    assert [(d.name, d.days) for d in due] == [("past", -21), ("soon", 9)]
