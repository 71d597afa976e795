"""应急预案: a plan as the document that is approved, filed and worked by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opsdesk.flows.run_papers.pieces import (
    answer,
    answers,
    col,
    lasting,
    listing,
    words,
)
from opsdesk.responses import naming
from opsdesk.responses.queries.plans import Freshness, Signed
from reports.documents.parts import Align
from reports.documents.record_form import (
    FormSection,
    Given,
    Listing,
    SignBox,
    SignBoxes,
)
from reports.documents.times import moment
from reports.documents.words import Text, Words, joined
from runbooks.plan import LevelRule, Plan, Proof, Step, Title

_MARKS = {
    "reviewed": Words("评审", "Reviewed"),
    "approved": Words("批准", "Approved"),
    "acknowledged": Words("学习确认", "Acknowledged"),
}


def sections(
    plan: Plan, fresh: Freshness, names: Mapping[str, str], zone: str
) -> tuple[FormSection, ...]:
    """Return the plan's chapters."""
    return (
        _section("一、总则", "1 General", _general(plan), _points(plan)),
        _section("二、组织与职责", "2 Organisation", _organisation(plan)),
        _section("三、启动与分级", "3 Activation and levels", *_levels(plan)),
        _section("四、目标", "4 Objectives", _objectives(plan)),
        _section(
            "五、处置步骤",
            "5 Steps",
            _prechecks(plan),
            _steps(Words("处置步骤", "Steps"), plan.steps),
            _steps(Words("回退步骤", "Way back"), plan.roll_back),
        ),
        _section("六、关闭与总结", "6 Closing", _closing(plan)),
        _section("七、保障", "7 Means", *_means(plan)),
        _section("八、演练与评估", "8 Drills", *_drills(plan)),
        _section(
            "九、修订、评审与批准",
            "9 Versions and approval",
            _versions(plan, fresh, names, zone),
            _boxes(fresh, names),
        ),
    )


def _section(zh: str, en: str, *blocks: object) -> FormSection:
    return FormSection(title=Words(zh, en), blocks=tuple(blocks))  # type: ignore[arg-type]


def _general(plan: Plan) -> object:
    return answers(
        answer("预案名称", "Plan", words(plan.title), wide=True),
        answer("场景", "Scenario", words(naming.SCENARIOS[plan.scenario])),
        answer("版本", "Version", plan.version),
        answer("发布日期", "Issued", plan.issued.isoformat()),
        answer(
            "评审周期",
            "Reviewed every",
            Words(f"{plan.review_every.days} 天", f"{plan.review_every.days} days"),
        ),
        answer("目的", "Purpose", words(plan.purpose), wide=True),
        answer("适用范围", "Scope", words(plan.scope), wide=True),
        answer(
            "依据",
            "Grounds",
            Words(
                "运维服务合同；参照 ITSS（GB/T 28827）。",
                "The service contract; after ITSS (GB/T 28827).",
            ),
            wide=True,
        ),
    )


def _points(plan: Plan) -> Listing:
    return _list(Words("原则", "Principles"), plan.principles)


def _list(title: Words, items: Iterable[Title]) -> Listing:
    return listing(
        title, (col("内容", "Content", 160),), ((words(one),) for one in items)
    )


def _organisation(plan: Plan) -> Listing:
    return listing(
        Words("角色与职责", "Parts and duties"),
        (col("角色", "Part", 36), col("职责", "Duty", 124)),
        ((words(role.title), words(role.duty)) for role in plan.roles),
    )


def _levels(plan: Plan) -> tuple[Listing, Listing]:
    table = listing(
        Words("分级", "Levels"),
        (
            col("级别", "Level", 24),
            col("判定（任一）", "When (any)", 60),
            col("指挥", "Command", 26),
            col("首报", "First report", 14, Align.RIGHT),
            col("续报", "Then every", 14, Align.RIGHT),
            col("恢复", "Recovery", 24),
        ),
        (_level(rule) for rule in plan.levels),
    )
    return _list(Words("启动条件（任一）", "Activation (any)"), plan.activation), table


def _level(rule: LevelRule) -> tuple[Text, ...]:
    every: Text = Words("结束时", "at the end")
    if rule.report_every is not None:
        every = lasting(rule.report_every)
    return (
        words(naming.LEVELS[rule.level]),
        joined(tuple(words(one) for one in rule.when), "；", "; "),
        words(rule.commander),
        lasting(rule.first_report),
        every,
        words(rule.recovery),
    )


