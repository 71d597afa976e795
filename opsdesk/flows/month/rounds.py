"""The chapter on the rounds: held, late, missed and why; what they found."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time

from opsdesk.flows.month.material import HELD, SLOTS, Material
from opsdesk.flows.month.told import brief, change, column, count, share, stamp
from opsdesk.inspections.models import Slot, Status
from opsdesk.inspections.paper_words import SLOTS as SLOT_WORDS
from opsdesk.inspections.queries.month import RoundRow
from probes import catalogue
from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.monthly import Block, Paragraph, ReportSection, Table
from reports.documents.words import Text, Words

TOP = 25
NO_RECORD = Words(
    "没有记录，运维台当时没有运行", "there is no record: the desk was not running"
)
_PROBES = {probe.name: probe.title for probe in catalogue.PROBES}


class Slots:
    """The slots of a period that were due by the cut-off, and what became of each."""

    def __init__(
        self, m: Material, rows: list[RoundRow], days: tuple[date, ...]
    ) -> None:
        self.rows = {(r.day, r.slot): r for r in rows if r.slot in SLOTS}
        self.due = [
            (day, slot)
            for day in days
            for slot in SLOTS
            if _due(m, day, slot) <= m.cut_off
        ]
        found = [self.rows.get(key) for key in self.due]
        self.done = sum(r is not None and r.status in HELD for r in found)
        self.late = sum(r is not None and r.status in HELD and r.late for r in found)
        self.missed = sum(r is not None and r.status is Status.MISSED for r in found)
        self.unrecorded = sum(r is None for r in found)
        self.signed = sum(r is not None and r.status is Status.SIGNED for r in found)
        self.under_way = len(found) - self.done - self.missed - self.unrecorded

    @property
    def counts(self) -> tuple[int, ...]:
        return (
            len(self.due),
            self.done,
            self.late,
            self.missed,
            self.unrecorded,
            self.signed,
        )


_COUNTED = (
    Words("应巡检", "Due"),
    Words("完成", "Held"),
    Words("其中迟巡", "Late among these"),
    Words("登记为未巡检", "Missed"),
    Words("没有记录", "No record"),
    Words("已签名", "Signed"),
)


def _due(m: Material, day: date, slot: Slot) -> datetime:
    times: dict[str, time] = dict(m.settings.inspections.slots)
    start = m.settings.contract.start
    at = datetime.combine(day, times[slot.value], m.span.zone)
    if start is not None and day < start:
        return datetime.max.replace(tzinfo=m.span.zone)
    return at


def chapter(m: Material, figures: dict[str, float | None]) -> ReportSection:
    """Return the chapter; its figures are entered under "rounds."."""
    now = Slots(m, m.rounds, m.span.days)
    before = Slots(m, m.rounds_before, m.span.before.days) if m.before_known else None
    for name in ("done", "late", "missed", "unrecorded", "signed"):
        figures[f"rounds.{name}"] = getattr(now, name)
    figures["rounds.due"] = len(now.due)
    adhoc = sum(r.slot is Slot.ADHOC for r in m.rounds)
    figures["rounds.adhoc"] = adhoc
    return ReportSection(
        key="rounds",
        title=Words("日常巡检", "Rounds"),
        blocks=(
            _summary(now, adhoc),
            _counts(now, before),
            _weeks(m),
            _missed(now),
            _daily(m),
            *_findings(m, figures),
        ),
    )


def _summary(now: Slots, adhoc: int) -> Paragraph:
    n = len(now.due)
    return Paragraph(
        text=Words(
            f"本期应巡检 {n} 次，完成 {now.done} 次（其中迟巡 {now.late} 次），"
            f"登记为未巡检 {now.missed} 次，没有任何记录 {now.unrecorded} 次，"
            f"完成率 {share(now.done, n)}；已签名 {now.signed} 次。另有临时巡检 {adhoc} 次。",
            f"{n} rounds were due and {now.done} held ({now.late} of them late); "
            f"{now.missed} are recorded as missed, {now.unrecorded} have no record: "
            f"{share(now.done, n)}. {now.signed} are signed. {adhoc} more were held ad hoc.",
        )
    )


def _counts(now: Slots, before: Slots | None) -> Table:
    former = before.counts if before else (None,) * len(_COUNTED)
    rows = zip(_COUNTED, now.counts, former, strict=True)
    return Table(
        title=Words("巡检完成情况与上期对比", "Rounds, and the period before"),
        columns=(
            column("项目", "Item", 4),
            column("本期", "This period", 2, right=True),
            column("上期", "Before", 2, right=True),
            column("增减", "Difference", 2, right=True),
        ),
        lines=tuple(
            (label, str(n), count(old), change(n, old)) for label, n, old in rows
        ),
        formula=Words(
            "应巡检＝截止时间前已到时点的早、中、晚时段；完成率＝完成÷应巡检；"
            "上期数据不完整时写「未取得」。",
            "due = morning, noon and evening slots that had come by the cut-off; share = "
            "held / due; where the period before is not wholly on record it says so.",
        ),
    )


def _weeks(m: Material) -> Chart:
    labels, series = [], {name: [] for name in _STATES}  # type: ignore[var-annotated]
    by_day: dict[date, Counter[str]] = {}
    for row in m.rounds:
        if row.slot in SLOTS and row.status in HELD:
            by_day.setdefault(row.day, Counter()).update(row.counts)
    for day in m.span.days:
        labels.append(f"{day.day}" if len(m.span.days) <= _MONTH else f"{day:%m-%d}")
        for name, values in series.items():
            held = by_day.get(day)
            values.append(None if held is None else float(held[name]))
    return Chart(
        title=Words("每日巡检结论", "What each day's rounds found"),
        unit=Words("台次", "visits"),
        kind=ChartKind.STACKED,
        labels=tuple(labels),
        series=tuple(
            Series(name=_STATES[name], values=tuple(values))
            for name, values in series.items()
            if name != "normal"
        ),
        formula=Words(
            "每日早、中、晚完成的巡检中，非「正常」的设备台次；空白为全部正常或没有完成的巡检。",
            "devices of the day's scheduled rounds that were not normal; nothing is drawn "
            "where all were, or no round was held.",
        ),
    )


_MONTH = 31
_STATES = {
    "normal": Words("正常", "normal"),
    "attention": Words("关注", "attention"),
    "abnormal": Words("异常", "abnormal"),
    "unreached": Words("未连通", "unreached"),
    "unknown": Words("未检", "not checked"),
}


def _missed(now: Slots) -> Table:
    lines: list[tuple[Text, ...]] = []
    for key in now.due:
        row = now.rows.get(key)
        day = f"{key[0]:%m-%d}"
        if row is None:
            lines.append(
                (day, SLOT_WORDS[key[1]], Words("未巡检", "missed"), NO_RECORD)
            )
        elif row.status is Status.MISSED:
            lines.append(
                (day, SLOT_WORDS[key[1]], Words("未巡检", "missed"), row.reason or "/")
            )
        elif row.late:
            lines.append(
                (day, SLOT_WORDS[key[1]], Words("迟巡", "late"), row.reason or "/")
            )
    return Table(
        title=Words("迟巡与缺检的原因", "Why rounds were late or missed"),
        columns=(
            column("日期", "Day", 1.2),
            column("时段", "Round", 1),
            column("状态", "State", 1.2),
            column("原因", "Why", 8),
        ),
        lines=tuple(lines),
        nothing=Words("本期没有迟巡和缺检。", "No round was late or missed."),
    )


def _daily(m: Material) -> Table:
    weeks: dict[int, list[RoundRow]] = {}
    for row in m.rounds:
        if row.slot in SLOTS:
            weeks.setdefault(
                (row.day.day - 1) // 7
                if m.span.sort == "monthly"
                else row.day.isocalendar().week,
                [],
            ).append(row)
    lines = []
    for rows in weeks.values():
        total: Counter[str] = Counter()
        for row in rows:
            total.update(row.counts if row.status in HELD else {})
        held = sum(row.status in HELD for row in rows)
        span = f"{min(r.day for r in rows):%m-%d} – {max(r.day for r in rows):%m-%d}"
        lines.append((span, str(held), *(str(total[name]) for name in _STATES)))
    return Table(
        title=Words("按周汇总", "By week"),
        columns=(
            column("日期", "Days", 3),
            column("完成", "Held", 1.4, right=True),
            *(column(w.zh, w.en, 1.6, right=True) for w in _STATES.values()),
        ),
        lines=tuple(lines),
        formula=Words(
            "完成的巡检中各结论的设备台次（一台设备一次巡检计 1 台次）。",
            "visits of held rounds by conclusion: a device in a round counts one.",
        ),
    )


def _findings(m: Material, figures: dict[str, float | None]) -> tuple[Block, ...]:
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
    order = sorted(counted, key=lambda key: (-counted[key]["all"], key))
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
            (
                _named(key) if what == "probe" else key,
                str(counted[key]["all"]),
                str(counted[key]["critical"]),
                str(counted[key]["warning"]),
                str(counted[key]["new"]),
                str(counted[key]["open"]),
            )
            for key in order[:TOP]
        ),
        formula=Words(
            "同一设备同一现象从出现到消失计 1 项；「严重」「警告」按最后一次判定。",
            "one abnormality of one device counts once, from when it came until it went.",
        ),
    )


def _named(probe: str) -> Text:
    title = _PROBES.get(probe)
    return Words(title.zh, title.en) if title else probe


def _standing(m: Material) -> Table:
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
                Words(brief(one.message_zh), brief(one.message_en)),
                stamp(one.opened_at, m.span.zone),
            )
            for one in left[:TOP]
        ),
        nothing=Words("期末没有遗留项。", "Nothing was left."),
    )


_SEVERITIES = {
    "critical": Words("严重", "critical"),
    "warning": Words("警告", "warning"),
    "info": Words("提示", "info"),
}
