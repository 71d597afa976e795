"""应急响应服务记录: a real emergency from the first sign to the last signature."""

from __future__ import annotations

from datetime import timedelta

from opsdesk.flows.run_papers import judging, tables
from opsdesk.flows.run_papers.pieces import (
    Case,
    answer,
    answers,
    col,
    lasting,
    listing,
    moment_of,
    words,
)
from opsdesk.responses import naming
from opsdesk.responses.queries.year import UNHELD
from opsdesk.responses.states import What
from opsdesk.responses.views import Entry
from opsdesk.responses.wording import SUMMARY, Signing
from reports.documents.record_form import Answers, Block, FormSection, Listing
from reports.documents.words import Text, Words, joined
from runbooks.plan import Clock, Phase


def sections(case: Case) -> tuple[FormSection, ...]:
    """Return the record of an emergency."""
    run = case.run
    verified = [one for one in run.steps if one.phase is Phase.VERIFY]
    return (
        _section("一、基本情况", "1 Basics", _basics(case), _judged(case)),
        _section(
            "二、时间与目标",
            "2 Times and objectives",
            tables.moments(case),
            tables.objectives(case),
        ),
        _section(
            "三、报告与升级",
            "3 Reports and escalation",
            tables.reports(case),
            tables.ladder(case),
            tables.deliveries(case),
        ),
        _section("四、组织与资源", "4 People", tables.roles(case), *_present(case)),
        _section(
            "五、处置过程",
            "5 What was done",
            tables.steps(case, Words("处置步骤", "Steps"), run.steps),
            *_rolled_back(case),
            tables.timeline(case),
        ),
        _section("六、证据", "6 Evidence", tables.evidence(case)),
        _section(
            "七、恢复验证",
            "7 Verification",
            tables.steps(case, Words("验证项", "Verified"), verified),
        ),
        _section("八、评估与总结", "8 Evaluation and summary", *_lessons(case)),
        _section("九、签署", "9 Signatures", tables.signatures(case, _PENS)),
    )


_PENS = {
    Signing.COMMANDER: Words("技术组长", "Technical lead"),
    Signing.CUSTOMER: Words("乙方项目经理", "Contractor's project manager"),
}
"""Who signs the form of an emergency with a pen: the desk does not know them apart."""


def _section(zh: str, en: str, *blocks: Block) -> FormSection:
    return FormSection(title=Words(zh, en), blocks=blocks)


def _basics(case: Case) -> Answers:
    run = case.run
    plan = joined((words(run.plan.title), run.plan_version), " ", " ")
    return answers(
        answer("事件名称", "Event", run.title, wide=True),
        answer("对应预案", "Plan", plan, wide=True),
        answer("预案摘要", "Plan's hash", run.plan_sha256, wide=True),
        answer("类型", "Kind", Words("☑ 真实　□ 演练", "☑ real  □ drill")),
        answer("事件级别", "Level", words(naming.LEVELS[run.level])),
        answer("关联事件单", "Incident", run.incident),
        answer("声明人", "Declared by", case.called(run.opened_by)),
        answer("声明时间", "Declared at", case.at(run.opened_at)),
        answer("解除时间", "Ended", case.at(run.ended_at)),
        answer("到场用时", "On site after", _on_site(case)),
        answer("恢复用时", "Restored after", _restored(case)),
        answer("结论", "Outcome", _outcome(case), wide=True),
    )


def _on_site(case: Case) -> Text:
    """From the answer to the arrival: the contract's fifteen minutes."""
    return lasting(_between(case, Clock.ACKNOWLEDGED, Clock.ON_SITE))


def _restored(case: Case) -> Text:
    return lasting(_between(case, Clock.DETECTED, Clock.RESTORED))


def _between(case: Case, first: Clock, last: Clock) -> timedelta | None:
    began, ended = moment_of(case.run, first), moment_of(case.run, last)
    return ended - began if began and ended else None


def _outcome(case: Case) -> Text:
    run = case.run
    if run.ended_at is None:
        return Words("处置中", "being dealt with")
    if run.state in UNHELD:
        return Words("没有完成", "not completed")
    said = (Words("已处置", "dealt with"), *judging.objectives(case))
    return joined(said, "；", "; ")


def _judged(case: Case) -> Listing:
    judged = [e for e in case.run.timeline if e.what in (What.OPENED, What.LEVEL)]
    return listing(
        Words("判级与调整", "Level judged and changed"),
        (
            col("时间", "Time", 32),
            col("判定", "Judged", 100),
            col("判定人", "By", 28),
        ),
        ((case.at(e.at), _level(e), case.called(e.by)) for e in judged),
    )


def _level(entry: Entry) -> Text:
    """Say which level was judged, and why where it was changed."""
    detail = entry.detail
    found = str(detail.get("to") or detail.get("level") or "")
    known = next((said for one, said in naming.LEVELS.items() if one == found), None)
    level: Text = words(known) if known else found
    return joined((level, entry.text), "：", ": ") if entry.text else level


def _rolled_back(case: Case) -> tuple[Listing, ...]:
    if not case.run.roll_back:
        return ()
    return (tables.steps(case, Words("回退", "Way back"), case.run.roll_back),)


def _present(case: Case) -> tuple[Block, ...]:
    return (judging.present(case),) if case.run.attendance else ()


def _lessons(case: Case) -> tuple[Block, ...]:
    return (*_evaluation(case), _summary(case), tables.improvements(case))


def _evaluation(case: Case) -> tuple[Block, ...]:
    """Print how an emergency was judged, where somebody judged it."""
    if not any(one.score is not None for one in case.run.evaluation):
        return ()
    return (judging.evaluation(case), judging.total(case))


def _summary(case: Case) -> Answers:
    return answers(
        *(
            answer(title.zh, title.en, case.run.summary.get(name, ""), wide=True)
            for name, title in SUMMARY.items()
        )
    )
