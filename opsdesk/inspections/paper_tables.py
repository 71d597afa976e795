"""Tables B to F of the daily record: what the checks from outside answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsdesk.inspections import paper_rows as printed
from opsdesk.inspections.facts import answers_of
from opsdesk.inspections.paper_rows import Facts, Row, Source
from opsdesk.inspections.paper_words import MARKS
from opsdesk.inspections.summary import (
    AbnormalItem,
    DaySummary,
    RoundSummary,
    ServerDay,
    VisitSummary,
)
from probes.finding import Severity, State
from probes.server import SHELL_LESS, Kind
from reports.documents.daily_record import Mark, Table, TableColumn
from reports.documents.parts import Align
from reports.documents.words import Words

_DEVICES = frozenset(
    {
        *(SHELL_LESS - {Kind.NAS}),
        *(Kind.AUDIT, Kind.NETWORK_MANAGEMENT, Kind.VIDEO, Kind.STREAMING),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How one check becomes a table: its columns, and a row of one answer."""

    letter: str
    title: Words
    probe: str
    columns: tuple[TableColumn, ...]
    row: Callable[[Source, Facts], Row]


@dataclass(frozen=True, slots=True)
class _Day:
    """The day as these tables look at it."""

    servers: tuple[ServerDay, ...]
    rounds: Sequence[RoundSummary]
    items: tuple[AbnormalItem, ...]

    def visits(self, server: ServerDay) -> list[VisitSummary | None]:
        by_number = {visit.round_number: visit for visit in server.visits}
        return [
            by_number.get(row.number) if row.number else None for row in self.rounds
        ]

    def source(self, server: ServerDay) -> Source:
        return Source(server, lambda probe: self._latest(server, probe))

    def _latest(self, server: ServerDay, probe: str) -> list[Facts]:
        latest: dict[str, Facts] = {}
        for visit in self.visits(server):
            for facts in answers_of(visit, probe):
                latest[str(facts.get("subject") or facts.get("glob"))] = facts
        return list(latest.values())


def further_tables(
    summary: DaySummary, shown: Sequence[RoundSummary]
) -> tuple[Table, ...]:
    """Return those of tables B to F that have rows on this day."""
    day = _Day(summary.servers, shown, summary.items)
    tables = (*(_table(sheet, day) for sheet in SHEETS), _devices(day), _storage(day))
    return tuple(table for table in tables if table.rows)


def _table(sheet: Sheet, day: _Day) -> Table:
    rows, marks = [], []
    for server in day.servers:
        source = day.source(server)
        for facts in source.latest(sheet.probe):
            rows.append(sheet.row(source, facts))
            marks.append(
                tuple(
                    _mark(day, visit, server, sheet.probe, str(facts.get("subject")))
                    for visit in day.visits(server)
                )
            )
    return Table(
        letter=sheet.letter,
        title=sheet.title,
        columns=sheet.columns,
        rows=tuple(rows),
        marks=tuple(marks),
    )


def _mark(
    day: _Day, visit: VisitSummary | None, server: ServerDay, probe: str, subject: str
) -> Mark:
    """Return one subject's conclusion: its own findings, not its neighbour's."""
    if visit is None:
        return Mark.UNKNOWN
    cell = visit.cells.get(probe)
    if cell is None:
        return Mark.UNREACHED if visit.state is State.UNREACHED else Mark.UNKNOWN
    found = [
        item
        for item in day.items
        if item.server == server.name
        and item.probe == probe
        and visit.slot in item.seen_in
    ]
    if not found:
        return MARKS[cell]
    own = [item.severity for item in found if _about(item.subject, subject)]
    if not own:
        return Mark.NORMAL
    return Mark.ABNORMAL if Severity.CRITICAL in own else Mark.ATTENTION


def _about(found: str, subject: str) -> bool:
    """Whether a finding is about a subject: itself, or "subject aspect"."""
    return found == subject or found.startswith(f"{subject} ")


def _states(day: _Day, server: ServerDay) -> tuple[Mark, ...]:
    return tuple(
        MARKS[visit.state] if visit else Mark.UNKNOWN for visit in day.visits(server)
    )


