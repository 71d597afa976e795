"""The register of incidents: its fields, states, moves and gates."""

from __future__ import annotations

from datetime import timedelta

from opsdesk.tickets import gates
from opsdesk.tickets import wording as w
from opsdesk.tickets.models import Kind
from opsdesk.tickets.register import (
    EITHER_SIDE,
    Attempt,
    Field,
    Group,
    Move,
    Register,
    Shape,
    State,
    filled,
    value,
)
from probes.finding import Words

REOPENED_WITHIN = timedelta(days=7)

_CALL = Group(
    title=Words("报告", "Report"),
    fields=(
        w.TITLE,
        w.choice(
            "source",
            "来源",
            "Source",
            ("phone", "电话", "Phone"),
            ("portal", "门户", "Portal"),
            ("chat", "微信/QQ 群", "Chat group"),
            ("mail", "邮件", "E-mail"),
            ("monitoring", "监控", "Monitoring"),
            ("inspection", "巡检", "Inspection"),
            ("customer", "甲方", "The customer"),
        ),
        w.REPORTER,
        w.line("reporter_unit", "报告单位", "Reporter's unit"),
        w.choice(
            "reporter_role",
            "报告人角色",
            "Reporter's role",
            ("enterprise", "企业", "Enterprise"),
            ("authority", "部省市县", "Authority"),
            ("station", "监测站", "Monitoring station"),
            ("third-party", "第三方", "Third party"),
        ),
        w.line("contact", "联系方式", "Contact"),
        w.REGION,
        w.MODULE,
        w.DESCRIPTION,
    ),
)
_JUDGED = Group(
    title=Words("判断", "Assessment"),
    fields=(
        w.IMPACT,
        w.URGENCY,
        w.line("category", "类别", "Category"),
        w.ITEMS,
        w.OWNER,
        w.text("complex_why", "判为复杂故障的理由", "Why it is a complex fault"),
        Field(
            name="task_force",
            label=Words("专题小组（至少 2 人）", "Task force (at least 2)"),
            shape=Shape.PEOPLE,
        ),
        w.yes_no("customer_informed", "已告知甲方", "Customer informed"),
        w.stamped("complex_at", "判定时间", "Declared at"),
    ),
)
_SOLVED = Group(
    title=Words("处理结果", "Outcome"),
    fields=(
        w.line("response_by", "响应方式", "How it was answered", frozen=False),
        w.text("cause", "原因", "Cause", frozen=False),
        w.choice(
            "cause_class",
            "原因分类",
            "Class of cause",
            ("defect", "程序缺陷", "Program defect"),
            ("data", "数据", "Data"),
            ("interface", "接口", "Interface"),
            ("performance", "性能", "Performance"),
            ("infrastructure", "基础环境", "Infrastructure"),
            ("security", "安全", "Security"),
            ("use", "使用方法", "Use"),
            ("external", "外部", "External"),
            frozen=False,
        ),
        w.text("solution", "解决方案", "Solution", frozen=False),
        w.stamped("on_site_at", "到场时间", "On site at"),
        w.stamped("restored_at", "恢复时间", "Restored at"),
        w.stamped("released_at", "发布时间", "Released at"),
        w.text(
            "no_release_why", "无需发布的理由", "Why no release is needed", frozen=False
        ),
        w.text(
            "modification_plan",
            "修改计划（超过一天时报甲方）",
            "Modification plan (over one day)",
            frozen=False,
        ),
        w.stamped("plan_due_at", "修改计划应报时间", "Plan due at"),
        w.stamped("plan_reported_at", "修改计划报送时间", "Plan reported at"),
        w.line("confirmed_by", "确认人（报告人或甲方）", "Confirmed by", frozen=False),
        w.choice(
            "close_code",
            "关闭码",
            "Close code",
            ("solved", "已解决", "Solved"),
            ("workaround", "临时规避", "Worked around"),
            ("not-a-fault", "非故障", "Not a fault"),
            ("duplicate", "重复", "Duplicate"),
            frozen=False,
        ),
        w.choice(
            "satisfaction",
            "用户回访",
            "Satisfaction",
            ("good", "满意", "Satisfied"),
            ("fair", "一般", "Fair"),
            ("poor", "不满意", "Not satisfied"),
            frozen=False,
        ),
    ),
)


def plan_reported(attempt: Attempt) -> Words | None:
    """Want the modification plan reported, where a fault took over a day."""
    owed = filled(attempt.ticket, "plan_due_at")
    return (
        _PLAN_OWED if owed and not filled(attempt.ticket, "plan_reported_at") else None
    )


def customer_informed(attempt: Attempt) -> Words | None:
    """Want the customer told before a fault is declared complex."""
    return None if value(attempt.ticket, "customer_informed") else _NOT_INFORMED


_NOT_INFORMED = Words(
    "判为复杂故障之前要先告知甲方：请告知后选「是」。",
    "The customer is informed before a fault is declared complex: do so, then say yes.",
)
_PLAN_OWED = Words(
    "处理超过一天，修改计划还没有报送甲方：请先填写并登记「修改计划已报甲方」。",
    "This took over a day and the modification plan has not been reported to the "
    "customer: write it and record that it was reported first.",
)

