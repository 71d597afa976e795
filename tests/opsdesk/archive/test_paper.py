"""What the summary of a day says on paper, before any page is made."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from opsdesk.inspections.models import Slot, Status
from opsdesk.inspections.paper import daily_record
from opsdesk.inspections.summary import RoundSummary, ServerDay
from probes.finding import State
from probes.reply import ReplyStatus
from probes.transcript import Outcome
from reports.documents.daily_layout import compose
from reports.documents.daily_record import DailyRecord, Mark, RoundState, ServerLine
from reports.documents.parts import Grid, Heading, Signatures
from reports.documents.words import NOT_OBTAINED, say
from tests.factories.days import (
    DOWN,
    ROUNDS,
    SICK,
    a_day,
    a_round,
    an_occasion,
    moment,
    reply,
    the_fleet,
)


def line(record: DailyRecord, name: str) -> ServerLine:
    return next(server for server in record.servers if server.name == name)


def one_server(**changes: object) -> ServerDay:
    """Return db-1 with its last visit changed."""
    server = the_fleet()[0]
    last = replace(server.visits[-1], **changes)  # type: ignore[arg-type]
    return replace(server, visits=(*server.visits[:-1], last))


def test_every_configured_device_has_its_line_in_order() -> None:
    record = daily_record(a_day(), an_occasion())
    assert [s.name for s in record.servers] == [s.name for s in the_fleet()]
    assert all(len(s.marks) == 3 for s in record.servers)


def test_figures_are_those_of_the_latest_round() -> None:
    first = line(daily_record(a_day(), an_occasion()), "db-1")
    assert first.latest == 2
    figures = first.figures[2]
    assert figures is not None
    assert figures.filesystem == "/data 41"
    assert figures.memory_percent == "13.7"
    assert (first.processes, first.ports) == ("1-1", "2-2")


def test_a_device_without_swap_says_not_applicable_and_never_zero() -> None:
    figures = line(daily_record(a_day(), an_occasion()), "db-1").figures[2]
    assert figures is not None
    assert figures.swap_percent == "/"


def test_a_device_that_did_not_answer_has_no_figures_but_a_reason() -> None:
    record = daily_record(a_day(), an_occasion())
    down = line(record, DOWN)
    assert down.latest is None
    assert down.marks == (Mark.NORMAL, Mark.UNREACHED, Mark.UNREACHED)
    assert "No route to host" in say(down.gap, "zh")
    assert sum(DOWN in say(gap, "zh") for gap in record.gaps) == 2


def test_what_could_not_be_read_is_not_obtained_and_named_with_its_reason() -> None:
    gap = reply("memory", None, status=ReplyStatus.TIMED_OUT, reason="no END")
    load = reply("load", {"one": 1.0, "five": 1.0, "fifteen": 1.0})
    server = one_server(replies=(load, gap), outcome=Outcome.PARTIAL)
    record = daily_record(a_day(servers=(server,), items=()), an_occasion())
    figures = record.servers[0].figures[2]
    assert figures is not None
    assert figures.memory_percent == NOT_OBTAINED
    assert any("no END" in say(text, "zh") for text in record.gaps)


def test_a_device_nobody_asked_is_not_checked() -> None:
    server = replace(the_fleet()[0], visits=())
    record = daily_record(a_day(servers=(server,), items=()), an_occasion())
    assert record.servers[0].marks == (Mark.UNKNOWN,) * 3
    assert record.rounds[0].tally is not None
    assert record.rounds[0].tally.unknown == 1


def test_a_round_that_is_due_is_missed_only_after_its_time() -> None:
    rounds = (*ROUNDS[:2], RoundSummary(slot=Slot.EVENING, status=Status.DUE))
    before = daily_record(a_day(rounds=rounds), an_occasion(at=moment(19)))
    after = daily_record(a_day(rounds=rounds), an_occasion(at=moment(21)))
    assert before.rounds[2].state is RoundState.DUE
    assert after.rounds[2].state is RoundState.MISSED
    assert after.rounds[2].reason


def test_a_missed_round_keeps_its_reason_and_counts_nothing() -> None:
    missed = a_round(Slot.NOON, 14, status=Status.MISSED, reason="停电", inspector=None)
    record = daily_record(a_day(rounds=(ROUNDS[0], missed, ROUNDS[2])), an_occasion())
    assert record.rounds[1].state is RoundState.MISSED
    assert record.rounds[1].tally is None
    assert say(record.rounds[1].reason, "zh") == "停电"


def test_an_ad_hoc_round_gets_a_column_and_its_figures_when_it_is_the_latest() -> None:
    adhoc = a_round(Slot.ADHOC, 21)
    server = the_fleet()[0]
    visit = replace(server.visits[-1], slot=Slot.ADHOC, round_number=adhoc.number)
    asked = replace(server, visits=(*server.visits, visit))
    day = a_day(rounds=(*ROUNDS, adhoc), servers=(asked, the_fleet()[1]), items=())
    record = daily_record(day, an_occasion())
    assert record.servers[0].latest == 3
    assert record.servers[1].latest == 2
    assert record.rounds[3].tally is not None
    assert record.rounds[3].tally.total == 1


def boxes(record: DailyRecord) -> list[str]:
    """Return what each signature box is for."""
    (names,) = [
        part for part in compose(record).closing if isinstance(part, Signatures)
    ]
    return [say(box.part, "zh") for box in names.boxes]


def the_grids(record: DailyRecord) -> dict[str, list[list[str]]]:
    """Return the rows of the grids that have a heading, by that heading."""
    parts = compose(record).parts
    return {
        say(head.text, "zh"): [
            [say(cell.text, "zh") for cell in row] for row in grid.rows
        ]
        for head, grid in pairwise(parts)
        if isinstance(head, Heading) and isinstance(grid, Grid)
    }


def test_ad_hoc_rounds_are_told_in_a_table_of_their_own_and_have_no_box() -> None:
    extra = tuple(
        a_round(
            Slot.ADHOC,
            hour,
            number=f"INS-20261122-00{hour:02}",
            inspector=None,
            asked_by="值班工程师",
        )
        for hour in (9, 21)
    )
    record = daily_record(a_day(rounds=(*ROUNDS, *extra)), an_occasion())
    assert [row[0] for row in the_grids(record)["巡检时段"]] == ["早", "中", "晚"]
    told = the_grids(record)["临时巡检"]
    assert [row[0] for row in told] == [row.number for row in extra]
    assert all("值班工程师" in row for row in told)
    assert not any("未签名" in cell for row in told for cell in row)
    assert boxes(record) == [
        "巡检人（早）",
        "巡检人（中）",
        "巡检人（晚）",
        "复核人",
        "甲方抽查（可选）",
    ]


def test_a_day_that_has_ad_hoc_rounds_only_is_signed_for_the_last_of_them() -> None:
    first = a_round(Slot.ADHOC, 9, inspector=None, number="INS-20261122-0009")
    last = a_round(Slot.ADHOC, 21)
    due = tuple(
        RoundSummary(slot=slot, status=Status.DUE)
        for slot in (Slot.MORNING, Slot.NOON, Slot.EVENING)
    )
    server = the_fleet()[0]
    visit = replace(server.visits[-1], slot=Slot.ADHOC, round_number=last.number)
    asked = replace(server, visits=(visit,))
    day = a_day(rounds=(*due, first, last), servers=(asked,), items=())
    record = daily_record(day, an_occasion())
    assert boxes(record) == ["巡检人（临时）", "复核人", "甲方抽查（可选）"]
    assert record.servers[0].latest is not None
    (one, other) = the_grids(record)["临时巡检"]
    assert "值班工程师 已签名" in other[-1]
    assert "已签名" not in one[-1]


def test_a_day_without_ad_hoc_rounds_has_no_table_for_them() -> None:
    assert "临时巡检" not in the_grids(daily_record(a_day(), an_occasion()))


def test_explanations_and_acknowledgements_stand_beside_the_item() -> None:
    record = daily_record(a_day(), an_occasion())
    item = next(item for item in record.items if item.server == SICK)
    said = [say(text, "zh") for text in item.handling]
    assert said == [
        "早 值班工程师 08:15：已清理旧日志 12 GiB，扩容已报批",
        "值班工程师 已确认，2026-11-25 20:00 前暂不处理：等待扩容",
    ]
    assert item.carried
    assert say(item.recheck, "zh") == "仍存在"


def test_an_item_that_is_gone_is_not_left_over() -> None:
    gone = replace(
        a_day().items[0], standing=False, recheck=State.NORMAL, acknowledgement=None
    )
    item = daily_record(a_day(items=(gone,)), an_occasion()).items[0]
    assert not item.carried
    assert say(item.state, "zh") == "已恢复"


def test_one_page_is_not_blamed_for_its_neighbour() -> None:
    """Two pages of one server: only the broken one is abnormal."""
    well, broken = "https://10.1.0.25/", "https://10.1.0.25/broken"
    pages = {
        url: {"subject": url, "status": status, "first_byte_ms": 9, "contains": None}
        for url, status in ((well, 200), (broken, 500))
    }
    server = one_server(replies=(reply("http", pages),), cells={"http": State.ABNORMAL})
    item = replace(
        a_day().items[0],
        server=server.name,
        probe="http",
        subject=broken,
        seen_in=(Slot.EVENING,),
    )
    record = daily_record(a_day(servers=(server,), items=(item,)), an_occasion())
    table = next(table for table in record.tables if table.letter == "C")
    assert [row[1] for row in table.rows] == [well, broken]
    assert [marks[2] for marks in table.marks] == [Mark.NORMAL, Mark.ABNORMAL]


def test_the_paper_of_a_demonstration_says_so() -> None:
    assert daily_record(a_day(), an_occasion(demo=True)).demo
