"""Tables B to F of the daily record: what the checks from outside answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsdesk.inspections.facts import answers_of, dig, number
from opsdesk.inspections.paper_words import MARKS
from opsdesk.inspections.summary import (
    DaySummary,
    RoundSummary,
    ServerDay,
    VisitSummary,
)
from probes.finding import State
from probes.server import SHELL_LESS, Kind
from reports.documents.daily_record import Mark, Table, TableColumn
from reports.documents.parts import Align
from reports.documents.words import NOT_APPLICABLE, NOT_OBTAINED, Text, Words

_DEVICES = SHELL_LESS | {
    Kind.AUDIT,
    Kind.NETWORK_MANAGEMENT,
    Kind.VIDEO,
    Kind.STREAMING,
}
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How one check becomes a table: its columns, and a row of one answer."""

    letter: str
    title: Words
    probe: str
    columns: tuple[TableColumn, ...]
    row: Callable[[ServerDay, Facts], tuple[Text, ...]]


def further_tables(
    summary: DaySummary, scheduled: Sequence[RoundSummary]
) -> tuple[Table, ...]:
    """Return those of tables B to F that have rows on this day."""
    made = [_table(sheet, summary.servers, scheduled) for sheet in SHEETS]
    made.insert(3, _devices(summary.servers, scheduled))
    return tuple(table for table in made if table.rows)


def _table(
    sheet: Sheet, servers: Iterable[ServerDay], scheduled: Sequence[RoundSummary]
) -> Table:
    rows, marks = [], []
    for server in servers:
        for facts in _latest_answers(server, scheduled, sheet.probe):
            rows.append(sheet.row(server, facts))
            marks.append(_marks(server, scheduled, (sheet.probe,)))
    return Table(
        letter=sheet.letter,
        title=sheet.title,
        columns=sheet.columns,
        rows=tuple(rows),
        marks=tuple(marks),
    )


def _latest_answers(
    server: ServerDay, scheduled: Sequence[RoundSummary], probe: str
) -> Iterator[Facts]:
    """Yield each subject's latest answer of the day."""
    latest: dict[str, Facts] = {}
    for row in scheduled:
        for facts in answers_of(_visit(server, row), probe):
            latest[str(facts.get("subject", ""))] = facts
    yield from latest.values()


def _visit(server: ServerDay, row: RoundSummary) -> VisitSummary | None:
    found = (visit for visit in server.visits if visit.round_number == row.number)
    return next(found, None) if row.number else None


def _marks(
    server: ServerDay, scheduled: Sequence[RoundSummary], probes: Sequence[str]
) -> tuple[Mark, ...]:
    return tuple(_mark(_visit(server, row), probes) for row in scheduled)


def _mark(visit: VisitSummary | None, probes: Sequence[str]) -> Mark:
    if visit is None:
        return Mark.UNKNOWN
    states = [visit.cells[probe] for probe in probes if probe in visit.cells]
    if not states:
        silent = visit.state is State.UNREACHED
        return Mark.UNREACHED if silent else Mark.UNKNOWN
    order = tuple(State)
    return MARKS[max(states, key=order.index)]


