"""The register of problems: from repeated incidents to a cause removed."""

from __future__ import annotations

from opsdesk.tickets import gates
from opsdesk.tickets import wording as w
from opsdesk.tickets.models import Kind, Relation
from opsdesk.tickets.register import EITHER_SIDE, Group, Move, Register, State
from probes.finding import Words

_RAISED = Group(
    title=Words("登记", "Raised"),
    fields=(
        w.TITLE,
        w.choice(
            "source",
            "来源",
            "Source",
            ("repeated", "重复事件", "Repeated incidents"),
            ("major", "重大事件", "A major incident"),
            ("trend", "巡检趋势", "A trend of the rounds"),
            ("customer", "用户/甲方", "Users or the customer"),
            ("proactive", "主动分析", "Own analysis"),
        ),
        w.choice(
            "category",
            "类别",
            "Category",
            ("defect", "程序缺陷", "Program defect"),
            ("data", "数据质量", "Data quality"),
            ("interface", "接口", "Interface"),
            ("performance", "性能", "Performance"),
            ("infrastructure", "基础环境", "Infrastructure"),
            ("security", "安全", "Security"),
            ("requirement", "需求", "Requirement"),
        ),
        w.line("contract_clause", "合同归属", "Contract clause"),
        w.REPORTER,
        w.REGION,
        w.MODULE,
        w.IMPACT,
        w.URGENCY,
        w.ITEMS,
        w.OWNER,
        w.DESCRIPTION,
        w.text("scope", "影响范围与条数", "Scope and number of records"),
        w.choice(
            "fault_kind",
            "是否合同故障",
            "Contract fault",
            ("ordinary", "一般", "Ordinary"),
            ("complex", "复杂", "Complex"),
        ),
        w.text(
            "modification_plan",
            "修改计划（预计超过 1 天必填）",
            "Modification plan (over one day)",
        ),
    ),
)
_ANALYSED = Group(
    title=Words("分析与修复", "Analysis and fix"),
    fields=(
        w.choice(
            "method",
            "分析方法",
            "Method",
            ("five-whys", "5Why", "Five whys"),
            ("timeline", "时间线", "Timeline"),
            ("fishbone", "鱼骨", "Fishbone"),
            frozen=False,
        ),
        w.text("direct_cause", "直接原因", "Direct cause", frozen=False),
        w.text("root_cause", "根本原因", "Root cause", frozen=False),
        w.text("workaround", "临时措施", "Workaround", frozen=False),
        w.text("permanent_fix", "永久方案", "Permanent fix", frozen=False),
        w.text("verification", "验证方法与结果", "Verification", frozen=False),
        w.text("prevention", "预防措施", "Prevention", frozen=False),
        w.text(
            "residual_risk", "接受的残余风险", "Accepted residual risk", frozen=False
        ),
        w.line("article", "知识库编号", "Knowledge article", frozen=False),
        w.choice(
            "close_code",
            "关闭码",
            "Close code",
            ("solved", "已解决", "Solved"),
            ("accepted", "已知错误接受", "Known error accepted"),
            ("duplicate", "重复", "Duplicate"),
            ("gone", "不再复现", "No longer seen"),
            frozen=False,
        ),
        w.moment("review_at", "有效性复查日期", "Effectiveness review", frozen=False),
        w.text("review_result", "复查结论", "Review result", frozen=False),
    ),
)

STATES = (
    State(name="open", label=Words("登记", "Open"), mark="attention"),
    State(name="analysing", label=Words("分析中", "Analysing"), mark="attention"),
    State(name="known-error", label=Words("已知错误", "Known error"), mark="attention"),
    State(name="fixing", label=Words("修复中", "Fixing"), mark="attention"),
    State(name="solved", label=Words("已解决", "Solved"), mark="normal"),
    State(name="closed", label=Words("已关闭", "Closed"), is_open=False, mark="normal"),
    w.VOID_STATE,
)

MOVES = (
    Move(
        name="analyse",
        label=Words("开始分析", "Analyse"),
        before=("open",),
        after="analysing",
        asks=("owner",),
        main=True,
    ),
    Move(
        name="know",
        label=Words("登记为已知错误", "Record as known error"),
        before=("analysing", "fixing"),
        after="known-error",
        needs=("root_cause", "workaround"),
    ),
    Move(
        name="fix",
        label=Words("开始修复", "Start the fix"),
        before=("analysing", "known-error"),
        after="fixing",
        needs=("root_cause", "permanent_fix"),
        main=True,
    ),
    Move(
        name="solve",
        label=Words("已修复", "Fixed"),
        before=("fixing",),
        after="solved",
        needs=("verification",),
        main=True,
    ),
    Move(
        name="accept-risk",
        label=Words("接受残余风险", "Accept the residual risk"),
        before=("analysing", "known-error"),
        after="solved",
        roles=EITHER_SIDE,
        needs=("root_cause", "residual_risk"),
    ),
    Move(
        name="close",
        label=Words("关闭", "Close"),
        before=("solved",),
        after="closed",
        roles=EITHER_SIDE,
        needs=("root_cause", "close_code"),
        asks=("review_at",),
        gates=(
            gates.linked(
                Relation.FIXED_BY,
                or_field="residual_risk",
                why=Words(
                    "还没有关联消除它的变更，也没有接受残余风险：请先关联「由…修复」的变更。",
                    "No change that removed it is linked and no residual risk was "
                    "accepted: link the change that fixed it first.",
                ),
            ),
        ),
        main=True,
    ),
    Move(
        name="reopen",
        label=Words("重开", "Reopen"),
        before=("solved", "closed"),
        after="analysing",
        roles=EITHER_SIDE,
        noted=Words("为什么重开", "Why it is opened again"),
    ),
    w.void_from("open", "analysing", "known-error", "fixing", "solved"),
)

REGISTER = Register(
    kind=Kind.PROBLEM,
    prefix="PRB",
    title=Words("问题", "Problems"),
    path="/problems",
    groups=(_RAISED, _ANALYSED),
    states=STATES,
    moves=MOVES,
    short=("title", "source", "category", "module", "region", "description"),
)
