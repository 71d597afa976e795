"""What the parts of a run are called: evaluation, summary, objectives, signatures."""

from __future__ import annotations

from enum import StrEnum

from probes.finding import Words


class Signing(StrEnum):
    """As what somebody signs a run."""

    SCRIBE = "scribe"  # 记录人
    EVALUATOR = "evaluator"  # 评估组长
    COMMANDER = "commander"  # 应急指挥
    CUSTOMER = "customer"  # 甲方确认


class PlanMark(StrEnum):
    """What somebody does to a version of a plan."""

    REVIEWED = "reviewed"  # 评审
    APPROVED = "approved"  # 批准
    ACKNOWLEDGED = "acknowledged"  # 学习确认


SIGNINGS: dict[Signing, Words] = {
    Signing.SCRIBE: Words("记录人", "Scribe"),
    Signing.EVALUATOR: Words("评估组长", "Evaluator"),
    Signing.COMMANDER: Words("应急指挥", "Commander"),
    Signing.CUSTOMER: Words("甲方确认", "Customer"),
}

EVALUATION: tuple[tuple[str, Words], ...] = (
    ("feasible", Words("方案可行性", "The plan could be followed")),
    ("alarms", Words("监控告警", "Monitoring and alarms")),
    ("diagnosis", Words("故障定位", "Finding the fault")),
    ("command", Words("指挥协调", "Command and coordination")),
    ("handling", Words("参演处置", "Handling by those who took part")),
    ("partners", Words("关联方联动", "Working with partners")),
    (
        "means",
        Words(
            "保障（主备岗到位、备件、通讯、回退方案）",
            "Means (both posts manned, spares, communication, a way back)",
        ),
    ),
    ("goals", Words("目标实现", "Goals reached")),
    ("cost", Words("成本效益", "Cost and benefit")),
)
"""The nine items every drill is judged by; a plan adds points of its own."""

SCORES: dict[int, Words] = {
    1: Words("差", "poor"),
    3: Words("合格", "sufficient"),
    5: Words("优秀", "excellent"),
}

SUMMARY: dict[str, Words] = {
    "conclusion": Words("结论", "Conclusion"),
    "problems": Words("发现的问题", "Problems found"),
    "causes": Words("原因分析", "Causes"),
    "impact": Words("影响与损失", "Impact"),
    "lessons": Words("经验与改进", "Lessons"),
}

OBJECTIVES: dict[str, Words] = {
    "acknowledge": Words("响应", "Acknowledged"),
    "on_site": Words("到场", "On site"),
    "contain": Words("抑制", "Contained"),
    "recovery_time": Words("恢复时间（RTO）", "Recovery time (RTO)"),
    "recovery_point": Words("恢复点（RPO）", "Recovery point (RPO)"),
    "reports": Words("按时报告", "Reported in time"),
}