STATES = (
    State(name="new", label=Words("新建", "New"), mark="abnormal"),
    State(name="acknowledged", label=Words("已响应", "Acknowledged"), mark="attention"),
    State(name="working", label=Words("处理中", "Working"), mark="attention"),
    State(
        name="waiting", label=Words("等待甲方", "Waiting for customer"), mark="waiting"
    ),
    State(name="resolved", label=Words("已解决", "Resolved"), mark="normal"),
    State(name="closed", label=Words("已关闭", "Closed"), is_open=False, mark="normal"),
    w.VOID_STATE,
)
_UNDER_WAY = ("acknowledged", "working")
_ALIVE = ("new", "acknowledged", "working", "waiting")

MOVES = (
    Move(
        name="respond",
        label=Words("响应", "Respond"),
        before=("new",),
        after="acknowledged",
        main=True,
    ),
    Move(
        name="start",
        label=Words("开始处理", "Start work"),
        before=("acknowledged",),
        after="working",
        asks=("owner",),
        main=True,
    ),
    Move(
        name="declare-complex",
        label=Words("判为复杂故障", "Declare complex"),
        before=("new", "acknowledged", "working", "waiting"),
        after="",
        needs=("complex_why", "task_force", "customer_informed"),
        gates=(
            gates.people(
                "task_force",
                least=2,
                why=Words(
                    "复杂故障要有至少 2 人的专题小组，请补充名单。",
                    "A complex fault needs a task force of at least 2 people: name them.",
                ),
            ),
            customer_informed,
        ),
        sets="complex_at",
    ),
    Move(
        name="wait",
        label=Words("等待甲方", "Wait for the customer"),
        before=_UNDER_WAY,
        after="waiting",
        noted=Words("等待什么、依据", "What is waited for, and the evidence"),
    ),
    Move(
        name="go-on",
        label=Words("继续处理", "Go on"),
        before=("waiting",),
        after="working",
        noted=Words("甲方答复", "The customer's answer"),
        main=True,
    ),
    Move(
        name="arrive",
        label=Words("到场", "On site"),
        before=("new", "acknowledged", "working", "waiting"),
        after="",
        sets="on_site_at",
    ),
    Move(
        name="restore",
        label=Words("业务已恢复", "Service restored"),
        before=("acknowledged", "working", "waiting"),
        after="",
        sets="restored_at",
    ),
    Move(
        name="release",
        label=Words("已发布更新", "Update released"),
        before=("working", "waiting", "resolved"),
        after="",
        sets="released_at",
    ),
    Move(
        name="report-plan",
        label=Words("修改计划已报甲方", "Plan reported to the customer"),
        before=("acknowledged", "working", "waiting", "resolved"),
        after="",
        needs=("modification_plan",),
        sets="plan_reported_at",
        offered=lambda ticket: filled(ticket, "plan_due_at"),
    ),
    Move(
        name="resolve",
        label=Words("解决", "Resolve"),
        before=_UNDER_WAY,
        after="resolved",
        needs=("cause", "solution"),
        asks=("cause_class", "no_release_why"),
        gates=(
            gates.from_a_finding(
                gates.checked_green(
                    why=Words(
                        "这张单来自巡检发现：请先「复检」，同一检查项正常后才能解决。",
                        "A finding opened this ticket: check again first; it can be "
                        "resolved once the same probe finds nothing.",
                    )
                )
            ),
        ),
        main=True,
    ),
    Move(
        name="close",
        label=Words("关闭", "Close"),
        before=("resolved",),
        after="closed",
        roles=EITHER_SIDE,
        needs=("confirmed_by",),
        asks=("close_code", "satisfaction", "no_release_why"),
        gates=(
            gates.any_of(
                "released_at",
                "no_release_why",
                why=Words(
                    "还没有「已发布更新」的时间，也没有写无需发布的理由：请补其中一项再关闭。",
                    "There is neither a release nor a reason why none is needed: give "
                    "one of them, then close.",
                ),
            ),
            plan_reported,
        ),
        main=True,
    ),
    Move(
        name="reopen",
        label=Words("重开", "Reopen"),
        before=("resolved", "closed"),
        after="working",
        roles=EITHER_SIDE,
        noted=Words("为什么重开", "Why it is opened again"),
        gates=(
            gates.reopened_within(
                REOPENED_WITHIN,
                why=Words(
                    "解决已超过 7 天，不能重开：请新建一张并关联「接续」本单。",
                    "It was resolved more than 7 days ago: open a new one and link it "
                    "as continuing this.",
                ),
            ),
        ),
    ),
    w.void_from(*_ALIVE, "resolved"),
)

REGISTER = Register(
    kind=Kind.INCIDENT,
    prefix="INC",
    title=Words("事件", "Incidents"),
    path="/incidents",
    groups=(_CALL, _JUDGED, _SOLVED),
    states=STATES,
    moves=MOVES,
    openers=EITHER_SIDE,
    short=("title", "source", "reporter", "contact", "region", "module", "description"),
    promises=True,
)
