"""The register of releases: artefacts with their hashes, and where they went."""

from __future__ import annotations

from opsdesk.people.models import Role
from opsdesk.tickets import gates
from opsdesk.tickets import wording as w
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.register import (
    Attempt,
    Field,
    Group,
    Move,
    Register,
    Shape,
    Signer,
    State,
    value,
)
from probes.finding import Words

_BASIC = Group(
    title=Words("基本情况", "Basics"),
    fields=(
        w.TITLE,
        w.choice(
            "release_kind",
            "类型",
            "Kind",
            ("delta", "增量", "Delta"),
            ("full", "全量", "Full"),
            ("package", "包", "Package"),
            ("data", "数据脚本", "Data script"),
            ("configuration", "配置", "Configuration"),
        ),
        w.line("environment", "环境", "Environment"),
        w.MODULE,
        w.line("version_from", "发布前版本", "Version before"),
        w.line("version_to", "发布后版本", "Version after"),
        w.line("build", "构建号/提交号", "Build or commit"),
        w.ITEMS,
        w.OWNER,
        w.DESCRIPTION,
    ),
)
_CONTENT = Group(
    title=Words("制品与回退", "Artefacts and backout"),
    fields=(
        w.rows(
            "artefacts",
            "制品清单",
            "Artefacts",
            w.line("name", "文件", "File"),
            w.line("size", "大小", "Size"),
            Field(
                name="sha256",
                label=Words("SHA-256", "SHA-256"),
                shape=Shape.SHA256,
            ),
            w.line("place", "库位置", "Place in the library"),
        ),
        w.rows(
            "scripts",
            "数据库脚本清单",
            "Database scripts",
            w.line("name", "脚本", "Script"),
            w.line("rollback", "回滚脚本", "Roll-back script"),
        ),
        w.text("order", "依赖与先后顺序", "Dependencies and order"),
        w.text("test_result", "测试结论", "Tests"),
        w.text("plan", "发布计划（窗口、步骤、人）", "Plan"),
        w.text("backout_plan", "回退计划", "Backout plan"),
        w.line("backout_artefact", "回退制品", "Backout artefact"),
        Field(
            name="backout_sha256",
            label=Words("回退制品 SHA-256", "Backout artefact's SHA-256"),
            shape=Shape.SHA256,
        ),
        w.text("announcement", "公告", "Announcement"),
        Field(
            name="executors",
            label=Words("发布人（用户名）", "Deployed by (user names)"),
            shape=Shape.PEOPLE,
        ),
        w.APPROVAL_ORDER,
    ),
)
_RESULT = Group(
    title=Words("实施与验证", "Deployment and verification"),
    fields=(
        w.rows(
            "deployed",
            "实施记录（逐节点）",
            "Deployment, node by node",
            w.line("node", "节点", "Node"),
            w.line("began", "开始", "Began"),
            w.line("ended", "结束", "Ended"),
            Field(
                name="sha256",
                label=Words("校验摘要", "Hash found there"),
                shape=Shape.SHA256,
            ),
            w.line("result", "结果", "Result"),
            frozen=False,
        ),
        w.rows(
            "verified",
            "发布后验证清单",
            "Verification",
            w.line("item", "验证项", "Item"),
            w.line("result", "结果", "Result"),
            frozen=False,
        ),
        Field(
            name="verified_by",
            label=Words("验证人", "Verified by"),
            shape=Shape.PERSON,
            frozen=False,
        ),
        w.stamped("deployed_at", "发布开始", "Deployed at"),
        w.stamped("verified_at", "验证时间", "Verified at"),
        w.stamped("rolled_back_at", "回退时间", "Rolled back at"),
        w.text("rollback_record", "回退记录", "Record of the roll-back", frozen=False),
        w.line("baseline", "配置基线号", "Baseline", frozen=False),
        w.yes_no(
            "manual_updated", "手册/接口文档已更新", "Manuals updated", frozen=False
        ),
    ),
)

LEAST_CHECKS = 5


def hashes_match(attempt: Attempt) -> Words | None:
    """Want only approved artefacts on every node."""
    approved = {row["sha256"] for row in value(attempt.ticket, "artefacts") or ()}
    found = {row["sha256"] for row in value(attempt.ticket, "deployed") or ()}
    strange = sorted(one for one in found if one and one not in approved)
    return _STRANGE.fill(sha256=strange[0][:12]) if strange else None


