"""硬件维修申请表: a device's fault, its repair, its data, and its acceptance."""

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

_DEVICE = Section(
    title=Words("一、申请与设备", "1 Application and device"),
    asks=(
        wide("title", "标题", "Title"),
        cell("reporter", "申请人", "Applicant"),
        cell("department", "部门", "Department"),
        cell("contact", "电话", "Phone"),
        cell("applied_at", "申请日期", "Applied at"),
        ticks(
            "urgency_word",
            "紧急程度",
            "Urgency",
            ("urgent", "紧急", "urgent"),
            ("normal", "一般", "normal"),
            whole=False,
        ),
        cell("items", "资产编号", "Asset code", required=True),
        cell("device_name", "设备名称", "Device", required=True),
        cell("device_kind", "类别", "Kind"),
        cell("model", "品牌型号", "Make and model", required=True),
        cell("serial", "序列号", "Serial number", required=True),
        cell("location", "安装位置", "Location"),
        cell("address", "IP/用途", "Address and use"),
        cell("bought_on", "购置日期", "Bought on"),
        cell("warranty_until", "质保至", "Warranty until"),
        ticks(
            "warranty",
            "质保状态",
            "Warranty",
            ("in", "在保", "in warranty"),
            ("out", "脱保", "out of warranty"),
            whole=False,
        ),
        cell("vendor", "维保厂商与报修号", "Vendor, case number"),
    ),
)
_FAULT = Section(
    title=Words("二、故障与维修方式", "2 Fault and way of repair"),
    asks=(
        cell("found_at", "发现时间", "Found at", required=True),
        ticks(
            "found_by",
            "发现方式",
            "Found by",
            ("inspection", "巡检", "inspection"),
            ("alarm", "告警", "alarm"),
            ("user", "用户", "user"),
            whole=False,
        ),
        wide("symptom", "现象", "Symptom", lines=3, required=True),
        wide("tried", "已做排查", "What was tried", lines=2, required=True),
        wide("affects", "影响业务与冗余", "Affects; redundancy", required=True),
        cell("suspected_part", "疑似部件", "Suspected part"),
        cell("suspected_cause", "原因", "Cause"),
        ticks(
            "way",
            "维修方式",
            "Way of repair",
            ("on-site", "现场更换", "on site"),
            ("return", "返厂", "sent to the maker"),
            ("remote", "厂商远程", "vendor, remotely"),
            ("scrap", "报废", "scrap"),
        ),
        yes_no("stops_service", "是否停机", "Needs a stop"),
        cell("change", "关联变更单", "Change"),
        table(
            "parts",
            "所需备件",
            "Parts needed",
            col("name", "名称", "Name", 26),
            col("model", "型号", "Model", 28),
            col("count", "数量", "Count", 10, Align.RIGHT),
            col("source", "来源", "Source", 20),
            col("price", "单价（元）", "Price (CNY)", 14, Align.RIGHT),
        ),
        cell("cost", "预计费用（元）", "Cost (CNY)"),
        cell("paid_by", "费用承担方", "Paid by"),
        cell("expected_at", "预计完成时间", "Expected at"),
        yes_no("has_media", "含存储介质", "Holds storage", required=True),
        ticks(
            "media_handling",
            "数据处置",
            "Handling of data",
            ("kept", "拆下硬盘留存", "disks kept"),
            ("encrypted", "加密", "encrypted"),
            ("erased", "消磁/覆写", "erased"),
        ),
        wide("media_how", "方法与见证人", "Method, witness"),
        yes_no("taken_away_approved", "带离已审批", "Removal approved"),
        cell("owner", "负责人", "Owner"),
    ),
)
_APPROVED = Section(
    title=Words("三、时限、附件与审批", "3 Clocks, attachments, approval"),
    asks=(
        Clocks(),
        Attachments(),
        Signing(
            title=Words("审批", "Approval"),
            boxes=(
                sign("lead", "项目经理审批", "Lead"),
                sign("customer_devices", "甲方设备管理", "Customer, devices"),
                sign("customer", "甲方批准", "Customer, approval"),
            ),
        ),
    ),
)
_REPAIRED = Section(
    title=Words("四、维修与验收", "4 Repair and acceptance"),
    later=Words("维修后填写", "filled in after the repair"),
    asks=(
        cell("arrived_at", "到场时间", "Arrived at"),
        cell("escort", "陪同人", "Escort"),
        wide("repair_company", "维修单位/工程师", "Repairer"),
        table(
            "replaced",
            "更换明细",
            "Replaced parts",
            col("old", "旧件型号-SN", "Old part, serial", 36),
            col("new", "新件型号-SN", "New part, serial", 36),
            col("where", "去向", "Where it went", 28),
            blank=2,
        ),
        wide("firmware", "固件/配置变更", "Firmware, configuration"),
        cell("sent_at", "送修/开始时间", "Sent at"),
        cell("returned_at", "返还/完成时间", "Returned at"),
        wide("spare_used", "备用机使用", "Spare used"),
        table(
            "tests",
            "验收测试",
            "Acceptance tests",
            col("item", "测试项", "Test", 60),
            col("result", "结果", "Result", 40),
            blank=4,
        ),
        wide("observation_result", "运行观察（72 h）", "Observed (72 h)"),
        ticks(
            "outcome",
            "结论",
            "Outcome",
            ("repaired", "修复", "repaired"),
            ("partly", "部分", "partly"),
            ("not", "未修复", "not repaired"),
        ),
        yes_no("register_updated", "台账已更新", "Library updated"),
        cell("scrap_why", "报废理由", "Why scrapped"),
        LINKS,
        Signing(
            title=Words("验收", "Acceptance"),
            boxes=(
                sign("acceptor", "验收人（乙方）", "Contractor"),
                sign("customer_acceptance", "甲方验收", "Customer"),
            ),
        ),
    ),
)

REPAIR = FormLayout(
    kind="repair",
    title=Words("硬件维修申请表", "Hardware repair request"),
    sections=(_DEVICE, _FAULT, _APPROVED, _REPAIRED),
)
