"""The tables of the daily record: A servers, B to F, and I what was wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reports.documents.daily_record import (
    DailyRecord,
    Figures,
    Mark,
    ServerLine,
    Table,
)
from reports.documents.parts import (
    Align,
    Cell,
    Column,
    Grid,
    Heading,
    Part,
    Prose,
    Tone,
)
from reports.documents.words import NOT_APPLICABLE, NOT_OBTAINED, Text, Words, joined

VERDICTS = {"zh": 9.5, "en": 14.0}
"""Room in mm for the longest conclusion in the big table: 未连通, unreached."""
WIDTH = 267.0  # mm: A4 across, less 15 mm on either side
TONES = {
    Mark.NORMAL: Tone.PLAIN,
    Mark.ATTENTION: Tone.ATTENTION,
    Mark.ABNORMAL: Tone.ABNORMAL,
    Mark.UNREACHED: Tone.GAP,
    Mark.UNKNOWN: Tone.GAP,
}
_RIGHT, _CENTER = Align.RIGHT, Align.CENTER


def verdict(mark: Mark) -> Cell:
    """Return the cell that says a conclusion."""
    return Cell(mark.words, TONES[mark])


def column(zh: str, en: str, width: float, align: Align = Align.LEFT) -> Column:
    """Return a column with its head in both languages."""
    return Column(title=Words(zh, en), width=width, align=align)


def _round_columns(record: DailyRecord, width: float) -> tuple[Column, ...]:
    return tuple(
        Column(title=row.label, width=width, align=_CENTER)
        for row in record.rounds
        if row.shown
    )


def server_parts(record: DailyRecord, language: str) -> tuple[Part, ...]:
    """Return table A: every configured device, then each round's figures."""
    shown = [row.label for row in record.rounds if row.shown]
    return (
        Heading(text=Words("A 服务器", "A Servers")),
        _overview(record, VERDICTS[language]),
        Prose(text=_reading_note(record), small=True),
        Heading(
            text=Words(
                f"A-1 各时段指标（{'／'.join(label.zh for label in shown)}）",
                f"A-1 Figures by round ({' / '.join(w.en for w in shown)})",
            )
        ),
        _by_round(record),
        *_gap_notes(record),
    )


def _reading_note(record: DailyRecord) -> Text:
    used = {line.latest for line in record.servers if line.latest is not None}
    names = [row for row in record.rounds if row.shown]
    rounds = tuple(
        Words(f"{names[i].label.zh}（{names[i].number}）", f"{names[i].number}")
        for i in sorted(used)
    )
    if not rounds:
        return Words("本日没有取得任何数值。", "No figures were obtained on this day.")
    which = joined(rounds, "、", ", ")
    zh = which.zh if isinstance(which, Words) else which
    en = which.en if isinstance(which, Words) else which
    return Words(
        f"数值取自最近一次巡检：{zh}；其余时段见 A-1。"
        "「/」为不适用，「未取得」「未检」的原因见表后。",
        f"Figures are of the latest round: {en}; the others are in A-1. "
        '"/" is not applicable; what was not obtained or not checked is explained '
        "below the tables.",
    )


_OVERVIEW = (
    column("序号", "No.", 8, _CENTER),
    column("设备名称", "Device", 22),
    column("类别", "Kind", 27),
    column("IP", "Address", 18.5),
    column("操作系统", "System", 27),
    column("运行\n天数", "Days up", 9, _RIGHT),
    column("CPU %", "CPU %", 9, _RIGHT),
    column("负载\n1-5-15", "Load\n1-5-15", 21.5, _RIGHT),
    column("内存 %", "Mem %", 9, _RIGHT),
    column("Swap %", "Swap %", 9.5, _RIGHT),
    column("磁盘最高\n分区与 %", "Fullest\ndisk %", 16.5, _RIGHT),
    column("inode %", "Inode %", 10, _RIGHT),
    column("关键进程\n应有-实有", "Procs\nwant-have", 13.5, _CENTER),
    column("端口\n应有-实有", "Ports\nwant-have", 13.5, _CENTER),
    column("时间\n偏差 s", "Clock off s", 10, _RIGHT),
    column("失败\n登录", "Login fails", 9, _RIGHT),
    column("内核\n错误", "Kernel errors", 9, _RIGHT),
)
_MEASURED = 12  # columns from 运行天数 to 内核错误


def _overview(record: DailyRecord, verdict_width: float) -> Grid:
    verdicts = _round_columns(record, verdict_width)
    room = WIDTH - verdict_width * len(verdicts)
    scale = room / sum(column.width for column in _OVERVIEW)
    columns = tuple(replace(c, width=c.width * scale) for c in _OVERVIEW)
    return Grid(
        columns=columns + verdicts,
        rows=tuple(
            _overview_row(number, line)
            for number, line in enumerate(record.servers, start=1)
        ),
        dense=True,
    )