def verified_by_another(attempt: Attempt) -> Words | None:
    """Two people: whoever deployed it does not verify it."""
    verifier = value(attempt.ticket, "verified_by")
    return _OWN_WORK if verifier in (value(attempt.ticket, "executors") or ()) else None


def checked_enough(attempt: Attempt) -> Words | None:
    """At least five things were verified."""
    done = len(value(attempt.ticket, "verified") or ())
    return None if done >= LEAST_CHECKS else _TOO_FEW.fill(done=done)


def hashed(attempt: Attempt) -> Words | None:
    """Every artefact has its hash."""
    every = value(attempt.ticket, "artefacts") or ()
    return None if all(row.get("sha256") for row in every) else _NO_HASH


_STRANGE = Words(
    "节点上的摘要 {sha256}… 不在批准的制品清单内：请核对部署的文件。",
    "The hash {sha256}… found on a node is not among the approved artefacts: check what "
    "was deployed.",
)
_OWN_WORK = Words(
    "验证人不能是发布人，请由另一人验证。",
    "Whoever deployed it cannot verify it; somebody else must.",
)
_TOO_FEW = Words(
    "验证清单至少 5 项，现在有 {done} 项。",
    "At least 5 things are verified after a release; {done} are.",
)
_NO_HASH = Words("每个制品都要有 SHA-256。", "Every artefact needs its SHA-256.")

STATES = (
    State(name="planned", label=Words("计划", "Planned")),
    State(name="built", label=Words("已构建", "Built"), mark="attention"),
    State(name="submitted", label=Words("待批准", "Submitted"), mark="attention"),
    State(name="approved", label=Words("已批准", "Approved"), mark="attention"),
    State(name="rejected", label=Words("已驳回", "Rejected"), mark="abnormal"),
    State(name="deploying", label=Words("发布中", "Deploying"), mark="abnormal"),
    State(name="verified", label=Words("已验证", "Verified"), mark="normal"),
    State(name="rolled-back", label=Words("已回退", "Rolled back"), mark="abnormal"),
    State(name="closed", label=Words("已关闭", "Closed"), is_open=False, mark="normal"),
    w.VOID_STATE,
)

MOVES = (
    Move(
        name="build",
        label=Words("登记构建", "Record the build"),
        before=("planned", "rejected"),
        after="built",
        needs=("version_to", "artefacts"),
        gates=(hashed,),
        main=True,
    ),
    Move(
        name="submit",
        label=Words("提交批准", "Submit for approval"),
        before=("built",),
        after="submitted",
        needs=(
            "test_result",
            "plan",
            "backout_plan",
            "backout_artefact",
            "executors",
            "items",
        ),
        approval="release",
        main=True,
    ),
    Move(
        name="withdraw",
        label=Words("撤回修改", "Take back"),
        before=("submitted", "approved"),
        after="planned",
        noted=Words("为什么撤回", "Why it is taken back"),
    ),
    Move(
        name="deploy",
        label=Words("开始发布", "Deploy"),
        before=("approved",),
        after="deploying",
        gates=(gates.signed,),
        sets="deployed_at",
        main=True,
    ),
    Move(
        name="verify",
        label=Words("验证通过", "Verified"),
        before=("deploying",),
        after="verified",
        needs=("deployed", "verified", "verified_by"),
        gates=(hashes_match, checked_enough, verified_by_another),
        sets="verified_at",
        main=True,
    ),
    Move(
        name="roll-back",
        label=Words("回退", "Roll back"),
        before=("deploying", "verified"),
        after="rolled-back",
        needs=("rollback_record",),
        noted=Words("为什么回退", "Why it is rolled back"),
        sets="rolled_back_at",
    ),
    Move(
        name="close",
        label=Words("关闭", "Close"),
        before=("verified", "rolled-back"),
        after="closed",
        main=True,
    ),
    w.void_from("planned", "built", "submitted", "approved", "rejected"),
)


def signers(_ticket: Ticket) -> tuple[Signer, ...]:
    """Return whose signature a release needs: the lead's."""
    return (Signer(title=Words("项目经理", "Lead"), role=Role.LEAD),)


REGISTER = Register(
    kind=Kind.RELEASE,
    prefix="REL",
    title=Words("发布", "Releases"),
    path="/releases",
    groups=(_BASIC, _CONTENT, _RESULT),
    states=STATES,
    moves=MOVES,
    short=("title", "release_kind", "module", "version_to", "items"),
    signers=signers,
    decided={("submitted", True): "approved", ("submitted", False): "rejected"},
    voided={"submitted": "built", "approved": "built"},
)
