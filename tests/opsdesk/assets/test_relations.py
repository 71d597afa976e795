"""Who suffers when something fails, and what the library was like at any time."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event

from opsdesk.assets import operations, queries
from opsdesk.assets.models import Kind, Type
from opsdesk.assets.operations import Edge
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from tests.factories.assets import CHANGED, NOON, an_item, hang

HOUR = timedelta(hours=1)


def test_an_impact_follows_what_carries_a_failure(database: Database) -> None:
    with database.unit() as unit:
        host = an_item(unit, "db-1").code
        oracle = an_item(unit, "oracle", Type.DATABASE).code
        filing = an_item(unit, "filing", Type.SOFTWARE).code
        nas = an_item(unit, "nas-1").code
        hang(unit, oracle, host, Kind.RUNS_ON)
        hang(unit, filing, oracle, Kind.DEPENDS_ON)
        hang(unit, oracle, nas, Kind.BACKED_UP_BY)
        down = queries.impact(unit, [host], "down")
        up = queries.impact(unit, [filing], "up")
        assert [(i.name, i.depth, i.path) for i in down] == [
            ("oracle", 1, (host, oracle)),
            ("filing", 2, (host, oracle, filing)),
        ]
        assert [i.name for i in up] == ["oracle", "db-1"]
        assert queries.impact(unit, [nas], "down") == ()


def test_a_cycle_ends_where_it_began(database: Database) -> None:
    with database.unit() as unit:
        a, b, c = (an_item(unit, name).code for name in "abc")
        for start, end in ((a, b), (b, c), (c, a)):
            hang(unit, start, end)
        assert [i.code for i in queries.impact(unit, [a], "up")] == [b, c]
        assert queries.impact(unit, [a, b, c], "up") == ()


def test_an_impact_over_a_large_library_takes_two_queries(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as unit:
        codes = [an_item(unit, f"s{n}").code for n in range(20)]
        for start, end in pairwise(codes):
            hang(unit, start, end)
    asked: list[str] = []
    event.listen(
        sqlite_database.engine,
        "before_cursor_execute",
        lambda _c, _k, sql, *_: asked.append(sql),
    )
    with sqlite_database.reading() as reading:
        assert len(queries.impact(reading, codes[-1:], "down")) == 19
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 2


def test_an_ended_relation_stays_in_the_history(database: Database) -> None:
    with database.unit() as unit:
        a, b = (an_item(unit, name).code for name in "ab")
        hang(unit, a, b, at=NOON)
        edge = Edge(a, Kind.DEPENDS_ON, b)
        assert operations.part(unit, edge, cause=CHANGED, by="x", at=NOON + HOUR)
        assert not operations.part(unit, edge, cause=CHANGED, by="x", at=NOON + HOUR)
        assert queries.relations_of(unit, a) == []
        (ended,) = queries.relations_of(unit, b, ended=True)
        assert ended.until == NOON + HOUR
        hang(unit, a, b, at=NOON + 2 * HOUR)


def test_an_item_cannot_hang_on_itself(sqlite_database: Database) -> None:
    with sqlite_database.unit() as unit:
        a = an_item(unit).code
        with pytest.raises(RefusedInWords):
            operations.relate(
                unit, Edge(a, Kind.RUNS_ON, a), cause=CHANGED, by="x", at=NOON
            )


def test_any_past_moment_is_shown_as_it_was(database: Database) -> None:
    with database.unit() as unit:
        a = an_item(unit, "a", model="old", at=NOON).code
        b = an_item(unit, "b", at=NOON + HOUR).code
        operations.revise(
            unit, a, {"model": "new"}, cause=CHANGED, by="x", at=NOON + 2 * HOUR
        )
        hang(unit, a, b, Kind.CONNECTS_TO, at=NOON + 3 * HOUR)
        early = queries.view_at(unit, NOON + HOUR / 2)
        late = queries.view_at(unit, NOON + 4 * HOUR)
        assert queries.view_at(unit, NOON - HOUR) == ()
        assert [(s["code"], s["fields"]["model"]) for s in early] == [(a, "old")]
        assert [s["relations"] for s in late] == [[["connects_to", b]], []]


def test_two_dates_are_compared_field_by_field(database: Database) -> None:
    with database.unit() as unit:
        a = an_item(unit, "a", model="old", at=NOON).code
        operations.revise(
            unit, a, {"model": "new"}, cause=CHANGED, by="x", at=NOON + HOUR
        )
        b = an_item(unit, "b", at=NOON + HOUR).code
        found = queries.compare(unit, NOON, NOON + HOUR)
        back = queries.compare(unit, NOON + HOUR, NOON)
    assert [(d.code, d.field, d.before, d.after) for d in found] == [
        (a, "model", "old", "new"),
        (b, "", None, "b"),
    ]
    assert [(d.before, d.after) for d in back] == [("new", "old"), ("b", None)]