def _objectives(plan: Plan) -> object:
    goals = plan.objectives
    return answers(
        answer("响应", "Acknowledged", lasting(goals.acknowledge)),
        answer("到场", "On site", lasting(goals.on_site)),
        answer("抑制", "Contained", lasting(goals.contain)),
        answer("恢复时间 RTO", "RTO", lasting(goals.recovery_time)),
        answer("恢复点 RPO", "RPO", lasting(goals.recovery_point)),
        answer("报告频次", "Reports every", lasting(goals.report_every)),
    )


def _prechecks(plan: Plan) -> Listing:
    return listing(
        Words("开始前检查", "Checked before"),
        (col("检查", "Check", 110), col("方式", "How", 50)),
        (
            (words(one.title), words(naming.ACTIONS[one.action]))
            for one in plan.prechecks
        ),
    )


def _steps(title: Words, steps: Iterable[Step]) -> Listing:
    return listing(
        title,
        (
            col("阶段", "Phase", 22),
            col("步骤", "Step", 74),
            col("角色", "Part", 22),
            col("方式", "How", 16, Align.CENTER),
            col("目标", "Target", 16, Align.RIGHT),
            col("证据", "Proof", 26),
        ),
        (_step(step) for step in steps),
    )


def _step(step: Step) -> tuple[Text, ...]:
    said = words(step.title)
    if step.detail is not None:
        said = joined((said, words(step.detail)), "\n", "\n")
    if step.two_people:
        said = joined((said, Words("（双人）", "(two people)")), "", " ")
    return (
        words(naming.PHASES[step.phase]),
        said,
        words(naming.PARTS[step.part]),
        words(naming.DOINGS[step.doing]),
        f"T+{round(step.target.total_seconds() / 60)}" if step.target else "",
        _proof(step.evidence.kinds) if step.evidence.least else "",
    )


def _proof(kinds: Iterable[Proof]) -> Text:
    return joined(tuple(words(naming.PROOFS[kind]) for kind in kinds), "、", ", ")


def _closing(plan: Plan) -> Listing:
    days = plan.closing.review_within_working_days
    review = Title(
        f"{days} 个工作日内完成总结并签署",
        f"Reviewed and signed within {days} working days",
    )
    return _list(Words("关闭条件", "Before closing"), (*plan.closing.requires, review))


def _means(plan: Plan) -> tuple[Listing, Listing]:
    contacts = listing(
        Words("联系", "Contacts"),
        (col("对象", "Whom", 60), col("方式", "How", 100)),
        ((words(one.title), words(one.reach)) for one in plan.contacts),
    )
    return _list(Words("资源", "Resources"), plan.resources), contacts


def _drills(plan: Plan) -> tuple[Listing, Listing]:
    table = listing(
        Words("演练方式", "Ways of rehearsing"),
        (
            col("方式", "Mode", 22),
            col("场景设置", "Scene", 70),
            col("安全边界与终止条件", "Safety", 50),
            col("时长", "Length", 18, Align.RIGHT),
        ),
        (
            (
                words(naming.MODES[one.mode]),
                words(one.scene),
                words(one.safety),
                lasting(one.planned),
            )
            for one in plan.drills
        ),
    )
    return table, _list(Words("评估要点", "Points of evaluation"), plan.evaluation)


def _versions(
    plan: Plan, fresh: Freshness, names: Mapping[str, str], zone: str
) -> Listing:
    return listing(
        Words(
            f"本版（{plan.version}，{fresh.sha256[:12]}）的签署记录",
            f"Signatures on this version ({plan.version}, {fresh.sha256[:12]})",
        ),
        (
            col("事项", "What", 26),
            col("签署人", "By", 30),
            col("时间", "Time", 34),
            col("意见", "Note", 70),
        ),
        (
            (
                _MARKS.get(one.what, one.what),
                names.get(one.by, one.by),
                moment(one.at, zone),
                one.note,
            )
            for one in fresh.current
        ),
    )


def _boxes(fresh: Freshness, names: Mapping[str, str]) -> SignBoxes:
    def given(what: str) -> Given | None:
        signed = [one for one in fresh.current if one.what == what]
        return _given(signed[-1], names, fresh.sha256) if signed else None

    return SignBoxes(
        title=Words("编制、审核与批准", "Written, reviewed and approved"),
        boxes=(
            SignBox(role=Words("编制", "Written"), opinion=False),
            SignBox(role=Words("审核", "Reviewed"), given=given("reviewed")),
            SignBox(role=Words("批准", "Approved"), given=given("approved")),
            SignBox(role=Words("甲方备案", "Filed by the customer")),
        ),
    )


def _given(one: Signed, names: Mapping[str, str], sha256: str) -> Given:
    return Given(
        name=names.get(one.by, one.by),
        at=one.at,
        decision="agreed",
        opinion=one.note,
        snapshot_sha256=sha256,
    )
