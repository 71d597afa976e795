"""Months as they should not be: each is told as it was, and nothing is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.language import RefusedInWords
from opsdesk.flows import issue_monthly_report as flow
from opsdesk.inspections.models import Slot
from opsdesk.inspections.operations import rounds, visits
from opsdesk.inspections.queries.running import pending_visits
from opsdesk.inspections.verdict import Verdict
from opsdesk.people.models import Role
from opsdesk.reporting import span
from opsdesk.reporting.queries import tickets
from opsdesk.tickets.models import Kind
from reports.documents.charts import Chart
from reports.documents.freezing import freeze
from reports.documents.monthly import Block, Ledger, MonthlyReport, Table
from reports.documents.words import say
from tests.factories.people import a_person
from tests.factories.rounds import finding, heard, server, verdict
from tests.factories.settings import some_settings
from tests.factories.tickets import LEAD, a_ticket, step

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SLOTS = {Slot.MORNING: 8, Slot.NOON: 14, Slot.EVENING: 20}
ADDRESSES = {"app-1": "10.1.0.21", "db-1": "10.1.0.11", "db-new": "10.1.0.11"}


@dataclass(frozen=True)
class Past:
    """A desk, and a way to give it rounds."""

    desk: Desk

    def hold(
        self, day: date, *names: str, verdicts: Mapping[str, Verdict] | None = None
    ) -> None:
        """Hold the three rounds of a day over devices of these names."""
        with self.desk.database.unit() as session:
            for slot, hour in SLOTS.items():
                at = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
                asked = [server(one, address=ADDRESSES[one]) for one in names]
                plan = rounds.Plan(
                    day=day, slot=slot, servers=asked, by="scheduler", due_at=at
                )
                round_ = rounds.request(session, plan, at=at)
                assert round_ is not None
                assert rounds.claim(session, round_.id, runner="test:1:1", at=at)
                session.refresh(round_)
                for visit in pending_visits(session, round_.id):
                    said = (verdicts or {}).get(visit.server, verdict())
                    visits.record(session, visit, heard(visit, at), said, at=at)
                rounds.finish(session, round_.id, at=at, took_ms=900, suspect="")
                visits.count_states(session, round_)

    def report(self, period: span.Span, **contract: object) -> MonthlyReport:
        settings = self.desk.settings
        changed = replace(settings.contract, **contract)  # type: ignore[arg-type]
        with self.desk.database.reading() as session:
            return flow.gather(
                session, replace(settings, contract=changed), period, at=NOW
            )


@pytest.fixture
def past(database: Database, tmp_path: Path) -> Past:
    settings = some_settings(tmp_path)
    with database.unit() as session:
        a_person(session, "lead", Role.LEAD, at=NOW)
    return Past(Desk(settings, database, Store(tmp_path / "files")))


def october(first: int, last: int) -> span.Span:
    return span.between(date(2026, 10, first), date(2026, 10, last), ZONE)


def blocks(record: MonthlyReport, title: str) -> list[Block]:
    return [
        block
        for section in record.sections
        for block in section.blocks
        if isinstance(block, Table | Chart) and say(block.title, "zh").startswith(title)
    ]


def rows(record: MonthlyReport, title: str) -> list[list[str]]:
    (found,) = blocks(record, title)
    assert isinstance(found, Table)
    return [[say(text, "zh") for text in line] for line in found.lines]


def test_a_week_without_rounds_is_one_line_without_a_reason_made_up(past: Past) -> None:
    for day in (1, 2, 3, 11, 12, 13, 14):
        past.hold(date(2026, 10, day), "db-1")
    record = past.report(october(1, 14))
    assert record.figures["rounds.due"] == 42
    assert record.figures["rounds.unrecorded"] == 21
    assert rows(record, "迟巡与缺检") == [
        ["10-04 – 10-10", "21 次", "未巡检", "没有任何记录；原因未取得（没有登记）"]
    ]
    assert "完成率 50.0%" in freeze(record).decode()
    index = record.appendices[0].blocks[0]
    assert [line[1] for line in index.lines if line[0] == "2026-10-05"] == ["—"]  # type: ignore[union-attr]


def test_why_a_round_was_missed_is_said_in_the_papers_own_language(
    past: Past,
) -> None:
    past.hold(date(2026, 10, 1), "db-1")
    for slot, why in (
        (Slot.MORNING, "scheduler was held up or the machine slept for 190 min"),
        (Slot.NOON, "clock stepped by -7200 s"),
        (Slot.EVENING, "停电检修，机房断网"),
    ):
        plan = rounds.Plan(
            day=date(2026, 10, 2), slot=slot, servers=[], by="scheduler", reason=why
        )
        with past.desk.database.unit() as session:
            rounds.miss(session, plan, at=NOW)
    assert [row[-1] for row in rows(past.report(october(1, 2)), "迟巡与缺检")] == [
        "调度进程被耽搁或机器休眠 190 分钟",
        "系统时钟被调整 -7200 秒",
        "停电检修，机房断网",
    ]


def test_a_renamed_device_is_told_with_both_names_and_nothing_is_concluded(
    past: Past,
) -> None:
    for day, name in ((1, "db-1"), (2, "db-1"), (3, "db-new"), (4, "db-new")):
        past.hold(date(2026, 10, day), name)
    found = rows(past.report(october(1, 4)), "本期增减与改名")
    address = ADDRESSES["db-1"]
    assert found == [
        ["db-1", address, "10-01 早", "10-02 晚", "此后同一地址的设备为 db-new"],
        ["db-new", address, "10-03 早", "10-04 晚", "此前同一地址的设备为 db-1"],
    ]


def test_nothing_is_foretold_of_a_device_that_was_retired(past: Past) -> None:
    for day in range(1, 13):
        full = {"filesystem_used_percent{/data}": 60.0 + 2 * day}
        growing = replace(verdict(finding()), readings=full)
        both = {"app-1": growing, "db-1": replace(verdict(), readings=full)}
        names = ("app-1", "db-1") if day < 12 else ("db-1",)
        past.hold(date(2026, 10, day), *names, verdicts=both)
    record = past.report(october(1, 12))
    gone = "此后的巡检没有这台设备"
    assert rows(record, "本期增减与改名") == [
        ["app-1", ADDRESSES["app-1"], "10-01 早", "10-11 晚", gone]
    ]
    disks = {row[0]: row[3:] for row in rows(record, "容量与预计写满")}
    assert disks["app-1"] == ["82", "+20", "82", "已不在巡检"]
    assert disks["db-1"][-1] == "8 天"
    assert record.figures["capacity.filling"] == 1
    left = rows(record, "期末遗留")
    assert [row[0] for row in left] == ["app-1"]
    assert left[0][2].endswith("（期末的巡检已没有这台设备）")


def test_nothing_was_due_outside_the_contract(past: Past) -> None:
    for day in (3, 4):
        past.hold(date(2026, 10, day), "db-1")
    record = past.report(october(1, 14), start=date(2026, 10, 3), end=date(2026, 10, 6))
    assert record.figures["rounds.due"] == 12
    assert record.figures["duties.D28.due"] == 4
    said = freeze(record).decode()
    assert "合同于 2026-10-06 届满" in said
    assert "合同期第 1 个月" in said


def test_a_period_is_compared_with_as_many_days_before(past: Past) -> None:
    for day in (1, 2, 3, 4, 5):
        past.hold(date(2026, 10, day), "db-1")
    record = past.report(october(4, 6))
    assert rows(record, "巡检完成情况")[1] == ["完成", "6", "9", "-3"]
    assert "上期为 2026-10-01 至 2026-10-03" in freeze(record).decode()


def test_a_year_has_the_parts_of_a_month_told_by_months(past: Past) -> None:
    for day in (date(2026, 10, 31), date(2026, 11, 1)):
        past.hold(day, "db-1")
    with past.desk.database.unit() as session:
        at = datetime(2026, 11, 2, 3, tzinfo=UTC)
        a_ticket(session, past.desk.settings, Kind.INCIDENT, at=at)
    month = past.report(span.month(2026, 11, ZONE))
    year = past.report(span.year(2026, ZONE), start=date(2026, 10, 1))
    assert [one.key for one in year.sections] == [one.key for one in month.sections]
    assert [one.key for one in year.appendices] == [one.key for one in month.appendices]
    assert (year.number, year.kind) == ("WRY-YB-2026", "yearly")
    (chart,) = blocks(year, "每月新增与关闭的事件")
    assert isinstance(chart, Chart)
    assert chart.labels == tuple(f"2026-{n:02d}" for n in range(1, 13))
    assert chart.series[0].values == (*(0.0,) * 10, 1.0, 0.0)
    assert [row[1] for row in rows(year, "按月汇总")] == ["3", "3"]
    assert rows(year, "事件受理与关闭")[0][2:4] == ["未取得", "未取得"]
    duties = {row[0]: row[3:5] for row in rows(year, "D01")}
    assert duties["D04"] == ["2", "0"]  # October, and November that has begun
    assert duties["D29"] == ["1", "0"]  # October's report was never issued
    assert "合同期第 1 至第 3 个月" in freeze(year).decode()


def test_a_month_without_any_request_draws_no_empty_charts(past: Past) -> None:
    past.hold(date(2026, 10, 1), "db-1")
    record = past.report(span.month(2026, 10, ZONE))
    drawn = [
        say(block.title, "zh")
        for section in record.sections
        for block in section.blocks
        if isinstance(block, Chart)
    ]
    assert drawn == []
    assert "没有非「正常」的设备台次" in freeze(record).decode()
    assert rows(record, "按区域统计") == []


def test_a_record_is_told_in_the_state_it_was_in_when_the_month_ended(
    past: Past,
) -> None:
    past.hold(date(2026, 10, 1), "db-1")
    settings = past.desk.settings
    before, after = (datetime(2026, month, 2, 3, tzinfo=UTC) for month in (10, 11))
    with past.desk.database.unit() as session:
        since, void, kept = (a_ticket(session, settings, at=before) for _ in range(3))
        step(session, settings, since, "respond", at=after)
        step(session, settings, void, "void", by=LEAD, at=after, note="重复")
        step(session, settings, kept, "respond", at=before)
        numbers = since.number, void.number, kept.number
    record = past.report(span.month(2026, 10, ZONE))
    appendix = record.appendices[-1].blocks[0]
    assert isinstance(appendix, Ledger)
    told = {row[0]: say(row[3], "zh") for row in appendix.lines}
    assert told == {numbers[0]: "新建", numbers[2]: "已响应"}


def test_a_register_too_large_for_a_report_is_refused_and_not_cut(past: Past) -> None:
    day = datetime(2026, 10, 2, 3, tzinfo=UTC)
    with past.desk.database.unit() as session:
        for n in range(3):
            at = day + timedelta(hours=n)
            a_ticket(session, past.desk.settings, Kind.REQUEST, at=at)
        period = span.month(2026, 10, ZONE)
        assert len(tickets.register(session, Kind.REQUEST, period, most=3).opened) == 3
        with pytest.raises(RefusedInWords, match="多于 2 条记录"):
            tickets.register(session, Kind.REQUEST, period, most=2)


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        (
            span.month(2027, 1, ZONE),
            "「2027 年 1 月」还没有开始",
            "January 2027 has not",
        ),
        (span.year(2027, ZONE), "「2027 年」还没有开始", "2027 has not begun"),
        (october(20, 22), "没有任何巡检", "2026-10-20 to 2026-10-22 has no rounds"),
        (span.month(2026, 3, ZONE), "合同开始日期", "March 2026 ended before"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_either_language(
    past: Past, period: span.Span, zh: str, en: str
) -> None:
    with pytest.raises(RefusedInWords) as refusal:
        past.report(period, start=date(2026, 6, 1))
    assert zh in refusal.value.words.zh
    assert en in refusal.value.words.en
    assert "没有生成任何文件" in refusal.value.words.zh
