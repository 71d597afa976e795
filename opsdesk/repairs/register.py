"""The register of hardware repairs: applied for, mended or scrapped, and accepted."""

from __future__ import annotations

from opsdesk.people.models import Role
from opsdesk.tickets import gates
from opsdesk.tickets import wording as w
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.register import (
    EITHER_SIDE,
    Attempt,
    Field,
    Group,
    Move,
    Register,
    Shape,
    Signer,
    State,
    filled,
    value,
)
from probes.finding import Words

_DEVICE = Group(
    title=Words("设备", "Device"),
    fields=(
        w.TITLE,
        w.choice(
            "urgency_word",
            "紧急程度",
            "Urgency",
            ("urgent", "紧急", "Urgent"),
            ("normal", "一般", "Normal"),
        ),
        w.line("department", "部门", "Department"),
        w.line("contact", "电话", "Phone"),
        w.ITEMS,
        w.line("device_name", "设备名称", "Device"),
        w.line("device_kind", "类别", "Kind"),
        w.line("model", "品牌型号", "Make and model"),
        w.line("serial", "序列号", "Serial number"),
        w.line("location", "安装位置", "Location"),
        w.line("address", "IP/用途", "Address and use"),
        Field(name="bought_on", label=Words("购置日期", "Bought on"), shape=Shape.DATE),
        w.choice(
            "warranty",
            "质保状态",
            "Warranty",
            ("in", "在保", "In warranty"),
            ("out", "脱保", "Out of warranty"),
        ),
        Field(
            name="warranty_until",
            label=Words("质保至", "Warranty until"),
            shape=Shape.DATE,
        ),
        w.line("vendor", "维保厂商与报修号", "Vendor and case number"),
    ),
)
_FAULT = Group(
    title=Words("故障与维修方式", "Fault and repair"),
    fields=(
        w.moment("found_at", "发现时间", "Found at"),
        w.choice(
            "found_by",
            "发现方式",
            "Found by",
            ("inspection", "巡检", "Inspection"),
            ("alarm", "告警", "Alarm"),
            ("user", "用户", "User"),
        ),
        w.text("symptom", "现象（指示灯、错误码）", "Symptom (lights, error codes)"),
        w.text("tried", "已做排查", "What was tried"),
        w.text("affects", "影响业务与是否有冗余", "What it affects; redundancy"),
        w.line("suspected_part", "疑似部件", "Suspected part"),
        w.choice(
            "way",
            "维修方式",
            "Way of repair",
            ("on-site", "现场更换", "On site"),
            ("return", "返厂", "Sent to the maker"),
            ("remote", "厂商远程", "By the vendor, remotely"),
            ("scrap", "报废", "Scrap"),
        ),
        w.yes_no("stops_service", "是否停机", "Needs a stop"),
        w.rows(
            "parts",
            "所需备件",
            "Parts needed",
            w.line("name", "名称", "Name"),
            w.line("model", "型号", "Model"),
            w.line("count", "数量", "Count"),
            w.line("source", "来源", "Source"),
            w.line("price", "单价", "Price"),
        ),
        Field(
            name="cost",
            label=Words("预计费用（元）", "Expected cost (CNY)"),
            shape=Shape.NUMBER,
        ),
        w.line("paid_by", "费用承担方", "Paid by"),
        w.moment("expected_at", "预计完成时间", "Expected at"),
        w.yes_no("has_media", "含存储介质", "Holds storage media"),
        w.choice(
            "media_handling",
            "介质数据处置",
            "Handling of the data",
            ("kept", "拆下硬盘留存", "Disks taken out and kept"),
            ("encrypted", "加密", "Encrypted"),
            ("erased", "消磁/覆写", "Erased"),
        ),
        w.line("media_how", "处置方法-操作人-见证人", "Method, by whom, witness"),
        w.yes_no("taken_away_approved", "带离已审批", "Removal approved"),
        w.APPROVAL_ORDER,
    ),
)
_REPAIRED = Group(
    title=Words("维修与验收", "Repair and acceptance"),
    fields=(
        w.line("repair_company", "维修单位/工程师/证件", "Repairer", frozen=False),
        w.line("escort", "陪同人", "Escort", frozen=False),
        w.rows(
            "replaced",
            "更换明细",
            "Replaced parts",
            w.line("old", "旧件型号-SN", "Old part, serial"),
            w.line("new", "新件型号-SN", "New part, serial"),
            w.line("where", "去向", "Where it went"),
            frozen=False,
        ),
        w.text("firmware", "固件/配置变更", "Firmware, configuration", frozen=False),
        w.stamped("sent_at", "送修/开始时间", "Sent at"),
        w.stamped("returned_at", "返还/完成时间", "Returned at"),
        w.rows(
            "tests",
            "验收测试",
            "Acceptance tests",
            w.line("item", "测试项", "Test"),
            w.line("result", "结果", "Result"),
            frozen=False,
        ),
        w.choice(
            "outcome",
            "结论",
            "Outcome",
            ("repaired", "修复", "Repaired"),
            ("partly", "部分", "Partly"),
            ("not", "未修复", "Not repaired"),
            frozen=False,
        ),
        w.yes_no("register_updated", "台账已更新", "Library updated", frozen=False),
        w.text("scrap_why", "报废理由", "Why it is scrapped", frozen=False),
    ),
)


