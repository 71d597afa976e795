"""发布记录: artefacts with their hashes, where they went, what was verified."""

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
from reports.documents.words import Words

_BASIC = Section(
    title=Words("一、基本情况", "1 Basics"),
    asks=(
        wide("title", "发布名称", "Release", required=True),
        ticks(
            "release_kind",
            "类型",
            "Kind",
            ("delta", "增量", "delta"),
            ("full", "全量", "full"),
            ("package", "包", "package"),
            ("data", "数据脚本", "data script"),
            ("configuration", "配置", "configuration"),
            required=True,
        ),
        cell("environment", "环境", "Environment"),
        cell("module", "系统模块", "System module"),
        cell("version_from", "发布前版本", "Version before", required=True),
        cell("version_to", "发布后版本", "Version after", required=True),
        cell("build", "构建号/提交号", "Build or commit"),
        cell("owner", "负责人", "Owner"),
        wide("items", "目标配置项", "Target items", required=True),
        wide("description", "发布内容", "Content", lines=2),
        LINKS,
    ),
)
_CONTENT = Section(
    title=Words("二、制品、计划与回退", "2 Artefacts, plan and backout"),
    asks=(
        table(
            "artefacts",
            "制品清单",
            "Artefacts",
            col("name", "文件", "File", 34),
            col("size", "大小", "Size", 14),
            col("sha256", "SHA-256", "SHA-256", 44),
            col("place", "库位置", "Place", 26),
            required=True,
        ),
        table(
            "scripts",
            "数据库脚本清单",
            "Database scripts",
            col("name", "脚本", "Script", 50),
            col("rollback", "回滚脚本", "Roll-back script", 50),
        ),
        wide("order", "依赖与先后顺序", "Order"),
        wide("test_result", "测试结论", "Tests", lines=2, required=True),
        wide("plan", "发布计划", "Plan", lines=3, required=True),
        wide("backout_plan", "回退计划", "Backout plan", lines=3, required=True),
        cell("backout_artefact", "回退制品", "Backout artefact", required=True),
        cell("backout_sha256", "回退制品摘要", "Its SHA-256", required=True),
        wide("announcement", "公告", "Announcement"),
        cell("executors", "发布人", "Deployed by", required=True),
        cell("approved_at", "批准时间", "Approved at"),
        Signing(
            title=Words("批准", "Approval"),
            boxes=(
                sign("lead", "项目经理", "Lead"),
                sign("customer_approval", "甲方批准（重大）", "Customer (major)"),
            ),
        ),
    ),
)
_RESULT = Section(
    title=Words("三、实施与验证", "3 Deployment and verification"),
    later=Words("实施后填写", "filled in after the work"),
    asks=(
        cell("deployed_at", "发布开始", "Deployed at"),
        cell("verified_at", "验证时间", "Verified at"),
        table(
            "deployed",
            "实施记录",
            "Deployment, node by node",
            col("node", "节点", "Node", 24),
            col("began", "开始", "Began", 18),
            col("ended", "结束", "Ended", 18),
            col("sha256", "校验摘要", "Hash found there", 40),
            col("result", "结果", "Result", 16),
            blank=3,
        ),
        table(
            "verified",
            "发布后验证清单",
            "Verification",
            col("item", "验证项", "Item", 60),
            col("result", "结果", "Result", 40),
            blank=5,
        ),
        cell("verified_by", "验证人", "Verified by"),
        ticks(
            "actual_result",
            "结果",
            "Result",
            ("success", "成功", "success"),
            ("rolled-back", "回退", "rolled back"),
            whole=False,
        ),
        cell("rolled_back_at", "回退时间", "Rolled back at"),
        cell("rollback_record", "回退记录", "Roll-back record"),
        wide("observation_result", "观察期", "Observation"),
        cell("baseline", "配置基线号", "Baseline"),
        yes_no("manual_updated", "手册已更新", "Manuals updated"),
    ),
)
_SIGNED = Section(
    title=Words("四、时限、附件与签署", "4 Clocks, attachments, signatures"),
    asks=(
        Clocks(),
        Attachments(),
        Signing(
            title=Words("签署", "Signatures"),
            boxes=(
                sign("executor", "发布人", "Deployed by", opinion=False),
                sign("second", "复核人（双人）", "Second person"),
                sign("verifier", "验证人", "Verified by"),
                sign("lead_result", "项目经理", "Lead"),
                sign("customer", "甲方确认（重大）", "Customer (major)"),
            ),
        ),
    ),
)

RELEASE = FormLayout(
    kind="release",
    title=Words("发布记录", "Release record"),
    sections=(_BASIC, _CONTENT, _RESULT, _SIGNED),
)
