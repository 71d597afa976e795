"""The chapters on problems, changes and releases, repairs and the library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from opsdesk.flows.month.incidents import choice, enter, flow, grouped
from opsdesk.flows.month.material import Material
from opsdesk.flows.month.told import brief, column, length, share, stamp
from opsdesk.flows.registers import BY_KIND
from opsdesk.reporting.queries.tickets import Register, TicketRow
from opsdesk.tickets.models import Kind
from reports.documents.monthly import Paragraph, ReportSection, Table
from reports.documents.words import Text, Words

Figures = dict[str, float | None]


def state_words(kind: Kind, state: str) -> Text:
    """Return what a state is called."""
    found = BY_KIND[kind].by_state[state].label
    return Words(found.zh, found.en)


def touched(found: Register) -> list[TicketRow]:
    """Return what was opened or closed in the period, each once, in order."""
    return list({row.id: row for row in (*found.closed, *found.opened)}.values())


_PROBLEMS = (
    column("编号", "Number", 2.9),
    column("标题", "Title", 3),
    column("合同归属", "Clause", 1.4),
    column("根本原因", "Root cause", 3.4),
    column("措施", "Measure", 3.4),
    column("状态", "State", 1.3),
)


def problems(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter on problems."""
    found = m.registers[Kind.PROBLEM]
    enter(found, figures, "problems")
    return ReportSection(
        key="problems",
        title=Words("问题", "Problems"),
        blocks=(
            flow(m, found, Words("问题", "Problems")),
            grouped(
                found.opened, "category", Words("按类别", "By category"), Kind.PROBLEM
            ),
            Table(
                title=Words("本期新增与关闭的问题", "Problems opened and closed"),
                columns=_PROBLEMS,
                lines=tuple(
                    (
                        row.number,
                        brief(row.title, 40),
                        row.sheet.get("contract_clause") or "/",
                        brief(row.sheet.get("root_cause") or "/"),
                        brief(
                            row.sheet.get("permanent_fix")
                            or row.sheet.get("workaround")
                            or "/"
                        ),
                        state_words(Kind.PROBLEM, row.state),
                    )
                    for row in touched(found)
                ),
                formula=Words(
                    "状态为报告期截止时的状态。",
                    "the state is that of the cut-off.",
                ),
            ),
        ),
    )


