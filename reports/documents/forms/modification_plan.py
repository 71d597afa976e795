"""修改计划: why a fault takes over a day, and what is promised to the customer."""

from __future__ import annotations

from reports.documents.forms.layout import (
    Attachments,
    Clocks,
    FormLayout,
    Section,
    Signing,
    cell,
    col,
    sign,
    table,
    ticks,
    wide,
)
from reports.documents.words import Words

_FAULT = Section(
    title=Words("一、故障", "1 Fault"),
    asks=(
        cell("incident", "事件单号", "Incident", required=True),
        cell("module", "系统模块", "System module"),
        wide("title", "故障标题", "Fault", required=True),
        cell("received_at", "受理时间", "Received at", required=True),
        cell("due_at", "应解决时间", "Due at", required=True),
        ticks(
            "fault_kind",
            "故障性质",
            "Kind",
            ("ordinary", "一般", "ordinary"),
            ("complex", "复杂", "complex"),
        ),
        wide("description", "故障现象", "What happens", lines=3),
        wide("scope", "影响范围", "Scope", lines=2),
        wide("present", "目前状况", "Present state", lines=2),
    ),
)
_PLAN = Section(
    title=Words("二、修改计划", "2 Plan"),
    asks=(
        wide("reason", "超过一天的原因", "Why over one day", lines=3, required=True),
        wide("cause", "原因分析", "Cause", lines=2),
        wide("workaround", "临时措施", "Workaround", lines=2),
        wide("modification_plan", "修改方案", "Solution", lines=4, required=True),
        table(
            "milestones",
            "节点",
            "Milestones",
            col("what", "工作内容", "Work", 50),
            col("by", "责任人", "By", 20),
            col("due", "计划完成", "Planned", 24),
            col("state", "完成情况", "State", 24),
        ),
        cell("planned_restored_at", "计划恢复时间", "To be restored", required=True),
        cell("planned_released_at", "计划发布时间", "To be released", required=True),
        wide("risks", "风险与需甲方配合", "Risks; needs of customer"),
        cell("task_force", "专题小组", "Task force"),
        cell("owner", "负责人", "Owner", required=True),
        cell("plan_due_at", "应报时间", "Plan due at"),
        cell("plan_reported_at", "报送时间", "Reported at", required=True),
        cell("reported_to", "报送对象", "Reported to"),
        cell("reported_how", "报送方式", "How"),
    ),
)
_SIGNED = Section(
    title=Words("三、时限、附件与签署", "3 Clocks, attachments, signatures"),
    asks=(
        Clocks(),
        Attachments(),
        Signing(
            title=Words("签署", "Signatures"),
            boxes=(
                sign("author", "编制人", "Written by", opinion=False),
                sign("lead", "项目经理", "Lead"),
                sign("customer", "甲方意见", "Customer"),
            ),
        ),
    ),
)

MODIFICATION_PLAN = FormLayout(
    kind="modification_plan",
    title=Words("修改计划", "Modification plan"),
    sections=(_FAULT, _PLAN, _SIGNED),
)
