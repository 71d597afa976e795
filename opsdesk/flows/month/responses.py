"""The chapters on emergencies, drills and restore drills, and on weekly updates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.flows.month.told import brief, column, length, stamp
from opsdesk.reporting.span import Span
from opsdesk.responses import measuring
from opsdesk.responses.models import Run
from opsdesk.responses.states import Purpose, RunState
from reports.documents.monthly import Missing, ReportSection, Table
from reports.documents.words import NOT_OBTAINED, Text, Words

Figures = dict[str, float | None]
_PURPOSES = {
    Purpose.DRILL: Words("应急演练", "drill"),
    Purpose.EMERGENCY: Words("应急响应", "emergency"),
    Purpose.RESTORE: Words("恢复演练", "restore drill"),
    Purpose.PATCHING: Words("补丁升级", "patching"),
}
_STATES = {
    RunState.PLANNED: Words("已计划", "planned"),
    RunState.READY: Words("就绪", "ready"),
    RunState.RUNNING: Words("进行中", "running"),
    RunState.PAUSED: Words("已暂停", "paused"),
    RunState.STABLE: Words("稳定观察", "stable"),
    RunState.REVIEW: Words("待总结", "in review"),
    RunState.SIGNED: Words("已签", "signed"),
    RunState.FAILED: Words("失败", "failed"),
    RunState.ABORTED: Words("已中止", "aborted"),
}
NO_BACKUPS = Words(
    "还没有备份日志的登记簿；巡检所见的备份文件时间见第 3 章的发现",
    "there is no register of backups yet; what rounds saw of backup files is among the "
    "findings of chapter 3",
)
NO_UPDATES = Words(
    "还没有每周升级检查的登记簿", "there is no register of weekly update checks yet"
)


def runs(session: Session, span: Span) -> Sequence[Run]:
    """Return the runs of plans that were started, or else opened, in a period."""
    began = Run.started_at
    query = (
        select(Run)
        .where(began >= span.since, began < span.until)
        .order_by(began, Run.id)
    )
    return session.scalars(query).all()


def done(found: Sequence[Run], purpose: Purpose) -> int:
    """Return how many runs of a purpose came to their end."""
    over = (RunState.REVIEW, RunState.SIGNED)
    return sum(run.purpose is purpose and run.state in over for run in found)


def backups(found: Sequence[Run], span: Span, figures: Figures) -> ReportSection:
    """Return the chapter on backups and restore drills."""
    figures["drills.restore"] = done(found, Purpose.RESTORE)
    return ReportSection(
        key="backups",
        title=Words("备份与恢复演练", "Backups and restore drills"),
        blocks=(
            Missing(title=Words("每日备份", "Daily backups"), reason=NO_BACKUPS),
            _table(
                Words(
                    "恢复演练（RTO/RPO 实测）",
                    "Restore drills, RTO and RPO as measured",
                ),
                [run for run in found if run.purpose is Purpose.RESTORE],
                span,
            ),
        ),
    )


def drills(found: Sequence[Run], span: Span, figures: Figures) -> ReportSection:
    """Return the chapter on emergencies, drills and weekly updates."""
    figures["drills.done"] = done(found, Purpose.DRILL)
    figures["drills.emergencies"] = sum(r.purpose is Purpose.EMERGENCY for r in found)
    drilled = [run for run in found if run.purpose is Purpose.DRILL]
    real = [run for run in found if run.purpose is Purpose.EMERGENCY]
    return ReportSection(
        key="responses",
        title=Words(
            "应急响应、演练与每周升级", "Emergencies, drills and weekly updates"
        ),
        blocks=(
            _table(Words("应急响应", "Emergencies"), real, span),
            _table(Words("应急演练", "Drills"), drilled, span),
            Missing(
                title=Words("每周升级检查", "Weekly update checks"), reason=NO_UPDATES
            ),
        ),
    )


def _table(title: Words, found: Sequence[Run], span: Span) -> Table:
    return Table(
        title=title,
        columns=(
            column("编号", "Number", 2.9),
            column("名称", "Title", 3.6),
            column("类型", "Kind", 1.4),
            column("级别", "Level", 0.9),
            column("开始", "Began", 1.5),
            column("用时", "Took", 1.5),
            column("目标达成", "Objectives", 1.5),
            column("状态", "State", 1.2),
        ),
        lines=tuple(
            (
                run.number,
                brief(run.title, 50),
                _PURPOSES[run.purpose],
                run.level.value,
                stamp(run.started_at, span.zone),
                _took(run),
                _met(run),
                _STATES[run.state],
            )
            for run in found
        ),
        nothing=Words("本期登记簿中没有。", "The register has none in this period."),
        formula=Words(
            "本期开始的；用时为开始到结束的日历时间；目标达成为签署时按实测冻结的结论。",
            "those begun in the period; calendar time from beginning to end; objectives as "
            "measured and frozen when signed.",
        ),
    )


def _took(run: Run) -> Text:
    if run.started_at is None or run.ended_at is None:
        return "—"
    return length((run.ended_at - run.started_at).total_seconds())


def _met(run: Run) -> Text:
    if run.deviated is None:
        return NOT_OBTAINED
    if run.deviated:
        return Words("未达成", "missed")
    came = measuring.from_json((run.result or {}).get("objectives", ()))
    if unknown := sum(one.met is None for one in came):
        return Words(
            f"测得的达成，{unknown} 项未测得", f"{unknown} not measured, others met"
        )
    return Words("达成", "met")
