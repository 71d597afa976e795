"""How the daily record lies on the page: head, rounds, tables, conclusion, names."""

from __future__ import annotations

from reports.documents import issuing
from reports.documents.daily_closing import carried, changes, closing
from reports.documents.daily_items import item_parts
from reports.documents.daily_record import (
    DailyRecord,
    RoundLine,
    Tally,
)
from reports.documents.daily_tables import (
    WIDTH,
    further_parts,
    server_parts,
)
from reports.documents.parts import (
    Align,
    Cell,
    Column,
    Grid,
    Heading,
    Part,
    Prose,
    Sheet,
    Tone,
)
from reports.documents.times import moment
from reports.documents.words import NOT_APPLICABLE, NOT_CHECKED, Text, Words

TITLE = Words("日常巡检记录表", "Daily inspection record")


def compose(record: DailyRecord, language: str = "zh") -> Sheet:
    """Return the record laid out, with what its issue adds.

    The parts hold both languages; `language` ("zh" or "en") only sets widths.
    """
    return Sheet(
        title=TITLE,
        subject=Words(f"{record.day} 日常巡检", f"Daily inspection of {record.day}"),
        number=record.number,
        version=issuing.version(record.issue),
        frame=record.frame,
        parts=(
            _head(record),
            *_rounds(record),
            *server_parts(record, language),
            *further_parts(record, language),
            *item_parts(record),
            Heading(text=Words("结论", "Conclusion")),
            changes(record),
            carried(record),
        ),
        closing=closing(record),
        marks=issuing.marks(record.issue, demo=record.demo),
        foot=issuing.foot(record.issue, record.zone),
        created=record.issue.printed_at if record.issue else None,
    )


def _head(record: DailyRecord) -> Grid:
    frame, days = record.frame, record.zone
    ticks = Words("☑ 自动　□ 人工　□ 混合", "☑ automatic  □ manual  □ mixed")
    rows: tuple[tuple[tuple[Words, Text], ...], ...] = (
        (
            (Words("项目名称", "Project"), frame.project),
            (Words("合同编号", "Contract"), frame.contract_number or NOT_APPLICABLE),
        ),
        (
            (Words("甲方", "Customer"), frame.customer or NOT_APPLICABLE),
            (Words("乙方", "Contractor"), frame.contractor or NOT_APPLICABLE),
        ),
        (
            (Words("巡检日期", "Day"), f"{record.day}（{days}）"),
            (Words("巡检方式", "Manner"), ticks),
        ),
        (
            (Words("设备数", "Devices"), str(len(record.servers))),
            (Words("保障期备注", "Remarks"), record.remarks or NOT_APPLICABLE),
        ),
    )
    widths = (28.0, WIDTH / 2 - 28, 28.0, WIDTH / 2 - 28)
    return Grid(
        columns=tuple(Column(title="", width=width) for width in widths),
        rows=tuple(
            tuple(
                cell
                for label, value in row
                for cell in (Cell(label, Tone.LABEL), Cell(value))
            )
            for row in rows
        ),
        headed=False,
    )


_ROUNDS = (
    Column(title=Words("时段", "Round"), width=15, align=Align.CENTER),
    Column(title=Words("巡检编号", "Number"), width=33),
    Column(title=Words("应巡时间", "Due"), width=30),
    Column(title=Words("实际开始", "Began"), width=30),
    Column(title=Words("实际结束", "Ended"), width=30),
    Column(title=Words("状态", "State"), width=20, align=Align.CENTER),
    Column(title=Words("巡检人", "Inspector"), width=22),
    Column(title=Words("正常", "Normal"), width=15, align=Align.RIGHT),
    Column(title=Words("关注", "Attention"), width=18.5, align=Align.RIGHT),
    Column(title=Words("异常", "Abnormal"), width=17.5, align=Align.RIGHT),
    Column(title=Words("未连通", "Unreached"), width=19.5, align=Align.RIGHT),
    Column(title=Words("未检", "Not checked"), width=16.5, align=Align.RIGHT),
)


def _rounds(record: DailyRecord) -> tuple[Part, ...]:
    reasons = tuple(
        Words(f"{row.label.zh}：{zh}", f"{row.label.en}: {en}")
        for row in record.rounds
        if row.reason
        for zh, en in [_both(row.reason)]
    )
    notes = (
        (
            Prose(
                text=Words("迟、缺与存疑的原因", "Why late, missed or doubtful"),
                points=reasons,
                small=True,
            ),
        )
        if reasons
        else ()
    )
    rows = tuple(_round_row(row, record.zone) for row in record.rounds)
    return (
        Heading(text=Words("巡检时段", "Rounds")),
        Grid(columns=_ROUNDS, rows=rows),
        *notes,
    )


def _both(text: Text) -> tuple[str, str]:
    return (text, text) if isinstance(text, str) else (text.zh, text.en)


def _round_row(row: RoundLine, zone: str) -> tuple[Cell, ...]:
    inspector: Text = Words("未签名", "not signed") if row.tally else NOT_APPLICABLE
    if row.inspector:
        inspector = row.inspector.name
    texts: tuple[Text, ...] = (
        row.label,
        row.number or NOT_APPLICABLE,
        moment(row.due, zone),
        moment(row.started, zone),
        moment(row.ended, zone),
        row.state.words,
        inspector,
    )
    return (*map(Cell, texts), *_tally_cells(row.tally))


def _tally_cells(tally: Tally | None) -> tuple[Cell, ...]:
    if tally is None:
        return (Cell(NOT_CHECKED, Tone.GAP, 5),)
    counts = (
        (tally.normal, Tone.PLAIN),
        (tally.attention, Tone.ATTENTION),
        (tally.abnormal, Tone.ABNORMAL),
        (tally.unreached, Tone.GAP),
        (tally.unknown, Tone.GAP),
    )
    return tuple(
        Cell(str(count), tone if count else Tone.PLAIN) for count, tone in counts
    )
