"""The chapter on incidents: how many, how the contract's clocks were kept, every breach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from opsdesk.flows.month.material import Material, breaches
from opsdesk.flows.month.steps import steps
from opsdesk.flows.month.told import brief, change, column, count, length, share, stamp
from opsdesk.flows.registers import BY_KIND
from opsdesk.reporting.queries.tickets import Register, TicketRow, attained
from opsdesk.tickets.models import Kind
from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.monthly import MonthlyReport, ReportSection, Table
from reports.documents.words import NOT_OBTAINED, Text, Words

CLOCKS = {
    "response": Words("响应（1 小时）", "Response (1 h)"),
    "restored": Words("恢复", "Restored"),
    "released": Words("发布", "Released"),
    "plan": Words("修改计划", "Modification plan"),
}


def chapter(m: Material, figures: dict[str, float | None]) -> ReportSection:
    """Return the chapter; its figures are entered under "incidents."."""
    found = m.registers[Kind.INCIDENT]
    enter(found, figures, "incidents")
    for name in CLOCKS:
        kept = attained(found.opened, name)
        figures[f"clocks.{name}.n"], figures[f"clocks.{name}.met"] = kept.n, kept.met
    return ReportSection(
        key="incidents",
        title=Words("事件与时限", "Incidents and the contract's clocks"),
        blocks=(
            flow(m, found, Words("事件", "Incidents")),
            _attained(m, found),
            _groups(found),
            *_chart(m, found),
            grouped(
                found.opened,
                "cause_class",
                Words("按原因分类", "By class of cause"),
                Kind.INCIDENT,
            ),
            _breached(m, found),
            _complex(m, found),
        ),
    )


def enter(found: Register, figures: dict[str, float | None], name: str) -> None:
    """Enter what flowed through a register."""
    figures[f"{name}.carried"] = found.carried
    figures[f"{name}.opened"] = len(found.opened)
    figures[f"{name}.closed"] = len(found.closed)
    figures[f"{name}.left"] = found.left
    figures[f"{name}.void"] = found.void


def closed_by(row: TicketRow, until: datetime) -> bool:
    """Tell whether a record was closed before a moment."""
    return row.closed_at is not None and row.closed_at < until


def flow(m: Material, found: Register, title: Words) -> Table:
    """Return what came in and went out, beside the period before."""
    before = len(found.before) if m.before_known else None
    return Table(
        title=Words(f"{title.zh}受理与关闭", f"{title.en}: opened and closed"),
        columns=(
            column("期初未结", "Carried over", 1.5, right=True),
            column("本期新增", "Opened", 1.5, right=True),
            column("上期新增", "Opened before", 1.5, right=True),
            column("环比", "Difference", 1.2, right=True),
            column("本期关闭", "Closed", 1.5, right=True),
            column("期末未结", "Left", 1.5, right=True),
            column("作废", "Void", 1, right=True),
        ),
        lines=(
            (
                str(found.carried),
                str(len(found.opened)),
                count(before),
                change(len(found.opened), before),
                str(len(found.closed)),
                str(found.left),
                str(found.void),
            ),
        ),
        formula=Words(
            "期末未结＝期初未结＋本期新增−本期关闭；作废单不计入其余各数，编号保留。",
            "left = carried over + opened − closed; void records are in no other figure.",
        ),
    )


def _attained(m: Material, found: Register) -> Table:
    lines: list[tuple[Text, ...]] = []
    for name, label in CLOCKS.items():
        now, old = attained(found.opened, name), attained(found.before, name)
        lines.append(
            (
                label,
                str(now.n),
                str(now.met),
                str(now.n - now.met),
                share(now.met, now.n),
                share(old.met, old.n) if m.before_known else NOT_OBTAINED,
                length(now.mean),
                length(now.p90),
            )
        )
    return Table(
        title=Words("时限达成", "How the clocks were kept"),
        columns=(
            column("时限", "Clock", 2.2),
            column("单数 n", "n", 1, right=True),
            column("达标", "Met", 1, right=True),
            column("超时", "Late", 1, right=True),
            column("达成率", "Attained", 1.3, right=True),
            column("上期", "Before", 1.3, right=True),
            column("平均", "Mean", 2, right=True),
            column("P90", "P90", 2, right=True),
        ),
        lines=tuple(lines),
        formula=Words(
            "统计对象为本期受理、生成报告时已关闭的事件，时限按关闭时冻结的结果；达成率＝达标÷n。"
            "一般故障当日恢复并发布，复杂故障三日；平均与 P90 为服务时间。"
            "生成报告时仍未关闭的事件不在 n 内。",
            "cohort: incidents opened in the period and closed by now, clocks as frozen "
            "when they closed; attained = met / n. Ordinary faults are due the same day, "
            "complex ones in three; mean and P90 are service time. Open ones are not in n.",
        ),
    )


def _groups(found: Register) -> Table:
    groups: dict[str, list[TicketRow]] = {}
    for row in found.opened:
        groups.setdefault(row.priority or "/", []).append(row)
    return Table(
        title=Words("按优先级统计", "By priority"),
        columns=(
            column("优先级", "Priority", 1.4),
            column("新增", "Opened", 1.2, right=True),
            column("未关闭", "Still open", 1.2, right=True),
            *(column(w.zh, w.en, 1.8, right=True) for w in _THREE.values()),
        ),
        lines=tuple(
            (
                key,
                str(len(rows)),
                str(sum(not closed_by(r, found.until) for r in rows)),
                *(_kept(rows, name) for name in _THREE),
            )
            for key, rows in sorted(groups.items())
        ),
        formula=Words("各时限列为 达标/n（达成率）。", "each clock: met / n (share)."),
    )


_THREE = {name: CLOCKS[name] for name in ("response", "restored", "released")}


def _kept(rows: Sequence[TicketRow], name: str) -> str:
    kept = attained(rows, name)
    return f"{kept.met}/{kept.n}（{share(kept.met, kept.n)}）"


def _chart(m: Material, found: Register) -> tuple[Chart, ...]:
    """Return the chart; none where nothing came or went, as the table before it says."""
    if not found.opened and not found.closed:
        return ()
    zone, parts = m.span.zone, steps(m.span)
    opened = (row.opened_at.astimezone(zone).date() for row in found.opened)
    closed = (r.closed_at.astimezone(zone).date() for r in found.closed if r.closed_at)
    chart = Chart(
        title=Words(
            f"{parts.each.zh}新增与关闭的事件",
            f"Incidents opened and closed {parts.each.en}",
        ),
        unit=Words("件", "incidents"),
        kind=ChartKind.BARS,
        labels=parts.labels,
        series=(
            Series(name=Words("新增", "opened"), values=parts.counted(opened)),
            Series(name=Words("关闭", "closed"), values=parts.counted(closed)),
        ),
    )
    return (chart,)


def grouped(rows: Iterable[TicketRow], name: str, title: Words, kind: Kind) -> Table:
    """Return how many records hold each choice of a field."""
    counted = Counter(str(row.sheet.get(name) or "") for row in rows)
    total = sum(counted.values())
    return Table(
        title=title,
        columns=(
            column("分类", "Class", 4),
            column("件数", "Count", 1.5, right=True),
            column("占比", "Share", 1.5, right=True),
        ),
        lines=tuple(
            (choice(kind, name, key), str(n), share(n, total))
            for key, n in counted.most_common()
        ),
    )


def choice(kind: Kind, name: str, key: object) -> Text:
    """Return the words of a choice; 未填 where it was left open."""
    if not key:
        return Words("未填", "not given")
    for group in BY_KIND[kind].groups:
        for field in group.fields:
            for value, words in field.choices if field.name == name else ():
                if value == key:
                    return Words(words.zh, words.en)
    return str(key)


def _breached(m: Material, found: Register) -> Table:
    lines: list[tuple[Text, ...]] = []
    for row in found.opened:
        for name in breaches(row):
            clock = row.clock(name) or {}
            lines.append(
                (
                    row.number,
                    CLOCKS[name],
                    brief(row.title, 40),
                    length(clock["elapsed_s"]),
                    length(clock["budget_s"]),
                    _explained(m, row),
                )
            )
    return Table(
        title=_BREACHES,
        columns=(
            column("编号", "Number", 2.5),
            column("时限", "Clock", 1.9),
            column("标题", "Title", 2.3),
            column("用时", "Took", 1.7),
            column("限时", "Allowed", 1.75),
            column("说明", "Explanation", 4.25),
        ),
        lines=tuple(lines),
        nothing=Words(
            "本期受理并已关闭的事件没有超时。",
            "No clock of a closed incident was missed.",
        ),
        formula=Words(
            "与「时限达成」同一统计对象；说明取自该单写有「原因」的处理记录，没有则取修改计划。",
            "the same cohort; an explanation is a note on the record that gives a reason, "
            "else the plan.",
        ),
    )


def unexplained(record: MonthlyReport) -> list[str]:
    """Return the numbers of the incidents whose breach nobody has explained yet."""
    return list(
        dict.fromkeys(
            str(line[0])
            for section in record.sections
            for block in section.blocks
            if isinstance(block, Table) and block.title == _BREACHES
            for line in block.lines
            if line[-1] == _UNEXPLAINED
        )
    )


_BREACHES = Words("超时逐件说明", "Every breach, explained")
_UNEXPLAINED = Words("未取得（该单没有写明原因）", "not obtained (nobody wrote why)")
_REASONS = ("原因", "reason", "because", "cause")


def _explained(m: Material, row: TicketRow) -> Text:
    said = [
        note
        for note in m.notes.get(row.id, [])
        if any(word in note.lower() for word in _REASONS)
    ]
    if said:
        return brief("；".join(said), 160)
    if plan := row.sheet.get("modification_plan"):
        return Words(f"修改计划：{brief(plan, 140)}", f"Plan: {brief(plan, 140)}")
    return _UNEXPLAINED


def _complex(m: Material, found: Register) -> Table:
    rows = [
        row
        for row in found.opened
        if row.is_complex or row.sheet.get("complex_at") or row.sheet.get("plan_due_at")
    ]
    return Table(
        title=Words("复杂故障与超过一天的故障", "Complex faults, and those over a day"),
        columns=(
            column("编号", "Number", 2.9),
            column("标题", "Title", 3),
            column("专题小组", "Task force", 2),
            column("受理", "Opened", 1.4),
            column("计划应报", "Plan due", 1.4),
            column("计划报送", "Plan reported", 1.4),
            column("关闭", "Closed", 1.4),
        ),
        lines=tuple(
            (
                row.number,
                brief(row.title, 40),
                "、".join(m.names.get(n, n) for n in row.sheet.get("task_force") or ())
                or "/",
                stamp(row.opened_at, m.span.zone),
                _iso(m, row, "plan_due_at"),
                _iso(m, row, "plan_reported_at"),
                stamp(
                    row.closed_at if closed_by(row, found.until) else None, m.span.zone
                ),
            )
            for row in rows
        ),
    )


def _iso(m: Material, row: TicketRow, name: str) -> str:
    said = row.sheet.get(name)
    return stamp(datetime.fromisoformat(said), m.span.zone) if said else "/"
