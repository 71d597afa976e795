"""Every figure of a month's report is counted again here, slowly and another way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from opsdesk.core.desk import Desk
from opsdesk.core.errors import Refused
from opsdesk.flows import issue_monthly_report as flow
from opsdesk.flows.month.incidents import unexplained
from opsdesk.inspections.models import Condition, Round, Visit
from opsdesk.people.models import Person, Role
from opsdesk.people.roster.models import Duty
from opsdesk.reporting import span
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations import noting
from reports.documents.freezing import freeze, thaw
from reports.documents.monthly import MonthlyReport, Table
from reports.documents.words import say
from tests.factories.months import HELD, NOW, copied

# All that look at the played month are one group: it takes seconds to play.
pytestmark = pytest.mark.xdist_group("month")

ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = span.month(2026, 10, ZONE)
SINCE = datetime(2026, 9, 30, 16, tzinfo=UTC)
UNTIL = datetime(2026, 10, 31, 16, tzinfo=UTC)
KINDS = {
    "incidents": Kind.INCIDENT,
    "problems": Kind.PROBLEM,
    "requests": Kind.REQUEST,
    "changes": Kind.CHANGE,
    "releases": Kind.RELEASE,
    "repairs": Kind.REPAIR,
}


@pytest.fixture(scope="module")
def desk(month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with copied(month, tmp_path_factory.mktemp("month")) as desk:
        yield desk


@pytest.fixture(scope="module")
def record(desk: Desk) -> MonthlyReport:
    return gathered(desk)


@pytest.fixture(scope="module")
def tickets(desk: Desk) -> list[Ticket]:
    with desk.database.reading() as session:
        return list(session.scalars(select(Ticket)))


def opened(tickets: list[Ticket], kind: Kind) -> list[Ticket]:
    return [
        t
        for t in tickets
        if t.kind is kind and t.state != "void" and SINCE <= t.opened_at < UNTIL
    ]


def table(record: MonthlyReport, title: str) -> Table:
    return next(
        block
        for section in record.sections
        for block in section.blocks
        if isinstance(block, Table) and say(block.title, "zh").startswith(title)
    )


def rows(found: Table) -> list[list[str]]:
    return [[say(text, "zh") for text in line] for line in found.lines]


@pytest.mark.parametrize("name", KINDS)
def test_what_flowed_through_each_register_is_counted_right(
    record: MonthlyReport, tickets: list[Ticket], name: str
) -> None:
    mine = [t for t in tickets if t.kind is KINDS[name] and t.state != "void"]
    closed = [t for t in mine if t.closed_at and SINCE <= t.closed_at < UNTIL]
    left = [
        t
        for t in mine
        if t.opened_at < UNTIL and (t.closed_at is None or t.closed_at >= UNTIL)
    ]
    assert record.figures[f"{name}.opened"] == len(opened(tickets, KINDS[name]))
    assert record.figures[f"{name}.closed"] == len(closed)
    assert record.figures[f"{name}.left"] == len(left)


@pytest.mark.parametrize("clock", ["response", "restored", "released", "plan"])
def test_attainment_is_counted_over_the_closed_ones_of_the_month(
    record: MonthlyReport, tickets: list[Ticket], clock: str
) -> None:
    n = met = 0
    for ticket in opened(tickets, Kind.INCIDENT):
        if ticket.result and clock in ticket.result["clocks"]:
            n += 1
            met += ticket.result["clocks"][clock]["met"]
    assert n
    assert (record.figures[f"clocks.{clock}.n"], met) == (
        n,
        record.figures[f"clocks.{clock}.met"],
    )
    labels = {"response": 0, "restored": 1, "released": 2, "plan": 3}
    row = rows(table(record, "时限达成"))[labels[clock]]
    assert row[1:4] == [str(n), str(met), str(n - met)]
    assert abs(float(row[4].rstrip("%")) - 100 * met / n) < 0.11


def test_every_breach_of_the_month_has_a_row_with_an_explanation(
    record: MonthlyReport, tickets: list[Ticket]
) -> None:
    owed = Counter(
        ticket.number
        for ticket in opened(tickets, Kind.INCIDENT)
        for name, clock in (ticket.result or {"clocks": {}})["clocks"].items()
        if name != "internal-response" and not clock["met"]
    )
    found = rows(table(record, "超时逐件说明"))
    assert Counter(row[0] for row in found) == owed
    assert owed
    assert all(row[5] for row in found)


def test_a_breach_without_a_reason_is_named_until_somebody_writes_one(
    month: Path, tmp_path: Path
) -> None:
    with copied(month, tmp_path / "own") as desk:
        with desk.database.unit() as session:
            session.execute(text("DROP TRIGGER ticket_event_no_update"))
            session.execute(
                text("UPDATE ticket_event SET text = '已处理' WHERE text LIKE '%原因%'")
            )
        before = gathered(desk)
        silent = unexplained(before)
        assert silent
        for row in rows(table(before, "超时逐件说明")):
            assert (row[5] == "未取得（该单没有写明原因）") == (row[0] in silent)
        with desk.database.unit() as session:
            why = noting.Note(text="超时的原因：备件晚到。")
            lead = session.scalars(
                select(Person).where(Person.role == Role.LEAD)
            ).first()
            assert lead is not None
            noting.note(session, silent[0], why, by=lead, at=NOW)
        after = gathered(desk)
        assert unexplained(after) == silent[1:]
        told = {row[0]: row[5] for row in rows(table(after, "超时逐件说明"))}
        assert told[silent[0]] == "超时的原因：备件晚到。"


def gathered(desk: Desk) -> MonthlyReport:
    with desk.database.reading() as session:
        return flow.gather(session, desk.settings, OCTOBER, at=NOW)


def test_users_are_counted_by_region(
    record: MonthlyReport, tickets: list[Ticket]
) -> None:
    mine = opened(tickets, Kind.INCIDENT) + opened(tickets, Kind.REQUEST)
    counted = Counter(t.region for t in mine)
    found = {row[0]: int(row[3]) for row in rows(table(record, "按区域统计"))}
    assert found.pop("合计") == len(mine)
    assert found == {name or "未填区域": n for name, n in counted.items()}


def test_rounds_are_counted_as_held_late_missed_or_without_a_record(
    record: MonthlyReport, desk: Desk
) -> None:
    with desk.database.reading() as session:
        every = list(session.scalars(select(Round)))
        visits = list(session.scalars(select(Visit).where(Visit.outcome.is_not(None))))
    mine = [r for r in every if r.day.month == 10 and r.slot != "adhoc"]
    done = [r for r in mine if r.status in ("judged", "reviewed", "signed")]
    missed = [r for r in mine if r.status == "missed"]
    figures = record.figures
    assert figures["rounds.due"] == 31 * 3
    assert figures["rounds.done"] == len(done) == 3 * len(HELD)
    assert figures["rounds.missed"] == len(missed) == 1
    assert figures["rounds.unrecorded"] == 31 * 3 - len(mine)
    ids = {r.id for r in mine}
    asked = [v for v in visits if v.round_id in ids]
    assert figures["health.asked"] == len(asked)
    assert figures["health.heard"] == sum(v.outcome == "answered" for v in asked)
    reasons = rows(table(record, "迟巡与缺检的原因"))
    assert sum("停电" in row[3] for row in reasons) == 1
    told = sum(
        int(row[1].removesuffix(" 次")) if "次" in row[1] else 1 for row in reasons
    )
    assert told == 31 * 3 - len(done)


def test_findings_are_counted_by_what_stood_in_the_month(
    record: MonthlyReport, desk: Desk
) -> None:
    with desk.database.reading() as session:
        every = list(session.scalars(select(Condition)))
    stood = [
        c
        for c in every
        if c.opened_at < UNTIL and (c.closed_at is None or c.closed_at >= SINCE)
    ]
    gone = [c for c in stood if c.closed_at is not None and c.closed_at < UNTIL]
    assert record.figures["findings.stood"] == len(stood)
    assert record.figures["findings.closed"] == len(gone)
    assert record.figures["findings.left"] == len(stood) - len(gone)
    by_probe = rows(table(record, "按检查项统计"))
    assert sum(int(row[1]) for row in by_probe) == len(stood)


def test_staff_are_counted_by_the_roster(record: MonthlyReport, desk: Desk) -> None:
    with desk.database.reading() as session:
        people = {p.id: p for p in session.scalars(select(Person))}
        duties = [
            d
            for d in session.scalars(select(Duty))
            if d.removed_at is None and d.day.month == 10
        ]
    heads = [p for p in people.values() if p.role in ("engineer", "lead")]
    assert record.figures["staff.heads"] == len(heads)
    assert record.figures["staff.duties"] == len(duties)
    came = [d for d in duties if d.arrived_at]
    assert record.figures["staff.attended"] == len(came)
    for name, _role, due, attended, _late, _share in rows(table(record, "值班与到岗")):
        mine = [d for d in duties if people[d.person_id].name == name]
        assert (int(due), int(attended)) == (
            len(mine),
            sum(d.arrived_at is not None for d in mine),
        )


def test_capacity_says_when_a_file_system_is_full(record: MonthlyReport) -> None:
    row = rows(table(record, "容量与预计写满天数"))[0]
    assert row[:2] == ["db-1", "/data"]
    assert row[2:6] == ["41", "59", "+18", "59"]
    assert row[6] in ("40 天", "41 天")  # it grows by one a day: 41 are left


def test_a_duty_without_a_register_says_so_and_is_never_done(
    record: MonthlyReport,
) -> None:
    found = rows(table(record, "D01"))
    assert [row[0] for row in found] == [f"D{n:02d}" for n in range(1, 35)]
    unknown = [row for row in found if row[3] == "—"]
    assert {"D03", "D05", "D12", "D22"} <= {row[0] for row in unknown}
    assert all(row[6].startswith("未取得（") for row in unknown)
    assert record.figures["duties.D12.due"] is None
    d16 = next(row for row in found if row[0] == "D16")
    assert d16[3:5] == ["93", str(3 * len(HELD))]


def test_the_period_before_is_not_compared_with_where_nobody_knows_it(
    record: MonthlyReport,
) -> None:
    assert rows(table(record, "事件受理与关闭"))[0][2:4] == ["未取得", "未取得"]


def test_a_later_month_is_compared_with_the_one_before(
    desk: Desk, tickets: list[Ticket]
) -> None:
    november = span.month(2026, 11, ZONE)
    with desk.database.reading() as session:
        later = flow.gather(session, desk.settings, november, at=NOW)
    row = rows(table(later, "事件受理与关闭"))[0]
    before = len(opened(tickets, Kind.INCIDENT))
    assert row[2] == str(before)
    assert int(row[1]) - before == int(row[3])
    assert later.cut_off == NOW
    assert "本期尚未结束" in freeze(later).decode()


def test_frozen_and_thawed_it_is_the_same(record: MonthlyReport) -> None:
    assert thaw(MonthlyReport, freeze(record)) == record


def test_what_cannot_be_reported_is_refused_in_words(desk: Desk) -> None:
    contract = replace(desk.settings.contract, start=date(2026, 6, 1))
    settings = replace(desk.settings, contract=contract)
    for period, said in (
        (span.month(2027, 1, ZONE), "还没有开始"),
        (span.month(2026, 3, ZONE), "合同开始日期"),
        (span.month(2026, 7, ZONE), "没有任何巡检"),
    ):
        with (
            desk.database.reading() as session,
            pytest.raises(Refused, match=said),
        ):
            flow.gather(session, settings, period, at=NOW)