def _overview_row(number: int, line: ServerLine) -> tuple[Cell, ...]:
    head: tuple[Text, ...] = (str(number), line.name, line.kind, line.address)
    marks = tuple(verdict(mark) for mark in line.marks)
    figures = None if line.latest is None else line.figures[line.latest]
    if figures is None:
        return (*map(Cell, head), Cell(line.gap, Tone.GAP, _MEASURED + 1), *marks)
    measured: tuple[Text, ...] = (
        line.system,
        line.uptime_days,
        figures.cpu_percent,
        figures.load,
        figures.memory_percent,
        figures.swap_percent,
        figures.filesystem,
        figures.inodes_percent,
        line.processes,
        line.ports,
        figures.clock_offset_s,
        figures.failed_logins,
        figures.kernel_errors,
    )
    return (*map(Cell, head), *map(Cell, measured), *marks)


_BY_ROUND = (
    column("序号", "No.", 8, _CENTER),
    column("设备名称", "Device", 35),
    column("CPU %", "CPU %", 25, _RIGHT),
    column("负载（1 分钟）", "Load (1 min)", 25, _RIGHT),
    column("内存 %", "Memory %", 27, _RIGHT),
    column("Swap %", "Swap %", 23, _RIGHT),
    column("磁盘最高分区与 %", "Fullest disk %", 35, _RIGHT),
    column("inode %", "Inode %", 20, _RIGHT),
    column("时间偏差 s", "Clock off s", 27, _RIGHT),
    column("失败登录", "Failed logins", 21, _RIGHT),
    column("内核错误", "Kernel errors", 21, _RIGHT),
)


def _by_round(record: DailyRecord) -> Grid:
    return Grid(
        columns=_BY_ROUND,
        rows=tuple(
            _round_row(number, line)
            for number, line in enumerate(record.servers, start=1)
        ),
        dense=True,
    )


def _round_row(number: int, line: ServerLine) -> tuple[Cell, ...]:
    head = (Cell(str(number)), Cell(line.name))
    if not any(line.figures):
        return (*head, Cell(line.gap, Tone.GAP, len(_BY_ROUND) - 2))
    return (
        *head,
        *(
            Cell(_beside(line.figures, name))
            for name in (
                "cpu_percent",
                "load",
                "memory_percent",
                "swap_percent",
                "filesystem",
                "inodes_percent",
                "clock_offset_s",
                "failed_logins",
                "kernel_errors",
            )
        ),
    )


def _beside(figures: Iterable[Figures | None], name: str) -> Text:
    """Return one figure of each round, side by side; a round without any is 「—」."""
    texts = tuple("—" if f is None else _short(getattr(f, name), name) for f in figures)
    if set(texts) in ({NOT_APPLICABLE}, {NOT_OBTAINED}):
        return texts[0]
    if name == "filesystem":
        texts = _same_mount(texts)
    return joined(texts, "／", " / ")


def _short(text: Text, name: str) -> Text:
    if name == "load" and isinstance(text, str):
        return text.split(" ")[0]
    return text


def _same_mount(texts: tuple[Text, ...]) -> tuple[Text, ...]:
    """Say the mount once where each round's fullest was the same one."""
    parts = [text.rpartition(" ") for text in texts if isinstance(text, str)]
    mounts = {mount for mount, _, percent in parts if percent != "—"}
    if len(parts) < len(texts) or len(mounts) != 1 or "" in mounts:
        return texts
    first, *others = (percent for _, _, percent in parts)
    return (f"{mounts.pop()} {first}", *others)


def _gap_notes(record: DailyRecord) -> tuple[Part, ...]:
    if not record.gaps:
        return ()
    title = Words("未取得与未检的原因", "Why figures are missing")
    return (Prose(text=title, points=record.gaps, small=True),)


def further_parts(record: DailyRecord, language: str) -> tuple[Part, ...]:
    """Return tables B to F, those that have rows."""
    return tuple(
        part
        for table in record.tables
        for part in (
            Heading(
                text=Words(
                    f"{table.letter} {table.title.zh}",
                    f"{table.letter} {table.title.en}",
                )
            ),
            _further(table, _round_columns(record, VERDICTS[language] + 1.5)),
        )
    )


def _further(table: Table, verdicts: tuple[Column, ...]) -> Grid:
    room = WIDTH - 8 - sum(column.width for column in verdicts)
    whole = sum(column.share for column in table.columns)
    columns = (
        column("序号", "No.", 8, _CENTER),
        *(
            Column(title=c.title, width=room * c.share / whole, align=c.align)
            for c in table.columns
        ),
        *verdicts,
    )
    rows = tuple(
        (Cell(str(number)), *map(Cell, row), *map(verdict, marks))
        for number, (row, marks) in enumerate(
            zip(table.rows, table.marks, strict=True), start=1
        )
    )
    return Grid(columns=columns, rows=rows, dense=True)
