"""The appendices: every daily record, every visit, every record of the registers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from opsdesk.flows.month.material import HELD, SLOTS, Material
from opsdesk.flows.month.told import column, stamp
from opsdesk.flows.month.works import state_words
from opsdesk.flows.registers import REGISTERS
from opsdesk.inspections.models import Slot
from opsdesk.inspections.paper_words import SLOTS as SLOT_WORDS
from opsdesk.inspections.queries.month import VisitRow
from opsdesk.reporting.queries.tickets import TicketRow
from reports.documents.monthly import Ledger, ReportSection
from reports.documents.words import Text, Words

_MISSED = Words("未巡检", "missed")
_STATES = {
    "normal": Words("正常", "ok"),
    "attention": Words("关注", "attn"),
    "abnormal": Words("异常", "abn"),
    "unreached": Words("未连通", "down"),
    "unknown": Words("未检", "n/c"),
}


def chapters(m: Material) -> tuple[ReportSection, ...]:
    """Return the appendices in order."""
    return (_daily(m), _visits(m), _registers(m))


def _daily(m: Material) -> ReportSection:
    rounds: dict[date, dict[Slot, Text]] = {}
    for row in m.rounds:
        if row.slot in SLOTS:
            said: Text = row.number if row.status in HELD else _MISSED
            rounds.setdefault(row.day, {})[row.slot] = said
    lines = tuple(_day(m, day, rounds.get(day, {})) for day in m.span.days)
    return ReportSection(
        key="appendix-daily",
        title=Words("每日巡检记录索引", "Index of the daily records"),
        blocks=(
            Ledger(
                title=Words(
                    "每日三次巡检与归档的记录",
                    "Each day's rounds and its record in the archive",
                ),
                columns=(
                    column("日期", "Day", 1.7),
                    *(
                        column(w.zh, w.en, 2.5)
                        for s, w in SLOT_WORDS.items()
                        if s in SLOTS
                    ),
                    column("复核人", "Reviewer", 2.5),
                    column("归档记录", "Archived record", 5.1),
                ),
                lines=lines,
                small=True,
                formula=Words(
                    "归档记录列为编号、版本与数据快照前 12 位；「—」为没有归档。",
                    "number, version and the first digits of the snapshot; — is not archived.",
                ),
            ),
        ),
    )


def _day(m: Material, day: date, rounds: dict[Slot, Text]) -> tuple[Text, ...]:
    record = m.records.get(day)
    said = "—"
    if record is not None:
        said = f"{record.number} v{record.version} {record.content_sha256[:12]}"
    return (
        f"{day}",
        *(rounds.get(slot, "—") for slot in SLOTS),
        m.reviewers.get(day, "—"),
        said,
    )


def _visits(m: Material) -> ReportSection:
    by_server: dict[str, list[VisitRow]] = {}
    for visit in m.visits:
        by_server.setdefault(visit.server, []).append(visit)
    return ReportSection(
        key="appendix-visits",
        title=Words("逐台逐次巡检结果", "Every visit of every device"),
        blocks=tuple(_server(name, rows) for name, rows in by_server.items()),
    )


def _server(name: str, visits: list[VisitRow]) -> Ledger:
    days: dict[date, dict[Slot, VisitRow]] = {}
    for visit in visits:
        days.setdefault(visit.day, {})[visit.slot] = visit
    last = visits[-1]
    return Ledger(
        title=f"{name}　{last.address}",
        columns=(
            column("日期", "Day", 1),
            *(
                column(
                    f"{w.zh}：结论 秒 CPU/内存/盘 %",
                    f"{w.en}: state s cpu/mem/disk %",
                    3,
                )
                for slot, w in SLOT_WORDS.items()
                if slot in SLOTS
            ),
        ),
        lines=tuple(
            (f"{day:%m-%d}", *(_visit(row.get(slot)) for slot in SLOTS))
            for day, row in days.items()
        ),
        small=True,
    )


def _visit(visit: VisitRow | None) -> Text:
    if visit is None:
        return "—"
    state = _STATES.get(visit.state or "unknown", _STATES["unknown"])
    took = "—" if visit.took_ms is None else f"{visit.took_ms / 1000:.1f}"
    read = visit.readings
    disks = [v for key, v in read.items() if key.startswith("filesystem_used_percent{")]
    figures = "/".join(
        "—" if value is None else f"{value:.0f}"
        for value in (
            read.get("cpu_used_percent{}"),
            read.get("memory_used_percent{}"),
            max(disks, default=None),
        )
    )
    return Words(f"{state.zh} {took} {figures}", f"{state.en} {took} {figures}")


def _registers(m: Material) -> ReportSection:
    return ReportSection(
        key="appendix-registers",
        title=Words("各登记簿本期明细", "The registers, record by record"),
        blocks=tuple(_every(m)),
    )


def _every(m: Material) -> Iterator[Ledger]:
    for register in REGISTERS:
        yield Ledger(
            title=Words(register.title.zh, register.title.en),
            columns=(
                column("编号", "Number", 2.4),
                column("受理", "Opened", 1.5),
                column("关闭", "Closed", 1.5),
                column("状态", "State", 1.1),
                column("级", "P", 0.5),
                column("区域", "Region", 1.1),
                column("模块", "Module", 1.3),
                column("标题", "Title", 5),
            ),
            lines=tuple(
                (
                    row.number,
                    stamp(row.opened_at, m.span.zone),
                    _closed(m, row),
                    state_words(register.kind, row.state),
                    row.priority or "/",
                    row.region or "/",
                    row.module or "/",
                    row.title,
                )
                for row in m.registers[register.kind].opened
            ),
            formula=Words(
                "本期受理的全部记录，作废的除外；状态为报告期截止时的状态。",
                "every record opened in the period but the void ones; the state is that of "
                "the cut-off.",
            ),
        )


def _closed(m: Material, row: TicketRow) -> str:
    late = row.closed_at is not None and row.closed_at >= m.span.until
    return stamp(None if late else row.closed_at, m.span.zone)