def _devices(servers: Iterable[ServerDay], scheduled: Sequence[RoundSummary]) -> Table:
    """Return table E: every network and security device, asked or not."""
    rows, marks = [], []
    for server in servers:
        if server.kind not in _DEVICES or server.kind is Kind.NAS:
            continue
        rows.append(_device_row(server, scheduled))
        marks.append(
            tuple(
                MARKS[visit.state] if visit else Mark.UNKNOWN
                for visit in (_visit(server, row) for row in scheduled)
            )
        )
    return Table(
        letter="E",
        title=Words("网络与安全设备", "Network and security devices"),
        columns=_DEVICE_COLUMNS,
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


def _device_row(
    server: ServerDay, scheduled: Sequence[RoundSummary]
) -> tuple[Text, ...]:
    icmp = next(_latest_answers(server, scheduled, "icmp"), None)
    tcp = tuple(_latest_answers(server, scheduled, "tcp"))
    snmp = next(_latest_answers(server, scheduled, "snmp"), None)
    return (
        server.name,
        Words(server.kind.words.zh, server.kind.words.en),
        server.address,
        _of(icmp, "average_ms", ".1f"),
        _of(icmp, "loss_percent", ".0f"),
        "、".join(_milliseconds(facts) for facts in tcp) or NOT_APPLICABLE,
        _of(snmp, "cpu_percent", ".0f"),
        _links(snmp),
        Words("☑ 自动　□ 截图", "☑ automatic  □ picture"),
    )


def _milliseconds(facts: Facts) -> str:
    port = str(facts.get("subject", "")).rpartition(":")[2]
    value = number(facts, "connect_ms")
    return f"{port}: {NOT_OBTAINED.zh if value is None else f'{value:.0f}'}"


def _links(snmp: Facts | None) -> Text:
    if snmp is None:
        return NOT_APPLICABLE
    links = dig(snmp, "interfaces")
    if not isinstance(links, list):
        return NOT_OBTAINED
    up = sum(1 for link in links if dig(link, "up") is True)
    return f"{up}／{len(links)}"


def _of(facts: Facts | None, name: str, style: str) -> Text:
    if facts is None:
        return NOT_APPLICABLE
    value = number(facts, name)
    return NOT_OBTAINED if value is None else format(value, style)


def _text(facts: Facts, name: str) -> Text:
    value = dig(facts, name)
    return NOT_OBTAINED if value is None or value == "" else str(value)


def _database(server: ServerDay, facts: Facts) -> tuple[Text, ...]:
    return (
        f"{server.name} {facts.get('subject', '')}",
        _text(facts, "role"),
        _of(facts, "connections", ".0f"),
        _of(facts, "connections_limit", ".0f"),
        _of(facts, "size_kib", ",.0f"),
        _of(facts, "replication_lag_s", ".1f"),
        _of(facts, "took_ms", ".0f"),
    )


def _page(server: ServerDay, facts: Facts) -> tuple[Text, ...]:
    return (
        server.name,
        _text(facts, "subject"),
        _of(facts, "status", ".0f"),
        _of(facts, "first_byte_ms", ".0f"),
        _found(facts),
    )


def _found(facts: Facts) -> Text:
    if dig(facts, "contains") is None:
        return NOT_APPLICABLE
    found = dig(facts, "contains_found")
    if found is None:
        return NOT_OBTAINED
    return Words("有", "there") if found else Words("没有", "missing")


def _cache(server: ServerDay, facts: Facts) -> tuple[Text, ...]:
    return (
        f"{server.name} {facts.get('subject', '')}",
        _text(facts, "role"),
        _of(facts, "memory_percent", ".1f"),
        _of(facts, "hit_percent", ".1f"),
        _of(facts, "clients", ".0f"),
        _text(facts, "replication"),
    )


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        letter="B",
        title=Words("数据库", "Databases"),
        probe="sql",
        columns=(
            _column("实例", "Instance", 8),
            _column("角色", "Role", 3),
            _column("连接数", "Connections", 3, right=True),
            _column("连接上限", "Limit", 3, right=True),
            _column("大小 KiB", "Size KiB", 4, right=True),
            _column("主备延迟 s", "Lag s", 3, right=True),
            _column("响应 ms", "Answer ms", 3, right=True),
        ),
        row=_database,
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
        ),
        row=_page,
    ),
    Sheet(
        letter="D",
        title=Words("缓存与中间件", "Caches and middleware"),
        probe="redis",
        columns=(
            _column("名称", "Name", 8),
            _column("角色", "Role", 3),
            _column("内存 %", "Memory %", 3, right=True),
            _column("命中率 %", "Hits %", 3, right=True),
            _column("连接", "Clients", 3, right=True),
            _column("主从状态", "Replication", 4),
        ),
        row=_cache,
    ),
)
