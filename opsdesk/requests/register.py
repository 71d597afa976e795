"""The register of service requests: asked, done, and how it was received."""

from __future__ import annotations

from opsdesk.tickets import wording as w
from opsdesk.tickets.models import Kind
from opsdesk.tickets.register import EITHER_SIDE, Group, Move, Register, State
from probes.finding import Words

_ASKED = Group(
    title=Words("请求", "Request"),
    fields=(
        w.TITLE,
        w.choice(
            "channel",
            "渠道",
            "Channel",
            ("phone", "电话", "Phone"),
            ("portal", "门户", "Portal"),
            ("chat", "微信/QQ 群", "Chat group"),
            ("mail", "邮件", "E-mail"),
            ("on-site", "现场", "On site"),
        ),
        w.choice(
            "category",
            "类别",
            "Category",
            ("consulting", "咨询", "Consulting"),
            ("account", "账号", "Account"),
            ("data", "数据", "Data"),
            ("training", "培训", "Training"),
            ("access", "权限", "Access"),
            ("other", "其他", "Other"),
        ),
        w.REPORTER,
        w.line("reporter_unit", "单位", "Unit"),
        w.line("contact", "联系方式", "Contact"),
        w.REGION,
        w.MODULE,
        w.DESCRIPTION,
        w.ITEMS,
        w.OWNER,
        w.moment("wanted_by", "希望完成时间", "Wanted by"),
    ),
)
_DONE = Group(
    title=Words("办理结果", "Outcome"),
    fields=(
        w.text("solution", "办理结果", "What was done", frozen=False),
        w.line("article", "知识库编号", "Knowledge article", frozen=False),
        w.choice(
            "satisfaction",
            "满意度",
            "Satisfaction",
            ("5", "5 很满意", "5 very good"),
            ("4", "4 满意", "4 good"),
            ("3", "3 一般", "3 fair"),
            ("2", "2 不满意", "2 poor"),
            ("1", "1 很不满意", "1 very poor"),
            ("unanswered", "未答复", "No answer"),
            frozen=False,
        ),
    ),
)

STATES = (
    State(name="new", label=Words("新建", "New"), mark="attention"),
    State(name="assigned", label=Words("已派单", "Assigned"), mark="attention"),
    State(name="working", label=Words("办理中", "Working"), mark="attention"),
    State(
        name="waiting", label=Words("等待甲方", "Waiting for customer"), mark="waiting"
    ),
    State(name="done", label=Words("已办结", "Done"), mark="normal"),
    State(name="closed", label=Words("已关闭", "Closed"), is_open=False, mark="normal"),
    w.VOID_STATE,
)

MOVES = (
    Move(
        name="assign",
        label=Words("派单", "Assign"),
        before=("new",),
        after="assigned",
        needs=("owner",),
        main=True,
    ),
    Move(
        name="start",
        label=Words("开始办理", "Start work"),
        before=("assigned",),
        after="working",
        main=True,
    ),
    Move(
        name="wait",
        label=Words("等待甲方", "Wait for the customer"),
        before=("assigned", "working"),
        after="waiting",
        noted=Words("等待什么、依据", "What is waited for, and the evidence"),
    ),
    Move(
        name="go-on",
        label=Words("继续办理", "Go on"),
        before=("waiting",),
        after="working",
        noted=Words("甲方答复", "The customer's answer"),
        main=True,
    ),
    Move(
        name="finish",
        label=Words("办结", "Finish"),
        before=("assigned", "working"),
        after="done",
        needs=("solution",),
        asks=("article",),
        main=True,
    ),
    Move(
        name="close",
        label=Words("关闭", "Close"),
        before=("done",),
        after="closed",
        roles=EITHER_SIDE,
        needs=("satisfaction",),
        main=True,
    ),
    Move(
        name="reopen",
        label=Words("重开", "Reopen"),
        before=("done", "closed"),
        after="working",
        roles=EITHER_SIDE,
        noted=Words("为什么重开", "Why it is opened again"),
    ),
    w.void_from("new", "assigned", "working", "waiting", "done"),
)

REGISTER = Register(
    kind=Kind.REQUEST,
    prefix="REQ",
    title=Words("服务请求", "Service requests"),
    path="/requests",
    groups=(_ASKED, _DONE),
    states=STATES,
    moves=MOVES,
    openers=EITHER_SIDE,
    short=(
        "title",
        "channel",
        "category",
        "reporter",
        "contact",
        "region",
        "module",
        "description",
    ),
)
