"""Sheets of items go out and come in, and every row says what became of it."""

from __future__ import annotations

import io
from datetime import date

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from opsdesk.assets import queries
from opsdesk.assets.interchange import exporting, importing
from opsdesk.assets.interchange.results import File, Outcome, Report
from opsdesk.assets.models import Kind, Type
from opsdesk.assets.queries import ItemFilter
from opsdesk.core import sheets
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from tests.factories.assets import NOON, ZONE, an_item, hang


def file(*rows: list[str], name: str = "台账.csv") -> File:
    return File(name=name, content=sheets.write_csv(rows), zone=ZONE)


def taken(unit: Session, sent: File) -> Report:
    return importing.apply(unit, sent, by="zhiban", at=NOON)


HEAD = ["类型", "名称", "设备类别", "地址", "运行于", "依赖"]


def test_a_sheet_makes_items_and_their_relations(database: Database) -> None:
    sent = file(
        HEAD,
        ["设备", "app-1", "web应用服务器", "10.1.0.5", "", ""],
        ["软件", "填报系统", "", "", "app-1", "oracle"],
        ["数据库", "oracle", "", "", "", ""],
    )
    with database.unit() as unit:
        report = taken(unit, sent)
        (software,) = queries.items(unit, ItemFilter(type="software"))
        relations = queries.relations_of(unit, software.code)
    assert [row.outcome for row in report.rows] == [Outcome.CREATED] * 3
    assert report.relations_made == 2
    assert {(r.kind, r.to_name) for r in relations} == {
        (Kind.RUNS_ON, "app-1"),
        (Kind.DEPENDS_ON, "oracle"),
    }


def test_a_dry_run_says_the_same_and_changes_nothing(database: Database) -> None:
    sent = file(HEAD, ["设备", "app-1", "缓存服务器", "10.1.0.5", "", "nobody"])
    with database.unit() as unit:
        rehearsed = importing.rehearse(unit, sent, by="zhiban", at=NOON)
        assert queries.items(unit, ItemFilter()) == []
        assert queries.view_at(unit, NOON) == ()
        done = taken(unit, sent)
    assert rehearsed == done
    assert done.rows[0].code == "CI-SRV-0001"


def test_a_relation_that_was_not_made_is_said_in_its_row(database: Database) -> None:
    sent = file(HEAD, ["软件", "填报系统", "", "", "nowhere", ""])
    with database.unit() as unit:
        (row,) = taken(unit, sent).rows
    assert row.outcome is Outcome.CREATED
    assert not row.is_whole
    assert row.relations[0].why is not None


def test_a_refused_row_leaves_the_others_alone(database: Database) -> None:
    sent = file(
        HEAD,
        ["设备", "app-1", "烤面包机", "", "", ""],
        ["设备", "app-2", "缓存服务器", "10.1.0.6", "", ""],
        ["设备", "", "缓存服务器", "10.1.0.7", "", ""],
        ["飞船", "app-4", "", "", "", ""],
    )
    with database.unit() as unit:
        report = taken(unit, sent)
        names = [item.name for item in queries.items(unit, ItemFilter())]
    assert [row.outcome.value for row in report.rows] == [
        "refused",
        "created",
        "refused",
        "refused",
    ]
    assert [row.row for row in report.rows] == [2, 3, 4, 5]
    assert names == ["app-2"]


def test_rows_are_known_again_by_code_and_empty_cells_leave_what_is_there(
    database: Database,
) -> None:
    with database.unit() as unit:
        code = an_item(unit, "app-1", model="旧", serial="S-1").code
        report = taken(
            unit, file(["编号", "规格型号", "序列号"], [code.lower(), "新", ""])
        )
        item = queries.by_code(unit, code)
    assert report.rows[0].changes == (("model", "旧", "新"),)
    assert item is not None
    assert (item.fields["model"], item.fields["serial"]) == ("新", "S-1")


