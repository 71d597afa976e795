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
        if row.reason and row.scheduled
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
    rows = tuple(_round_row(r, record.zone) for r in record.rounds if r.scheduled)
    return (
        Heading(text=Words("巡检时段", "Rounds")),
        Grid(columns=_ROUNDS, rows=rows),
        *notes,
        *_adhoc(record),
    )


_ADHOC = (
    Column(title=Words("巡检编号", "Number"), width=33),
    Column(title=Words("开始", "Began"), width=30),
    Column(title=Words("发起人", "Asked by"), width=34),
    Column(title=Words("原因", "Reason"), width=70),
    Column(title=Words("结果", "Result"), width=WIDTH - 167),
)


def _adhoc(record: DailyRecord) -> tuple[Part, ...]:
    """Return what was asked between the slots: told here, and not signed."""
    extra = [row for row in record.rounds if not row.scheduled]
    if not extra:
        return ()
    rows = tuple(
        (
            Cell(row.number or NOT_APPLICABLE),
            Cell(moment(row.started, record.zone)),
            Cell(row.asked_by or NOT_APPLICABLE),
            Cell(row.reason or NOT_APPLICABLE),
            Cell(_result(row)),
        )
        for row in extra
    )
    return (
        Heading(text=Words("临时巡检", "Ad-hoc rounds")),
        Grid(columns=_ADHOC, rows=rows),
    )


def _result(row: RoundLine) -> Text:
    if row.tally is None:
        return row.state.words
    counted = (
        (row.tally.normal, "正常", "normal"),
        (row.tally.attention, "关注", "attention"),
        (row.tally.abnormal, "异常", "abnormal"),
        (row.tally.unreached, "未连通", "unreached"),
        (row.tally.unknown, "未检", "not checked"),
    )
    name = row.inspector.name if row.inspector else ""
    zh = [f"{word} {count}" for count, word, _ in counted if count]
    en = [f"{count} {word}" for count, _, word in counted if count]
    return Words(
        "，".join(zh) + (f"；{name} 已签名" if name else ""),
        ", ".join(en) + (f"; signed by {name}" if name else ""),
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
