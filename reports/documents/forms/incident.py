"""事件记录: an incident from the call to its closing."""

from __future__ import annotations

from reports.documents.forms.layout import (
    LEVELS,
    LINKS,
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
    yes_no,
)
from reports.documents.words import Words

_REPORTED = Section(
    title=Words("一、报告与受理", "1 Report"),
    asks=(
        wide("title", "标题", "Title", required=True),
        ticks(
            "source",
            "来源",
            "Source",
            ("phone", "电话", "phone"),
            ("portal", "门户", "portal"),
            ("chat", "微信/QQ 群", "chat group"),
            ("mail", "邮件", "e-mail"),
            ("monitoring", "监控", "monitoring"),
            ("inspection", "巡检", "inspection"),
            ("customer", "甲方", "customer"),
        ),
        cell("reporter", "报告人", "Reported by"),
        cell("reporter_unit", "单位", "Unit"),
        ticks(
            "reporter_role",
            "报告人角色",
            "Reporter's role",
            ("enterprise", "企业", "enterprise"),
            ("authority", "部省市县", "authority"),
            ("station", "监测站", "monitoring station"),
            ("third-party", "第三方", "third party"),
        ),
        cell("region", "省市", "Region"),
        cell("contact", "联系方式", "Contact"),
        cell("received_by", "受理人", "Received by"),
        cell("received_at", "受理时间", "Received at", required=True),
        wide("description", "描述", "Description", lines=4, required=True),
    ),
)
_ASSESSED = Section(
    title=Words("二、分类与判断", "2 Assessment"),
    asks=(
        cell("category", "类别", "Category"),
        cell("module", "系统模块", "System module"),
        wide("items", "涉及配置项", "Configuration items"),
        ticks("impact", "影响度", "Impact", *LEVELS, whole=False),
        ticks("urgency", "紧急度", "Urgency", *LEVELS, whole=False),
        cell("priority", "优先级", "Priority"),
        ticks(
            "fault_kind",
            "故障性质",
            "Kind",
            ("ordinary", "一般", "ordinary"),
            ("complex", "复杂", "complex"),
            ("consulting", "咨询", "question"),
            ("request", "请求", "request"),
            whole=False,
        ),
        wide("complex_why", "判为复杂的理由", "Why complex"),
        cell("complex_at", "判定时间", "Decided at"),
        yes_no("customer_informed", "已告知甲方", "Customer informed"),
        wide("task_force", "专题小组", "Task force"),
    ),
)
_HANDLED = Section(
    title=Words("三、响应与处理", "3 Response and work"),
    asks=(
        cell("response_at", "响应时间", "Answered at"),
        cell("response_by", "响应方式", "How answered"),
        cell("owner", "负责人", "Owner"),
        cell("on_site_at", "到场时间", "On site at"),
        wide("dispatch", "派单轨迹", "Assigned to, in turn"),
        table(
            "timeline",
            "处理过程",
            "What was done",
            col("at", "时间", "Time", 22),
            col("by", "人员", "By", 16),
            col("action", "动作与说明", "Action", 60),
        ),
        cell("restored_at", "恢复时间", "Restored at"),
        cell("released_at", "发布时间", "Released at"),
        wide("no_release_why", "无需发布的理由", "Why no release"),
        wide("modification_plan", "修改计划", "Modification plan"),
        cell("plan_due_at", "计划应报时间", "Plan due at"),
        cell("plan_reported_at", "计划报送时间", "Plan reported at"),
    ),
)
_RESULT = Section(
    title=Words("四、结果", "4 Outcome"),
    asks=(
        wide("cause", "原因", "Cause", lines=2),
        ticks(
            "cause_class",
            "原因分类",
            "Class of cause",
            ("defect", "程序缺陷", "defect"),
            ("data", "数据", "data"),
            ("interface", "接口", "interface"),
            ("performance", "性能", "performance"),
            ("infrastructure", "基础环境", "infrastructure"),
            ("security", "安全", "security"),
            ("use", "使用方法", "use"),
            ("external", "外部", "external"),
        ),
        wide("solution", "解决方案", "Solution", lines=3),
        cell("state", "状态", "State"),
        cell("closed_at", "关闭时间", "Closed at"),
        ticks(
            "close_code",
            "关闭码",
            "Close code",
            ("solved", "已解决", "solved"),
            ("workaround", "临时规避", "worked around"),
            ("not-a-fault", "非故障", "not a fault"),
            ("duplicate", "重复", "duplicate"),
        ),
        cell("confirmed_by", "确认人", "Confirmed by"),
        ticks(
            "satisfaction",
            "用户回访",
            "Satisfaction",
            ("good", "满意", "satisfied"),
            ("fair", "一般", "fair"),
            ("poor", "不满意", "not satisfied"),
            whole=False,
        ),
    ),
)
_CLOCKS = Section(title=Words("五、时限（SLA）", "5 Clocks (SLA)"), asks=(Clocks(),))
_SIGNED = Section(
    title=Words("六、关联、附件与签署", "6 Links, attachments, signatures"),
    asks=(
        LINKS,
        Attachments(),
        Signing(
            title=Words("签署", "Signatures"),
            boxes=(
                sign("recorder", "填写人", "Recorded by", opinion=False),
                sign("reviewer", "复核人", "Reviewed by"),
                sign("customer", "甲方确认", "Customer"),
            ),
        ),
    ),
)

INCIDENT = FormLayout(
    kind="incident",
    title=Words("事件记录", "Incident record"),
    sections=(_REPORTED, _ASSESSED, _HANDLED, _RESULT, _CLOCKS, _SIGNED),
)
