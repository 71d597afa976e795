"""The chapter on the system's health: reached or not, resources, days until full."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from opsdesk.flows.month.fleet import came_and_went
from opsdesk.flows.month.material import SLOTS, Material
from opsdesk.flows.month.steps import Steps, steps
from opsdesk.flows.month.told import NONE, column, share
from opsdesk.inspections.queries.month import VisitRow
from probes.catalogue.forecast import days_to_full
from probes.probe import Sample
from probes.server import Kind
from probes.transcript import Outcome
from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.monthly import Missing, Paragraph, ReportSection, Table
from reports.documents.words import NOT_OBTAINED, Text, Words

HEARD = frozenset(
    {Outcome.ANSWERED.value, Outcome.PARTIAL.value, Outcome.TRUNCATED.value}
)
DRAWN = 5
_DISK = re.compile(r"filesystem_used_percent\{(.*)\}")


def chapter(m: Material, figures: dict[str, float | None]) -> ReportSection:
    """Return the chapter; its figures are entered under "health."."""
    asked = [v for v in m.visits if v.outcome is not None]
    heard = [v for v in asked if v.outcome in HEARD]
    figures["health.asked"], figures["health.heard"] = len(asked), len(heard)
    found = disks(m)
    return ReportSection(
        key="health",
        title=Words("系统运行情况", "Health and availability"),
        blocks=(
            Paragraph(
                text=Words(
                    f"本期定时巡检共访问设备 {len(asked)} 台次，取得应答 {len(heard)} 台次，"
                    f"巡检连通率 {share(len(heard), len(asked))}。",
                    f"Scheduled rounds asked devices {len(asked)} times and were answered "
                    f"{len(heard)} times: {share(len(heard), len(asked))}.",
                )
            ),
            _kinds(asked),
            came_and_went(m),
            Missing(
                title=Words("业务可用率（分钟口径）", "Availability by the minute"),
                reason=Words(
                    "运维台每天巡检三次，不连续测量业务是否可用，不能由三次抽样推算停机分钟数；"
                    "上表的连通率不是可用率",
                    "the desk asks three times a day and does not measure without a break; "
                    "no minutes of outage can be told from that, and the share above is "
                    "not an availability",
                ),
            ),
            _disks(m, found, figures),
            *_chart(m, found),
            _resources(m),
        ),
    )


_KINDS = (
    column("类别", "Kind", 4),
    column("设备数", "Devices", 1.3, right=True),
    column("访问台次", "Asked", 1.5, right=True),
    column("未应答", "Unanswered", 1.5, right=True),
    column("连通率", "Share", 1.5, right=True),
)


def _kinds(asked: list[VisitRow]) -> Table:
    counted: dict[str, Counter[str]] = {}
    servers: dict[str, set[str]] = {}
    for visit in asked:
        row = counted.setdefault(visit.kind, Counter())
        row["asked"] += 1
        row["heard"] += visit.outcome in HEARD
        servers.setdefault(visit.kind, set()).add(visit.server)
    return Table(
        title=Words("各类设备巡检连通情况", "Answers by kind of device"),
        columns=_KINDS,
        lines=(
            *(
                (
                    kind_words(kind),
                    str(len(servers[kind])),
                    str(row["asked"]),
                    str(row["asked"] - row["heard"]),
                    share(row["heard"], row["asked"]),
                )
                for kind, row in counted.items()
            ),
            (
                Words("合计", "All"),
                str(sum(map(len, servers.values()))),
                str(len(asked)),
                str(len(asked) - sum(r["heard"] for r in counted.values())),
                share(sum(r["heard"] for r in counted.values()), len(asked)),
            ),
        ),
        total=True,
        formula=Words(
            "连通率＝取得全部或部分应答的台次÷定时巡检访问的台次；改名的设备按当时的名称计。",
            "share = visits answered wholly or in part / visits of scheduled rounds; a "
            "renamed device counts under the name it then had.",
        ),
    )


def kind_words(kind: str) -> Text:
    """Return what a kind of device is called."""
    if kind not in set(Kind):
        return kind
    found = Kind(kind).words
    return Words(found.zh, found.en)


Disks = dict[tuple[str, str], list[Sample]]


def disks(m: Material) -> Disks:
    """Return every file system's readings, oldest first."""
    found: Disks = {}
    for visit in m.visits:
        for key, value in visit.readings.items():
            if visit.began_at and (mount := _DISK.fullmatch(key)):
                found.setdefault((visit.server, mount[1]), []).append(
                    Sample(visit.began_at, value)
                )
    return found


def forecast(samples: list[Sample]) -> int | None:
    """Return in how many days after the last reading it is full; None: not soon."""
    last = samples[-1]
    return days_to_full(samples[:-1], last.value, at=last.at)


_DISKS = (
    column("设备", "Server", 2),
    column("分区", "Mount", 2),
    column("期初 %", "First %", 1.1, right=True),
    column("期末 %", "Last %", 1.1, right=True),
    column("增量", "Growth", 1, right=True),
    column("最高 %", "Most %", 1.1, right=True),
    column("预计写满", "Full in", 1.8, right=True),
)


