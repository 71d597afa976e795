"""应急演练记录: what was planned, what was done, how it was judged, what follows."""

from __future__ import annotations

from opsdesk.flows.run_papers import judging, tables
from opsdesk.flows.run_papers.pieces import (
    Case,
    answer,
    answers,
    col,
    lasting,
    listing,
    words,
)
from opsdesk.responses import naming
from opsdesk.responses.queries.year import UNHELD
from opsdesk.responses.wording import SUMMARY
from reports.documents.parts import Align
from reports.documents.record_form import Answers, Block, FormSection, Listing
from reports.documents.words import Text, Words, joined


def sections(case: Case) -> tuple[FormSection, ...]:
    """Return the record of a drill."""
    run = case.run
    script = Words("脚本与执行（目标为距发现的分钟）", "Script and course (minutes)")
    return (
        _section("一、演练方案", "1 Plan of the drill", _basics(case), _scene(case)),
        _section(
            "二、组织", "2 Organisation", tables.roles(case), judging.present(case)
        ),
        _section(
            "三、过程控制",
            "3 Control",
            tables.steps(case, Words("开始前检查", "Checked before"), run.prechecks),
            _control(case),
        ),
        _section(
            "四、脚本与执行记录",
            "4 Script and course",
            tables.steps(case, script, run.steps),
            *_rolled_back(case),
            tables.timeline(case),
            tables.evidence(case),
        ),
        _section(
            "五、用时与目标",
            "5 Times and objectives",
            tables.moments(case),
            tables.objectives(case),
        ),
        _section(
            "六、评估", "6 Evaluation", judging.evaluation(case), judging.total(case)
        ),
        _section("七、总结", "7 Summary", _summary(case), tables.improvements(case)),
        _section("八、签署", "8 Signatures", tables.signatures(case)),
    )


def _section(zh: str, en: str, *blocks: Block) -> FormSection:
    return FormSection(title=Words(zh, en), blocks=blocks)


def _basics(case: Case) -> Answers:
    run = case.run
    plan = joined((words(run.plan.title), run.plan_version), " ", " ")
    joint = Words("跨单位（甲方参加）", "joint with the customer")
    return answers(
        answer("演练名称", "Drill", run.title, wide=True),
        answer("对应预案", "Plan", plan, wide=True),
        answer("预案摘要", "Plan's hash", run.plan_sha256, wide=True),
        answer("演练方式", "Mode", words(naming.MODES[run.mode]) if run.mode else ""),
        answer("级别", "Level", words(naming.LEVELS[run.level])),
        answer("范围", "Extent", joint if run.joint else Words("机构内部", "internal")),
        answer("计划时间", "Planned for", case.at(run.planned_for)),
        answer("开始", "Began", case.at(run.started_at)),
        answer("结束", "Ended", case.at(run.ended_at)),
        answer("结果", "Outcome", _outcome(case), wide=True),
    )


def _outcome(case: Case) -> Text:
    if case.run.ended_at is None:
        return Words("未结束", "not over")
    if case.run.state in UNHELD:
        return Words("没有完成", "not completed")
    return joined((Words("完成", "completed"), *judging.objectives(case)), "；", "; ")


def _scene(case: Case) -> Answers:
    held = [one for one in case.run.plan.drills if one.mode is case.run.mode]
    if not held:
        return answers(answer("场景设置", "Scene", "", wide=True))
    one = held[0]
    return answers(
        answer("目的", "Purpose", words(case.run.plan.purpose), wide=True),
        answer("场景设置", "Scene", words(one.scene), wide=True),
        answer("安全边界与终止条件", "Safety", words(one.safety), wide=True),
        answer("计划时长", "Planned length", lasting(one.planned)),
        answer("参数", "Parameters", _parameters(case)),
    )


def _parameters(case: Case) -> str:
    return "；".join(f"{k} = {v}" for k, v in case.run.parameters.items() if v)


def _control(case: Case) -> Listing:
    run = case.run
    done, undone = Words("☑ 已做", "☑ done"), Words("□ 未做", "□ not done")
    rows: tuple[tuple[Text, bool], ...] = (
        (Words("演练前检查通过", "Checks before the drill"), bool(run.started_at)),
        (Words("指挥确认并宣布开始", "Begun by the commander"), bool(run.started_at)),
        (Words("按预案报告", "Reported as planned"), bool(tables.reports(case).lines)),
        (Words("全程记录", "Recorded throughout"), bool(run.timeline)),
        (Words("宣布结束并清理现场", "Ended and cleared up"), bool(run.ended_at)),
    )
    return listing(
        Words("过程控制检查项", "Control items"),
        (col("检查项", "Item", 120), col("结论", "Result", 40, Align.CENTER)),
        ((name, done if is_done else undone) for name, is_done in rows),
    )


def _rolled_back(case: Case) -> tuple[Listing, ...]:
    if not case.run.roll_back:
        return ()
    title = Words("回退与系统恢复", "Way back")
    return (tables.steps(case, title, case.run.roll_back),)


def _summary(case: Case) -> Answers:
    return answers(
        *(
            answer(title.zh, title.en, case.run.summary.get(name, ""), wide=True)
            for name, title in SUMMARY.items()
        )
    )
