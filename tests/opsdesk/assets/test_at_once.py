"""Several people at once, and a large library: nothing is lost, nothing grows slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event, select

from opsdesk.assets import operations, queries
from opsdesk.assets.models import ItemRevision, Kind
from opsdesk.assets.operations import Edge, Overtaken
from opsdesk.assets.queries import ItemFilter
from opsdesk.core.audit_verify import verify
from opsdesk.core.database import Database
from tests.factories.assets import CHANGED, NOON, an_item, hang

LATER = NOON + timedelta(hours=1)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the questions that are asked within the block."""
    asked: list[str] = []

    def note(_c: object, _k: object, sql: str, *_: object) -> None:
        asked.append(sql)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def at_once(work: Callable[[int], str], times: int = 4) -> list[str]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def test_of_several_who_save_the_same_version_exactly_one_does(
    database: Database,
) -> None:
    with database.unit() as unit:
        code = an_item(unit).code

    def save(n: int) -> str:
        try:
            with database.unit() as unit:
                operations.revise(
                    unit,
                    code,
                    {"model": f"型号 {n}"},
                    cause=CHANGED,
                    by=f"p{n}",
                    at=LATER,
                    version=1,
                )
        except Overtaken:
            return "told"
        return "saved"

    assert sorted(at_once(save)) == ["saved", "told", "told", "told"]
    with database.reading() as reading:
        assert len(queries.revisions_of(reading, code)) == 2


def test_codes_taken_at_once_are_gap_free(database: Database) -> None:
    def record(n: int) -> str:
        with database.unit() as unit:
            return an_item(unit, f"web-{n}").code

    assert sorted(at_once(record)) == [f"CI-SRV-000{n}" for n in range(1, 5)]


def test_relations_made_crosswise_at_once_do_not_block_each_other(
    database: Database,
) -> None:
    with database.unit() as unit:
        a, b = (an_item(unit, name).code for name in "ab")
    edges = [Edge(a, Kind.DEPENDS_ON, b), Edge(b, Kind.DEPENDS_ON, a)] * 2

    def tie(n: int) -> str:
        with database.unit() as unit:
            made = operations.relate(unit, edges[n], cause=CHANGED, by="x", at=LATER)
        return "made" if made else "there"

    assert sorted(at_once(tie)) == ["made", "made", "there", "there"]


def test_revisions_are_numbered_as_the_item_is_versioned(database: Database) -> None:
    with database.unit() as unit:
        a, b = (an_item(unit, name).code for name in "ab")
        operations.revise(unit, a, {"model": "x"}, cause=CHANGED, by="x", at=LATER)
        hang(unit, a, b)
        item = queries.by_code(unit, a)
        numbers = unit.scalars(
            select(ItemRevision.number)
            .where(ItemRevision.code == a)
            .order_by(ItemRevision.id)
        ).all()
    assert item is not None
    assert (list(numbers), item.version) == ([1, 2, 3], 3)


def test_a_page_of_the_list_is_one_question_however_many_items(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as unit:
        for n in range(60):
            an_item(unit, f"web-{n}")
    with sqlite_database.reading() as reading, counted(sqlite_database) as asked:
        assert len(queries.items(reading, ItemFilter(type="device"))) == 50
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1


def test_the_trail_holds_after_all_of_it(database: Database) -> None:
    with database.unit() as unit:
        a, b = (an_item(unit, name).code for name in "ab")
        hang(unit, a, b)
    with database.reading() as reading:
        assert verify(reading).broken == ()