def _devices(day: _Day) -> Table:
    """Return table E: every network and security device, asked or not."""
    servers = [server for server in day.servers if server.kind in _DEVICES]
    return Table(
        letter="E",
        title=Words("网络与安全设备", "Network and security devices"),
        columns=_DEVICE_COLUMNS,
        rows=tuple(printed.device(day.source(server)) for server in servers),
        marks=tuple(_states(day, server) for server in servers),
    )


def _storage(day: _Day) -> Table:
    """Return table F: storage devices, asked or not, and every backup file."""
    rows: list[Row] = []
    marks: list[tuple[Mark, ...]] = []
    for server in day.servers:
        found = list(printed.storage(day.source(server)))
        for probe, subject, row in found:
            rows.append(row)
            marks.append(
                tuple(
                    _mark(day, visit, server, probe, subject)
                    for visit in day.visits(server)
                )
            )
        if not found and server.kind is Kind.NAS:
            rows.append(printed.unmeasured(server))
            marks.append(_states(day, server))
    return Table(
        letter="F",
        title=Words("存储与备份", "Storage and backups"),
        columns=_STORAGE_COLUMNS,
        rows=tuple(rows),
        marks=tuple(marks),
    )


def _column(zh: str, en: str, share: float, *, right: bool = False) -> TableColumn:
    align = Align.RIGHT if right else Align.LEFT
    return TableColumn(title=Words(zh, en), share=share, align=align)


_DEVICE_COLUMNS = (
    _column("设备", "Device", 4),
    _column("类别", "Kind", 4),
    _column("地址", "Address", 4),
    _column("连通 ms", "Echo ms", 2, right=True),
    _column("丢包 %", "Loss %", 2, right=True),
    _column("端口 ms", "Port ms", 3, right=True),
    _column("CPU %", "CPU %", 2, right=True),
    _column("接口 通／总", "Links up/all", 3, right=True),
    _column("来源", "Source", 4),
)
_STORAGE_COLUMNS = (
    _column("设备", "Device", 4),
    _column("存储或备份", "Storage or backup", 9),
    _column("容量 GiB", "Size GiB", 3, right=True),
    _column("已用 %", "Used %", 3, right=True),
    _column("最近备份", "Latest backup", 5),
)
SHEETS: tuple[Sheet, ...] = (
    Sheet(
        letter="B",
        title=Words("数据库", "Databases"),
        probe="sql",
        columns=(
            _column("设备", "Device", 4),
            _column("实例", "Instance", 6),
            _column("角色", "Role", 2),
            _column("连接数", "Connections", 3, right=True),
            _column("连接上限", "Limit", 3, right=True),
            _column("大小 GiB", "Size GiB", 3, right=True),
            _column("主备延迟 s", "Lag s", 3, right=True),
            _column("最长事务 s", "Longest tx s", 3, right=True),
            _column("响应 ms", "Answer ms", 3, right=True),
        ),
        row=printed.database,
    ),
    Sheet(
        letter="C",
        title=Words("应用与页面", "Applications and pages"),
        probe="http",
        columns=(
            _column("应用", "Application", 4),
            _column("URL", "URL", 12),
            _column("HTTP 码", "HTTP status", 2, right=True),
            _column("响应 ms", "Answer ms", 2, right=True),
            _column("应有内容", "Expected text", 3),
            _column("证书剩余天", "Certificate days", 3, right=True),
        ),
        row=printed.page,
    ),
    Sheet(
        letter="D",
        title=Words("缓存与中间件", "Caches and middleware"),
        probe="redis",
        columns=(
            _column("设备", "Device", 4),
            _column("实例", "Instance", 6),
            _column("角色", "Role", 2),
            _column("内存 %", "Memory %", 3, right=True),
            _column("命中率 %", "Hits %", 3, right=True),
            _column("连接", "Clients", 3, right=True),
            _column("主从状态", "Replication", 4),
        ),
        row=printed.cache,
    ),
)
