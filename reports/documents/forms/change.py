"""运维重大变更申请表: what is to change, its risk, its way back, and who agreed."""

from __future__ import annotations

from reports.documents.forms.layout import (
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
from reports.documents.parts import Align
from reports.documents.words import Words

_BASIC = Section(
    title=Words("一、基本情况", "1 Basics"),
    asks=(
        wide("title", "变更名称", "Change", required=True),
        cell("applicant_unit", "申请单位", "Unit", required=True),
        cell("reporter", "申请人", "Applicant", required=True),
        cell("contact", "电话", "Phone", required=True),
        cell("applied_at", "申请日期", "Applied at", required=True),
        ticks(
            "change_kind",
            "变更级别",
            "Class",
            ("major", "重大", "major"),
            ("emergency", "紧急（补单）", "emergency (afterwards)"),
            ("normal", "一般", "normal"),
            ("standard", "标准", "standard"),
            required=True,
        ),
        ticks(
            "source",
            "来源",
            "Source",
            ("demand", "需求", "requirement"),
            ("incident", "故障", "incident"),
            ("problem", "问题", "problem"),
            ("security", "安全", "security"),
            ("plan", "计划", "plan"),
            required=True,
        ),
        cell("window_from", "计划窗口起", "Window from", required=True),
        cell("window_to", "计划窗口止", "Window to", required=True),
        yes_no("stops_service", "是否停机", "Stops the service", required=True),
        cell("stop_minutes", "预计停机（分）", "Stop (min)"),
        cell("freeze", "节假日/冻结期", "Holiday or freeze"),
        cell("freeze_leave", "冻结期例外许可", "Leave in a freeze"),
        cell("module", "系统模块", "System module"),
        cell("owner", "负责人", "Owner"),
        wide("template", "标准变更模板", "Template"),
    ),
)
_CONTENT = Section(
    title=Words("二、变更内容", "2 Content"),
    asks=(
        wide("reason", "变更原因与依据", "Reason", lines=3, required=True),
        wide("present", "现状", "Present state", lines=2, required=True),
        wide("content", "变更内容", "What changes", lines=4, required=True),
        table(
            "items",
            "涉及配置项",
            "Configuration items",
            col("code", "编号", "Code", 20),
            col("name", "名称", "Name", 34),
            col("version", "现版本", "Version", 18),
            col("target", "目标版本", "Target version", 18),
            required=True,
        ),
        wide("data_touched", "涉及数据", "Data touched"),
        wide("outside_parties", "涉及外部方", "Outside parties"),
    ),
)
_ASSESSED = Section(
    title=Words("三、评估", "3 Assessment"),
    asks=(
        wide("impact_analysis", "影响分析", "Impact", lines=3, required=True),
        wide("without_it", "不变更的后果", "Without it"),
        table(
            "risks",
            "风险清单",
            "Risks",
            col("risk", "风险", "Risk", 28),
            col("likelihood", "可能性", "Chance", 11, Align.CENTER),
            col("impact", "影响", "Impact", 18),
            col("measure", "措施", "Measure", 34),
            col("by", "责任人", "By", 18),
            required=True,
        ),
        wide("risk_score", "风险评分", "Risk score"),
        wide("compatibility", "兼容性说明", "Compatibility"),
        wide("test_result", "测试情况", "Tests", lines=2, required=True),
        wide("security_impact", "安全影响及测评", "Security impact"),
    ),
)
_PLAN = Section(
    title=Words("四、实施方案", "4 Plan"),
    asks=(
        table(
            "steps",
            "实施步骤",
            "Steps",
            col("action", "操作", "Action", 34),
            col("command", "命令或脚本摘要", "Command or script", 34),
            col("by", "执行人", "By", 19),
            col("minutes", "用时（分）", "Min", 11, Align.RIGHT),
            col("check", "检查点", "Check", 28),
            required=True,
        ),
        wide("backup_before", "变更前备份", "Backup before", required=True),
        wide("announcement", "通知计划", "Announcement"),
        cell("executors", "实施人", "Carried out by"),
        cell("standby", "值守安排", "Standing by"),
        wide("verification_plan", "验证方案", "Verification", lines=2, required=True),
    ),
)
_BACKOUT = Section(
    title=Words("五、回退方案", "5 Backout"),
    asks=(
        wide("backout_trigger", "回退触发条件", "Trigger", required=True),
        cell("backout_latest", "最晚决策时点", "Latest decision", required=True),
        cell("backout_minutes", "回退用时（分）", "Takes (min)", required=True),
        wide("backout_steps", "回退步骤", "Steps", lines=3, required=True),
        wide("backout_data", "数据回退", "Data", required=True),
        cell("backout_by", "责任人", "By", required=True),
        yes_no("backout_rehearsed", "是否演练过", "Rehearsed"),
    ),
)
_APPROVED = Section(
    title=Words("六、时限、附件与审批", "6 Clocks, attachments, approval"),
    asks=(
        Clocks(),
        Attachments(),
        ticks(
            "decision",
            "审批结论",
            "Decision",
            ("approved", "批准", "approved"),
            ("conditional", "有条件批准", "approved on condition"),
            ("rejected", "驳回", "rejected"),
        ),
        Signing(
            title=Words("审批", "Approval"),
            boxes=(
                sign("technical", "技术负责人", "Technical lead"),
                sign("security", "安全负责人", "Security lead"),
                sign("lead", "乙方项目经理", "Contractor's lead"),
                sign("customer_business", "甲方业务", "Customer, business"),
                sign("customer", "甲方批准（签字盖章）", "Customer, approval"),
                sign("supervisor", "监理（可选）", "Supervisor (optional)"),
            ),
        ),
    ),
)
_RESULT = Section(
    title=Words("七、实施结果", "7 Result"),
    later=Words("实施后填写", "filled in after the work"),
    asks=(
        cell("began_doing_at", "实际开始", "Began at"),
        cell("ended_doing_at", "实际结束", "Ended at"),
        ticks(
            "actual_result",
            "结果",
            "Result",
            ("success", "成功", "success"),
            ("partial", "部分成功", "partial"),
            ("rolled-back", "回退", "rolled back"),
            ("failed", "失败", "failed"),
        ),
        wide("step_results", "逐步完成情况", "Step by step"),
        wide("deviation", "偏差说明", "Deviations"),
        cell("rolled_back_at", "回退时间", "Rolled back at"),
        cell("rollback_record", "回退记录", "Roll-back record"),
        cell("verified_by", "验证人", "Verified by"),
        cell("verified_what", "验证项", "What was verified"),
        wide("observation_result", "观察期结论", "Observation"),
        cell("observe_hours", "观察期（小时）", "Observed (hours)"),
        yes_no("register_updated", "台账已更新", "Library updated"),
        wide("release", "发布单号", "Release"),
        wide("leftover", "遗留问题", "Left open"),
        wide("review_result", "实施后评审", "Review"),
        LINKS,
        Signing(
            title=Words("实施与确认", "Done and confirmed"),
            boxes=(
                sign("executor", "实施人", "Carried out by", opinion=False),
                sign("verifier", "验证人", "Verified by"),
                sign("customer_result", "甲方确认", "Customer"),
            ),
        ),
    ),
)

CHANGE = FormLayout(
    kind="change",
    title=Words("运维重大变更申请表", "Major change request"),
    sections=(_BASIC, _CONTENT, _ASSESSED, _PLAN, _BACKOUT, _APPROVED, _RESULT),
)
