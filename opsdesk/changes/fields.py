"""What a change says of itself, in the order of the application form."""

from __future__ import annotations

from opsdesk.tickets import wording as w
from opsdesk.tickets.register import Field, Group, Shape
from probes.finding import Words

_POINTS = (
    ("1", Words("1 低", "1 low")),
    ("2", Words("2 中", "2 middle")),
    ("3", Words("3 高", "3 high")),
)


def _factor(name: str, zh: str, en: str) -> Field:
    return Field(name=name, label=Words(zh, en), shape=Shape.CHOICE, choices=_POINTS)


_BASIC = Group(
    title=Words("基本情况", "Basics"),
    fields=(
        w.TITLE,
        w.choice(
            "change_kind",
            "变更级别",
            "Class",
            ("standard", "标准", "Standard"),
            ("normal", "一般", "Normal"),
            ("major", "重大", "Major"),
            ("emergency", "紧急（补单）", "Emergency"),
        ),
        w.line("template", "标准变更模板", "Template of a standard change"),
        w.line("applicant_unit", "申请单位", "Applicant's unit"),
        w.REPORTER,
        w.line("contact", "电话", "Phone"),
        w.choice(
            "source",
            "来源",
            "Source",
            ("demand", "需求", "Requirement"),
            ("incident", "故障", "Incident"),
            ("problem", "问题", "Problem"),
            ("security", "安全", "Security"),
            ("plan", "计划", "Plan"),
        ),
        w.moment("window_from", "计划窗口起", "Window from"),
        w.moment("window_to", "计划窗口止", "Window to"),
        w.yes_no("stops_service", "是否停机", "Stops the service"),
        Field(
            name="stop_minutes",
            label=Words("预计停机（分钟）", "Expected stop (minutes)"),
            shape=Shape.NUMBER,
        ),
        w.text(
            "freeze_leave", "冻结期例外许可（甲方）", "The customer's leave in a freeze"
        ),
        w.MODULE,
        w.OWNER,
    ),
)
_CONTENT = Group(
    title=Words("变更内容", "Content"),
    fields=(
        w.text("reason", "变更原因与依据", "Reason"),
        w.text("present", "现状", "Present state"),
        w.text("content", "变更内容（分步）", "What changes, step by step"),
        w.ITEMS,
        w.text("data_touched", "涉及数据（表、条数、备份位置）", "Data touched"),
        w.text("outside_parties", "涉及外部方", "Outside parties"),
    ),
)
_ASSESSED = Group(
    title=Words("评估", "Assessment"),
    fields=(
        w.text("impact_analysis", "影响分析", "Impact"),
        w.text("without_it", "不变更的后果", "What happens without it"),
        w.rows(
            "risks",
            "风险清单",
            "Risks",
            w.line("risk", "风险", "Risk"),
            w.line("likelihood", "可能性", "Likelihood"),
            w.line("impact", "影响", "Impact"),
            w.line("measure", "措施", "Measure"),
            w.line("by", "责任人", "By"),
        ),
        _factor("risk_scope", "影响范围（1–3）", "Scope (1–3)"),
        _factor(
            "risk_reversible", "可回退性（3 为不可回退）", "Reversibility (3: none)"
        ),
        _factor("risk_experience", "实施经验（3 为没有做过）", "Experience (3: none)"),
        _factor("risk_window", "时间窗（3 为很紧）", "Time window (3: tight)"),
        w.text("compatibility", "兼容性说明", "Compatibility"),
        w.text("test_result", "测试情况", "Tests"),
        w.text("security_impact", "安全影响及是否需测评", "Security impact"),
    ),
)
_PLAN = Group(
    title=Words("实施与回退方案", "Plan and backout"),
    fields=(
        w.rows(
            "steps",
            "实施步骤",
            "Steps",
            w.line("action", "操作", "Action"),
            w.line("command", "命令或脚本摘要", "Command or script"),
            w.line("by", "执行人", "By"),
            w.line("minutes", "预计用时", "Minutes"),
            w.line("check", "检查点", "Check"),
        ),
        w.text("backup_before", "变更前备份", "Backup before"),
        w.text("announcement", "通知计划", "Announcement"),
        Field(
            name="executors",
            label=Words("实施人（用户名）", "Carried out by (user names)"),
            shape=Shape.PEOPLE,
        ),
        w.text("backout_trigger", "回退触发条件", "What triggers the backout"),
        w.moment("backout_latest", "最晚决策时点", "Latest decision"),
        w.text("backout_steps", "回退步骤", "Backout steps"),
        w.text("backout_data", "数据回退", "Data backout"),
        Field(
            name="backout_minutes",
            label=Words("回退用时（分钟）", "Backout takes (minutes)"),
            shape=Shape.NUMBER,
        ),
        w.line("backout_by", "回退责任人", "Backout by"),
        w.yes_no("backout_rehearsed", "回退是否演练过", "Backout rehearsed"),
        w.text("verification_plan", "验证方案", "Verification"),
        w.APPROVAL_ORDER,
    ),
)
_RESULT = Group(
    title=Words("实施结果", "Result"),
    fields=(
        w.stamped("began_doing_at", "实际开始", "Began at"),
        w.stamped("ended_doing_at", "实际结束", "Ended at"),
        w.stamped("rolled_back_at", "回退时间", "Rolled back at"),
        w.choice(
            "actual_result",
            "结果",
            "Result",
            ("success", "成功", "Success"),
            ("partial", "部分成功", "Partial"),
            ("rolled-back", "回退", "Rolled back"),
            ("failed", "失败", "Failed"),
            frozen=False,
        ),
        w.text("deviation", "偏差说明", "Deviations", frozen=False),
        w.text("rollback_record", "回退记录", "Record of the roll-back", frozen=False),
        Field(
            name="verified_by",
            label=Words("验证人", "Verified by"),
            shape=Shape.PERSON,
            frozen=False,
        ),
        Field(
            name="observe_hours",
            label=Words("观察期（小时，默认 24）", "Observation (hours, 24)"),
            shape=Shape.NUMBER,
            frozen=False,
        ),
        w.text("observation_result", "观察期结论", "Observation", frozen=False),
        w.yes_no("register_updated", "配置台账已更新", "Library updated", frozen=False),
        w.text("leftover", "遗留问题", "Left open", frozen=False),
        w.text("review_result", "实施后评审结论", "Review", frozen=False),
    ),
)

GROUPS = (_BASIC, _CONTENT, _ASSESSED, _PLAN, _RESULT)