def test_the_version_of_software_is_not_imported_over(database: Database) -> None:
    with database.unit() as unit:
        code = an_item(unit, "填报系统", Type.SOFTWARE, version="2.7.3").code
        same, other = (
            taken(unit, file(["编号", "版本"], [code, version])).rows[0].outcome
            for version in ("2.7.3", "2.8.0")
        )
    assert (same, other) == (Outcome.SAME, Outcome.REFUSED)


def test_a_name_that_two_items_have_is_not_guessed(database: Database) -> None:
    with database.unit() as unit:
        an_item(unit, "twin")
        an_item(unit, "twin")
        an_item(unit, "填报系统", Type.SOFTWARE)
        report = taken(
            unit,
            file(
                HEAD,
                ["设备", "twin", "", "10.1.0.9", "", ""],
                ["软件", "填报系统", "", "", "twin", ""],
            ),
        )
    assert report.rows[0].outcome is Outcome.REFUSED
    assert report.rows[1].relations[0].why is not None


def test_unknown_columns_are_named_and_left(database: Database) -> None:
    with database.unit() as unit:
        report = taken(unit, file(["类型", "名称", "口令"], ["文档", "预案", "123456"]))
        assert report.unknown == ("口令",)
        assert "123456" not in repr(queries.view_at(unit, NOON))


@pytest.mark.parametrize(
    "content", [b"\x00\x01", "你好".encode(), b"PK\x03\x04", b"a,b\n1,2"]
)
def test_only_an_unreadable_file_is_refused_as_a_whole(
    sqlite_database: Database, content: bytes
) -> None:
    sent = File(name="x.csv", content=content, zone=ZONE)
    with sqlite_database.unit() as unit, pytest.raises(RefusedInWords):
        taken(unit, sent)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_comes_in_without_any_change(
    sqlite_database: Database, language: str, kind: str
) -> None:
    with sqlite_database.unit() as unit:
        host = an_item(
            unit, "db-1", importance="1", listening="tcp/22\ntcp/5432", port="22"
        )
        oracle = an_item(unit, "=cmd()", Type.DATABASE, size_gib="412.5")
        an_item(unit, "填报系统", Type.SOFTWARE, version="2.7.3")
        an_item(unit, "备份", Type.TASK, last_run="2026-11-22 02:00")
        hang(unit, oracle.code, host.code, Kind.RUNS_ON)
        head, rows = exporting.table(unit, ItemFilter(), language)
        content = (
            sheets.write_csv([head, *rows])
            if kind == "csv"
            else sheets.write_xlsx(head, rows)
        )
        report = taken(unit, File(name=f"a.{kind}", content=content, zone=ZONE))
    assert [(row.outcome, row.is_whole) for row in report.rows] == [
        (Outcome.SAME, True)
    ] * 4
    assert report.unknown == ()


def test_a_workbook_made_by_hand_with_dates_is_read(database: Database) -> None:
    book = openpyxl.Workbook()
    book.active.append(["运维台账 2026"])
    book.active.append(["类型", "名称", "设备类别", "维保到期", "端口"])
    book.active.append(["设备", "nas", "NAS存储", date(2027, 6, 30), 22])
    into = io.BytesIO()
    book.save(into)
    sent = File(name="台账.xlsx", content=into.getvalue(), zone=ZONE)
    with database.unit() as unit:
        report = taken(unit, sent)
        (item,) = queries.items(unit, ItemFilter())
    assert report.rows[0].row == 3
    assert item.fields["warranty_until"] == "2027-06-30"
    assert item.fields["port"] == 22


CELLS = st.text(max_size=12)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["设备", "软件", "Device", "", "x"]), CELLS, CELLS, CELLS
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_whatever_it_holds_stops_an_import(
    sqlite_database: Database, rows: list[tuple[str, str, str, str]]
) -> None:
    table = [["类型", "名称", "地址", "依赖"], *map(list, rows)]
    with sqlite_database.unit() as unit:
        sent = File(name="x.csv", content=sheets.write_csv(table), zone=ZONE)
        report = importing.rehearse(unit, sent, by="zhiban", at=NOON)
        assert all(
            row.why is not None for row in report.rows if row.outcome is Outcome.REFUSED
        )
        assert len(report.rows) <= len(rows) + 12 * len(rows)