def changes(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter on changes and releases."""
    change, release = m.registers[Kind.CHANGE], m.registers[Kind.RELEASE]
    enter(change, figures, "changes")
    enter(release, figures, "releases")
    back = _rolled_back(change.closed)
    figures["changes.rolled_back"] = back
    figures["releases.rolled_back"] = _rolled_back(release.closed)
    unexplained = sum(d.state == "open" for d in m.drift.drifts)
    figures["changes.unauthorised"] = unexplained
    good = len(change.closed) - back
    return ReportSection(
        key="changes",
        title=Words("变更与发布", "Changes and releases"),
        blocks=(
            flow(m, change, Words("变更", "Changes")),
            Paragraph(
                text=Words(
                    f"本期关闭变更 {len(change.closed)} 项，回退 {back} 项，成功率 "
                    f"{share(good, len(change.closed))}（1−回退÷本期关闭）；巡检发现尚无变更说明的"
                    f"配置差异 {unexplained} 项。",
                    f"{len(change.closed)} changes were closed, {back} rolled back: "
                    f"{share(good, len(change.closed))} successful; {unexplained} differences "
                    "found by rounds have no change behind them yet.",
                )
            ),
            _changes(m, change),
            flow(m, release, Words("发布", "Releases")),
            _releases(m, release),
        ),
    )


def _rolled_back(rows: Iterable[TicketRow]) -> int:
    return sum(bool(row.sheet.get("rolled_back_at")) for row in rows)


def _changes(m: Material, found: Register) -> Table:
    return Table(
        title=Words("变更清单", "The changes"),
        columns=(
            column("编号", "Number", 2.9),
            column("名称", "Name", 3.6),
            column("级别", "Class", 1.1),
            column("计划窗口起", "Window", 1.7),
            column("结果", "Result", 1.3),
            column("回退", "Rolled back", 1),
            column("状态", "State", 1.3),
            column("验证人", "Verified by", 1.8),
        ),
        lines=tuple(
            (
                row.number,
                brief(row.title, 50),
                choice(Kind.CHANGE, "change_kind", row.sheet.get("change_kind")),
                _moment(m, row, "window_from"),
                _result(row),
                _yes(row.sheet.get("rolled_back_at")),
                state_words(Kind.CHANGE, row.state),
                m.names.get(row.sheet.get("verified_by") or "", "/"),
            )
            for row in touched(found)
        ),
    )


def _result(row: TicketRow) -> Text:
    """Return how a change ended; one that was rolled back says so by itself."""
    said = row.sheet.get("actual_result")
    if not said and row.sheet.get("rolled_back_at"):
        return Words("已回退", "rolled back")
    return choice(Kind.CHANGE, "actual_result", said)


def _releases(m: Material, found: Register) -> Table:
    return Table(
        title=Words("发布清单与版本对照", "The releases, versions before and after"),
        columns=(
            column("编号", "Number", 2.9),
            column("名称", "Name", 3.6),
            column("模块", "Module", 1.5),
            column("发布前", "Before", 1.3),
            column("发布后", "After", 1.3),
            column("发布时间", "Deployed", 1.6),
            column("回退", "Rolled back", 1),
            column("状态", "State", 1.3),
        ),
        lines=tuple(
            (
                row.number,
                brief(row.title, 50),
                row.module or "/",
                row.sheet.get("version_from") or "/",
                row.sheet.get("version_to") or "/",
                _moment(m, row, "deployed_at"),
                _yes(row.sheet.get("rolled_back_at")),
                state_words(Kind.RELEASE, row.state),
            )
            for row in touched(found)
        ),
    )


def _yes(value: object) -> Words:
    return Words("是", "yes") if value else Words("否", "no")


def _moment(m: Material, row: TicketRow, name: str) -> str:
    said = row.sheet.get(name)
    return stamp(datetime.fromisoformat(said), m.span.zone) if said else "/"


def repairs(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter on repairs, dates that end, and the configuration library."""
    found = m.registers[Kind.REPAIR]
    enter(found, figures, "repairs")
    figures["library.items"] = m.drift.items
    return ReportSection(
        key="repairs",
        title=Words("硬件维修与配置库", "Repairs and the configuration library"),
        blocks=(
            flow(m, found, Words("维修", "Repairs")),
            _repairs(found),
            _ends(m),
            _revisions(m),
        ),
    )


def _repairs(found: Register) -> Table:
    return Table(
        title=Words("维修清单", "The repairs"),
        columns=(
            column("编号", "Number", 2.9),
            column("设备", "Device", 1.8),
            column("故障现象", "Symptom", 3.4),
            column("方式", "Way", 1.3),
            column("更换（旧→新）", "Replaced", 2.4),
            column("用时", "Took", 1.5),
            column("状态", "State", 1.2),
        ),
        lines=tuple(
            (
                row.number,
                row.sheet.get("device_name") or "/",
                brief(row.sheet.get("symptom") or "/", 60),
                choice(Kind.REPAIR, "way", row.sheet.get("way")),
                brief("；".join(_swapped(row)) or "/", 60),
                length(
                    (row.closed_at - row.opened_at).total_seconds()
                    if row.closed_at
                    else None
                ),
                state_words(Kind.REPAIR, row.state),
            )
            for row in touched(found)
        ),
        formula=Words(
            "用时为申请到关闭的日历时间。", "calendar time from applying to closing."
        ),
    )


def _swapped(row: TicketRow) -> list[str]:
    return [
        f"{p.get('old', '')}→{p.get('new', '')}"
        for p in row.sheet.get("replaced") or ()
    ]


def _ends(m: Material) -> Table:
    return Table(
        title=Words(
            "期末起 90 天内到期（质保、许可、合同）",
            "Ending within 90 days of the period's end",
        ),
        columns=(
            column("编号", "Code", 2),
            column("名称", "Name", 3),
            column("内容", "What", 2),
            column("到期日", "Day", 1.6),
            column("剩余天数", "Days left", 1.4, right=True),
        ),
        lines=tuple(
            (
                due.code,
                due.name,
                Words(due.field.label.zh, due.field.label.en),
                f"{due.day}",
                str(due.days),
            )
            for due in m.drift.ends
        ),
    )


def _revisions(m: Material) -> Table:
    return Table(
        title=Words("配置库修订", "Revisions of the library"),
        columns=(
            column("原因", "Cause", 4),
            column("次数", "Revisions", 2, right=True),
        ),
        lines=tuple(
            (_CAUSES.get(cause, cause), str(n))
            for cause, n in sorted(m.drift.revisions.items())
        ),
        formula=Words(
            f"期末台账共 {m.drift.items} 项；每项每次修订计 1 次。",
            f"the library holds {m.drift.items} items; each revision of each counts.",
        ),
    )


_CAUSES = {
    "change": Words("变更", "change"),
    "release": Words("发布", "release"),
    "repair": Words("维修", "repair"),
    "import": Words("导入", "import"),
    "drift": Words("巡检差异经人确认", "difference confirmed"),
    "correction": Words("更正", "correction"),
    "found": Words("巡检首次取得", "first found by a round"),
}
