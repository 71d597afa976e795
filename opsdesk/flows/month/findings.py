"""What the rounds found: by probe, by server, and what stands at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from opsdesk.flows.month.material import Material
from opsdesk.flows.month.told import brief, column, share, stamp
from opsdesk.inspections.queries.month import ConditionRow
from probes import catalogue
from reports.documents.monthly import Block, Paragraph, Table
from reports.documents.words import Text, Words

TOP = 25
_PROBES = {probe.name: probe.title for probe in catalogue.PROBES}


def findings(m: Material, figures: dict[str, float | None]) -> tuple[Block, ...]:
    """Return what stood in the period; its figures are entered under "findings."."""
    opened = [c for c in m.conditions if c.opened_at >= m.span.since]
    closed = [c for c in m.conditions if c.closed_at and c.closed_at < m.span.until]
    left = len(m.conditions) - len(closed)
    figures.update(
        {
            "findings.stood": len(m.conditions),
            "findings.opened": len(opened),
            "findings.closed": len(closed),
            "findings.left": left,
        }
    )
    closing = share(len(closed), len(m.conditions))
    return (
        Paragraph(
            text=Words(
                f"本期存在过的异常与关注项 {len(m.conditions)} 项，其中本期新发现 {len(opened)} "
                f"项；已消除 {len(closed)} 项，期末仍存在 {left} 项，闭环率 {closing}。",
                f"{len(m.conditions)} findings stood in the period, {len(opened)} of them "
                f"new; {len(closed)} went, {left} stood at its end: {closing} closed.",
            )
        ),
        _by(m, "probe"),
        _by(m, "server"),
        _standing(m),
    )


def _tally(m: Material, what: str) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {}
    for one in m.conditions:
        row = counted.setdefault(getattr(one, what), Counter())
        row.update({"all": 1, one.severity: 1, "times": one.times})
        row["new"] += one.opened_at >= m.span.since
        row["open"] += one.closed_at is None or one.closed_at >= m.span.until
    return counted


def _by(m: Material, what: str) -> Table:
    counted = _tally(m, what)
    names = (
        Words("按检查项统计", "Findings by probe"),
        Words("按设备统计", "Findings by server"),
    )
    head = (
        column("检查项", "Probe", 3) if what == "probe" else column("设备", "Server", 3)
    )
    return Table(
        title=names[what == "server"],
        columns=(
            head,
            column("合计", "All", 1.3, right=True),
            column("严重", "Critical", 1.3, right=True),
            column("警告", "Warning", 1.3, right=True),
            column("本期新增", "New", 1.5, right=True),
            column("期末仍在", "Standing", 1.5, right=True),
        ),
        lines=tuple(
            (label, *(str(row[name]) for name in _COUNTED))
            for label, row in _topped(counted, what)
        ),
        formula=Words(
            "同一设备同一现象从出现到消失计 1 项；「严重」「警告」按期内最后一次判定。",
            "one abnormality of one device counts once, from when it came until it went.",
        ),
    )


_COUNTED = ("all", "critical", "warning", "new", "open")


def _topped(
    counted: Mapping[str, Counter[str]], what: str
) -> Iterator[tuple[Text, Counter[str]]]:
    """Yield the most frequent, and all the others as one."""
    order = sorted(counted, key=lambda key: (-counted[key]["all"], key))
    for key in order[:TOP]:
        yield _named(key) if what == "probe" else key, counted[key]
    rest = order[TOP:]
    if rest:
        total: Counter[str] = Counter()
        for key in rest:
            total.update(counted[key])
        yield Words(f"其余 {len(rest)} 个", f"{len(rest)} others"), total


def _named(probe: str) -> Text:
    title = _PROBES.get(probe)
    return Words(title.zh, title.en) if title else probe


def _standing(m: Material) -> Table:
    asked = m.last_asked
    left = [
        c for c in m.conditions if c.closed_at is None or c.closed_at >= m.span.until
    ]
    return Table(
        title=Words(
            f"期末遗留的异常与关注项（最多列 {TOP} 项）",
            f"Standing at the end (at most {TOP})",
        ),
        columns=(
            column("设备", "Server", 1.6),
            column("级别", "Severity", 1.1),
            column("现象", "What", 6),
            column("出现时间", "Since", 1.6),
        ),
        lines=tuple(
            (
                one.server,
                _SEVERITIES.get(one.severity, one.severity),
                _what(one, gone=bool(asked) and one.server not in asked),
                stamp(one.opened_at, m.span.zone, year=m.span.last.year),
            )
            for one in left[:TOP]
        ),
        nothing=Words("期末没有遗留项。", "Nothing was left."),
    )


def _what(one: ConditionRow, *, gone: bool) -> Words:
    zh, en = brief(one.message_zh), brief(one.message_en)
    if not gone:
        return Words(zh, en)
    return Words(
        f"{zh}（期末的巡检已没有这台设备）", f"{en} (no longer asked at the end)"
    )


_SEVERITIES = {
    "critical": Words("严重", "critical"),
    "warning": Words("警告", "warning"),
    "info": Words("提示", "info"),
}