def _disks(m: Material, found: Disks, figures: dict[str, float | None]) -> Table:
    asked = m.last_asked
    rows = []
    for (server, mount), samples in found.items():
        days = forecast(samples) if server in asked else None
        rows.append((days, -samples[-1].value, server, mount, samples))
    rows.sort(key=lambda r: (r[0] is None, r[0] or 0, r[1], r[2]))
    figures["capacity.filesystems"] = len(rows)
    figures["capacity.filling"] = sum(r[0] is not None for r in rows)
    return Table(
        title=Words(
            "容量与预计写满天数（最紧的 20 个分区）",
            "Capacity: the tightest 20 file systems",
        ),
        columns=_DISKS,
        lines=tuple(
            (server, mount, *_course(samples), _full(days, gone=server not in asked))
            for days, _last, server, mount, samples in rows[:20]
        ),
        nothing=NOT_OBTAINED,
        formula=Words(
            "预计写满＝（100−期末）÷读数两两斜率的中位数（Theil–Sen），取本期最后 90 次读数；"
            "少于 7 天的读数、没有增长或一年内不会写满的记「—」；期末的巡检已没有的设备不预计，"
            "「期末」为其最后一次读数；增量为百分点。",
            "full in = (100 − last) / the median of the slopes between all readings of the "
            "last 90 (Theil–Sen); — with less than 7 days of them, without growth, or "
            "beyond a year; nothing is foretold of a device that was no longer asked at "
            "the end, whose last reading stands as it was.",
        ),
    )


def _course(samples: list[Sample]) -> tuple[str, ...]:
    first, last = samples[0].value, samples[-1].value
    most = max(s.value for s in samples)
    return f"{first:g}", f"{last:g}", f"{last - first:+g}", f"{most:g}"


def _full(days: int | None, *, gone: bool) -> Text:
    if gone:
        return Words("已不在巡检", "no longer asked")
    return NONE if days is None else Words(f"{days} 天", f"{days} days")


def _chart(m: Material, every: Disks) -> tuple[Chart, ...]:
    """Return the chart; none where nothing was read, as the table before it says."""
    found = sorted(every.items(), key=lambda one: one[1][-1].value, reverse=True)
    if not found:
        return ()
    parts = steps(m.span)
    chart = Chart(
        title=Words("已用空间最高的分区", "The fullest file systems"),
        unit="%",
        kind=ChartKind.LINES,
        labels=parts.labels,
        series=tuple(
            Series(name=f"{server} {mount}", values=_lasts(m, parts, samples))
            for (server, mount), samples in found[:DRAWN]
        ),
        formula=Words(
            f"{parts.each.zh}最后一次读数；没有读数的断开。",
            f"the last reading of {parts.each.en}; a gap where there is none.",
        ),
    )
    return (chart,)


def _lasts(
    m: Material, parts: Steps, samples: Iterable[Sample]
) -> tuple[float | None, ...]:
    last: dict[int, float] = {}
    for sample in samples:
        day = sample.at.astimezone(m.span.zone).date()
        if day in parts.of:
            last[parts.of[day]] = sample.value
    return tuple(last.get(n) for n in range(len(parts.labels)))


_RESOURCES = (
    ("cpu_used_percent{}", Words("CPU", "CPU")),
    ("memory_used_percent{}", Words("内存", "Memory")),
)


def _resources(m: Material) -> Table:
    kept: dict[str, dict[str, list[float]]] = {}
    for visit in m.visits:
        if visit.slot in SLOTS and visit.readings:
            row = kept.setdefault(visit.server, {})
            for key, _words in _RESOURCES:
                if key in visit.readings:
                    row.setdefault(key, []).append(visit.readings[key])
    return Table(
        title=Words("CPU 与内存（%）", "CPU and memory (%)"),
        columns=(
            column("设备", "Server", 2.4),
            column("读数", "Readings", 1, right=True),
            column("CPU 均值", "CPU mean", 1.2, right=True),
            column("CPU 峰值", "CPU most", 1.2, right=True),
            column("内存均值", "Memory mean", 1.2, right=True),
            column("内存峰值", "Memory most", 1.2, right=True),
        ),
        lines=tuple(
            (
                server,
                str(max(map(len, row.values()))),
                *(text for key, _w in _RESOURCES for text in _mean(row.get(key))),
            )
            for server, row in kept.items()
            if row
        ),
        nothing=NOT_OBTAINED,
        formula=Words(
            "定时巡检时刻的读数，不是连续采样；没有操作系统读数的设备（如防火墙）不在表内。",
            "readings at the times of the rounds, no continuous sampling; devices without "
            "such readings (firewalls) are not listed.",
        ),
    )


def _mean(values: list[float] | None) -> tuple[Text, Text]:
    if not values:
        return NOT_OBTAINED, NOT_OBTAINED
    return f"{sum(values) / len(values):.1f}", f"{max(values):g}"
