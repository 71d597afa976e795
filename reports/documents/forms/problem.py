"""问题记录: a problem from repeated incidents to a cause removed."""

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
    sign,
    ticks,
    wide,
)
from reports.documents.words import Words

_RAISED = Section(
    title=Words("一、登记", "1 Raised"),
    asks=(
        wide("title", "标题", "Title", required=True),
        ticks(
            "source",
            "来源",
            "Source",
            ("repeated", "重复事件", "repeated incidents"),
            ("major", "重大事件", "major incident"),
            ("trend", "巡检趋势", "trend of the rounds"),
            ("customer", "用户/甲方", "users or customer"),
            ("proactive", "主动分析", "own analysis"),
        ),
        cell("reporter", "提出人", "Raised by"),
        cell("raised_at", "提出日期", "Raised at"),
        ticks(
            "category",
            "类别",
            "Category",
            ("defect", "程序缺陷", "defect"),
            ("data", "数据质量", "data quality"),
            ("interface", "接口", "interface"),
            ("performance", "性能", "performance"),
            ("infrastructure", "基础环境", "infrastructure"),
            ("security", "安全", "security"),
            ("requirement", "需求", "requirement"),
        ),
        cell("contract_clause", "合同归属", "Contract clause"),
        cell("incident_count", "关联事件次数", "Linked incidents"),
        cell("region", "区域", "Region"),
        cell("module", "系统模块", "System module"),
        ticks("impact", "影响度", "Impact", *LEVELS, whole=False),
        ticks("urgency", "紧急度", "Urgency", *LEVELS, whole=False),
        cell("priority", "优先级", "Priority"),
        cell("owner", "负责人", "Owner"),
        wide("items", "涉及配置项与版本", "Items and versions"),
        wide("description", "问题描述", "Description", lines=5, required=True),
        wide("scope", "影响范围与条数", "Scope"),
        ticks(
            "fault_kind",
            "是否合同故障",
            "Contract fault",
            ("ordinary", "一般", "ordinary"),
            ("complex", "复杂", "complex"),
        ),
        wide("modification_plan", "修改计划", "Modification plan", lines=2),
        cell("plan_reported_at", "报告甲方时间", "Plan reported at"),
        cell("customer_opinion", "甲方意见", "Customer's opinion"),
    ),
)
_ANALYSED = Section(
    title=Words("二、分析与修复", "2 Analysis and fix"),
    asks=(
        ticks(
            "method",
            "分析方法",
            "Method",
            ("five-whys", "5Why", "five whys"),
            ("timeline", "时间线", "timeline"),
            ("fishbone", "鱼骨", "fishbone"),
        ),
        wide("direct_cause", "直接原因", "Direct cause", lines=2),
        wide("root_cause", "根本原因", "Root cause", lines=3, required=True),
        wide("workaround", "临时措施", "Workaround", lines=2),
        wide("permanent_fix", "永久方案", "Permanent fix", lines=3, required=True),
        wide("changes", "变更/发布单", "Changes, releases"),
        wide("data_repairs", "数据修复单", "Data repairs"),
        wide("verification", "验证方法与结果", "Verification", lines=2, required=True),
        cell("known_error", "是否已知错误", "Known error"),
        cell("article", "知识库编号", "Knowledge article"),
        wide("prevention", "预防措施", "Prevention", lines=2),
        wide("residual_risk", "接受的残余风险", "Residual risk"),
    ),
)
_CLOSED = Section(
    title=Words("三、关闭与复查", "3 Closing and review"),
    asks=(
        cell("state", "状态", "State"),
        cell("solved_at", "解决时间", "Solved at"),
        cell("released_at", "发布时间", "Released at"),
        cell("closed_at", "关闭时间", "Closed at"),
        ticks(
            "close_code",
            "关闭码",
            "Close code",
            ("solved", "已解决", "solved"),
            ("accepted", "已知错误接受", "known error accepted"),
            ("duplicate", "重复", "duplicate"),
            ("gone", "不再复现", "no longer seen"),
        ),
        cell("review_at", "复查日期", "Review on"),
        cell("review_result", "复查结论", "Review result"),
    ),
)
_SIGNED = Section(
    title=Words("四、时限、关联、附件与签署", "4 Clocks, links, signatures"),
    asks=(
        Clocks(),
        LINKS,
        Attachments(),
        Signing(
            title=Words("签署", "Signatures"),
            boxes=(
                sign("analyst", "分析人", "Analysed by", opinion=False),
                sign("reviewer", "审核", "Reviewed by"),
                sign("lead", "项目经理", "Lead"),
                sign("customer", "甲方确认", "Customer"),
            ),
        ),
    ),
)

PROBLEM = FormLayout(
    kind="problem",
    title=Words("问题记录", "Problem record"),
    sections=(_RAISED, _ANALYSED, _CLOSED, _SIGNED),
)