def media_handled(attempt: Attempt) -> Words | None:
    """Let no device leave with data on it, nor without leave."""
    ticket = attempt.ticket
    if not value(ticket, "has_media"):
        return None
    handled = filled(ticket, "media_handling") and filled(ticket, "media_how")
    if handled and value(ticket, "taken_away_approved"):
        return None
    return _MEDIA


_MEDIA = Words(
    "设备含存储介质：请先填写数据处置、方法与见证人，并完成带离审批。",
    "It holds storage media: say how the data was handled, by whom and before whom, and "
    "have its removal approved first.",
)


def signers(_ticket: Ticket) -> tuple[Signer, ...]:
    """Return whose signatures a repair needs: the lead's, then the customer's."""
    return (
        Signer(title=Words("项目经理审批", "Lead"), role=Role.LEAD),
        Signer(title=Words("甲方批准", "Customer"), role=Role.CUSTOMER),
    )


STATES = (
    State(name="draft", label=Words("草稿", "Draft"), mark="plain"),
    State(name="submitted", label=Words("待审批", "Submitted"), mark="attention"),
    State(name="approved", label=Words("已批准", "Approved"), mark="attention"),
    State(name="rejected", label=Words("已驳回", "Rejected"), mark="abnormal"),
    State(name="sent-out", label=Words("送修", "Sent out"), mark="waiting"),
    State(name="on-site", label=Words("上门维修", "On site"), mark="attention"),
    State(name="returned", label=Words("返还", "Returned"), mark="attention"),
    State(name="accepted", label=Words("已验收", "Accepted"), mark="normal"),
    State(name="scrapped", label=Words("已报废", "Scrapped"), mark="normal"),
    State(name="closed", label=Words("已关闭", "Closed"), is_open=False, mark="normal"),
    w.VOID_STATE,
)

MOVES = (
    Move(
        name="submit",
        label=Words("提交审批", "Submit"),
        before=("draft", "rejected"),
        after="submitted",
        needs=("device_name", "model", "serial", "symptom", "tried", "affects", "way"),
        approval="repair",
        main=True,
    ),
    Move(
        name="withdraw",
        label=Words("撤回修改", "Take back"),
        before=("submitted", "approved"),
        after="draft",
        noted=Words("为什么撤回", "Why it is taken back"),
    ),
    Move(
        name="send",
        label=Words("送修", "Send out"),
        before=("approved",),
        after="sent-out",
        gates=(gates.signed, media_handled),
        asks=("repair_company",),
        sets="sent_at",
    ),
    Move(
        name="repair-here",
        label=Words("上门维修", "Repair on site"),
        before=("approved",),
        after="on-site",
        gates=(gates.signed,),
        asks=("repair_company", "escort"),
        sets="sent_at",
        main=True,
    ),
    Move(
        name="return",
        label=Words("返还", "Returned"),
        before=("sent-out", "on-site"),
        after="returned",
        asks=("replaced", "firmware"),
        sets="returned_at",
        main=True,
    ),
    Move(
        name="accept",
        label=Words("验收", "Accept"),
        before=("returned",),
        after="accepted",
        roles=EITHER_SIDE,
        needs=("tests", "outcome"),
        main=True,
    ),
    Move(
        name="scrap",
        label=Words("报废", "Scrap"),
        before=("approved", "sent-out", "on-site", "returned"),
        after="scrapped",
        needs=("scrap_why",),
        gates=(gates.signed, media_handled),
    ),
    Move(
        name="close",
        label=Words("关闭", "Close"),
        before=("accepted", "scrapped"),
        after="closed",
        needs=("register_updated",),
        main=True,
    ),
    w.void_from("draft", "submitted", "approved", "rejected"),
)

REGISTER = Register(
    kind=Kind.REPAIR,
    prefix="REP",
    title=Words("硬件维修", "Hardware repairs"),
    path="/repairs",
    groups=(_DEVICE, _FAULT, _REPAIRED),
    states=STATES,
    moves=MOVES,
    short=("title", "device_name", "serial", "found_at", "symptom"),
    signers=signers,
    decided={("submitted", True): "approved", ("submitted", False): "rejected"},
    voided={"submitted": "draft", "approved": "draft"},
)
