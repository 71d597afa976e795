"""Tickets out of a sheet: rehearsed, opened once, and no cell breaks anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from opsdesk.core import sheets
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.flows import import_tickets
from opsdesk.flows.import_tickets import File, ImportedAlready, apply, named, rehearse
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations.opening import NotYours
from tests.factories.people import NOON
from tests.factories.settings import some_settings
from tests.factories.tickets import ENGINEER, SYSTEM

ZONE = ZoneInfo("Asia/Shanghai")
INCIDENTS, REQUESTS = BY_KIND[Kind.INCIDENT], BY_KIND[Kind.REQUEST]
DEED = Deed(by=ENGINEER, at=NOON)
ROWS = (
    ("标题", "Source", "影响度", "urgency", "最早发现时间", "涉及配置项", "没有的列"),
    ("打不开", "电话", "高", "middle", "2026-11-22 11:30", "app-1、db-1", "?"),
    ("", "", "", "", "", "", ""),
    ("导出超时", "phone", "", "", "", "", ""),
    ("", "电话", "", "", "", "", ""),
    ("来源不对", "鸽子", "", "", "昨天", "", ""),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return some_settings(tmp_path)


def a_file(*rows: tuple[str, ...], encoding: str = "utf-8-sig") -> File:
    text = sheets.write_csv(rows).decode("utf-8-sig")
    return File(name="单.csv", content=text.encode(encoding), zone=ZONE)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_rehearsal_says_of_every_row_what_it_would_open(encoding: str) -> None:
    report = rehearse(INCIDENTS, a_file(*ROWS, encoding=encoding))
    assert report.unknown == ("没有的列",)
    assert [(one.row, one.why is None) for one in report.lines] == [
        (2, True),
        (4, True),
        (5, False),
        (6, False),
    ]
    first = report.lines[0]
    assert first.values["source"] == "phone"
    assert first.values["impact"] == "high"
    assert first.values["items"] == ["app-1", "db-1"]
    assert first.began_at == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def test_a_workbook_is_read_like_a_text() -> None:
    content = sheets.write_xlsx(["Title", "Reported by"], [["导出", "王"]])
    report = rehearse(REQUESTS, File(name="a.xlsx", content=content, zone=ZONE))
    assert report.lines[0].values == {"title": "导出", "reporter": "王"}


def test_the_sound_rows_are_opened_and_numbered_in_their_order(
    database: Database, settings: Settings
) -> None:
    with database.unit() as session:
        report = apply(
            session, settings, Kind.INCIDENT, a_file(*ROWS), DEED, all_or_none=False
        )
        assert [one.number for one in report.lines] == [
            "INC-20261122-0001",
            "INC-20261122-0002",
            "",
            "",
        ]
        first = session.scalar(select(Ticket).order_by(Ticket.id))
        assert first is not None
        assert (first.title, first.priority) == ("打不开", "P1")
        assert first.began_at == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
        assert first.due_at is not None


def test_a_row_that_names_an_item_nobody_knows_is_refused_in_the_rehearsal_already(
    database: Database, settings: Settings
) -> None:
    file = a_file(("标题", "涉及配置项"), ("甲", "app-1"), ("乙", "app-77"))
    with database.unit() as session:
        report = named(session, settings, INCIDENTS, rehearse(INCIDENTS, file))
        assert [one.why and "app-77" in one.why.zh for one in report.lines] == [
            None,
            True,
        ]
        done = apply(session, settings, Kind.INCIDENT, file, DEED, all_or_none=False)
        assert [bool(one.number) for one in done.lines] == [True, False]


def test_all_or_none_opens_nothing_where_one_row_is_wrong(
    database: Database, settings: Settings
) -> None:
    file = a_file(*ROWS)
    with pytest.raises(RefusedInWords), database.unit() as session:
        apply(session, settings, Kind.INCIDENT, file, DEED, all_or_none=True)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_a_second_click_does_not_open_everything_again(
    database: Database, settings: Settings
) -> None:
    file = a_file(("标题",), ("甲",), ("乙",))
    with database.unit() as session:
        apply(session, settings, Kind.REQUEST, file, DEED, all_or_none=True)
    with pytest.raises(ImportedAlready), database.unit() as session:
        apply(session, settings, Kind.REQUEST, file, DEED, all_or_none=True)
    with database.unit() as session:
        later = Deed(by=ENGINEER, at=NOON + timedelta(days=2))
        apply(session, settings, Kind.REQUEST, file, later, all_or_none=True)
        assert session.scalar(select(func.count()).select_from(Ticket)) == 4


def test_who_may_not_open_a_record_imports_none(
    database: Database, settings: Settings
) -> None:
    deed = Deed(by=SYSTEM, at=NOON)
    file = a_file(("标题",), ("甲",))
    with pytest.raises(NotYours), database.unit() as session:
        apply(session, settings, Kind.INCIDENT, file, deed, all_or_none=True)


@pytest.mark.parametrize(
    "rows",
    [
        (("题目",), ("甲",)),
        (("标题",),),
        (("标题",), *[(f"第 {n} 行",) for n in range(import_tickets.MOST + 1)]),
    ],
)
def test_a_file_without_titles_or_rows_or_with_too_many_is_refused(
    rows: tuple[tuple[str, ...], ...],
) -> None:
    with pytest.raises(RefusedInWords):
        rehearse(INCIDENTS, a_file(*rows))


def test_registers_that_begin_with_more_than_a_call_take_no_sheet() -> None:
    file = a_file(("标题",), ("甲",))
    with pytest.raises(RefusedInWords):
        rehearse(BY_KIND[Kind.CHANGE], file)


HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(
        [
            "=cmd|' /C calc'!A0",
            "+1+1",
            "@SUM(A1)",
            "'=1",
            "{0}{title}%(n)s",
            "<script>alert(1)</script>",
            "\x00\u202e",
            "9" * 400,
            "nan",
            "0001-01-01 00:00",
            "9999-12-31T23:59:59+14:00",
            "字" * 30_000,
            "/../..",
        ]
    ),
)


@given(st.lists(st.tuples(*[HOSTILE] * 6), min_size=1, max_size=4))
def test_hostile_cells_are_taken_as_text_or_refused_in_words(
    cells: list[tuple[str, ...]],
) -> None:
    head = ("标题", "描述", "影响度", "已告知甲方", "最早发现时间", "涉及配置项")
    book = sheets.write_xlsx(head, cells)
    for file in (a_file(head, *cells), File(name="a.xlsx", content=book, zone=ZONE)):
        try:
            report = rehearse(INCIDENTS, file)
        except RefusedInWords:
            continue  # every row of it was empty
        assert len(report.lines) <= len(cells)
        for line in report.lines:
            if line.why is None:
                assert line.values["title"].strip()
                assert set(line.values) <= set(INCIDENTS.fields)
            else:
                assert line.why.zh
                assert line.why.en
                assert not line.values
