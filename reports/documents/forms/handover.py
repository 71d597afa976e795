"""交接班记录: what the next shift takes over, and that both agree on it."""

from __future__ import annotations

from reports.documents.forms.layout import (
    Attachments,
    FormLayout,
    Section,
    Signing,
    cell,
    col,
    sign,
    table,
    wide,
)
from reports.documents.words import Words

_SHIFT = Section(
    title=Words("一、班次", "1 Shift"),
    asks=(
        cell("day", "日期", "Day", required=True),
        cell("shift", "班次", "Shift", required=True),
        cell("from_person", "交班人", "Handed over by", required=True),
        cell("to_person", "接班人", "Taken over by", required=True),
        cell("planned_at", "计划交接时间", "Planned at", required=True),
        cell("actual_at", "实际交接时间", "Handed over at", required=True),
        wide("late_why", "迟交接的原因", "Why late"),
    ),
)
_STATE = Section(
    title=Words("二、交接内容", "2 What is handed over"),
    asks=(
        wide("system_state", "系统运行状况", "State of the system", lines=3),
        table(
            "open_tickets",
            "未关闭工单",
            "Open tickets",
            col("number", "编号", "Number", 27),
            col("title", "标题", "Title", 34),
            col("state", "状态", "State", 13),
            col("next", "下一步", "Next", 28),
            col("due", "时限", "Due", 25),
        ),
        table(
            "running",
            "正在进行的变更与演练",
            "Running changes and drills",
            col("number", "编号", "Number", 27),
            col("title", "标题", "Title", 40),
            col("state", "状态", "State", 16),
            col("note", "说明", "Note", 30),
        ),
        wide("alarms", "告警与抑制", "Alarms, silences", lines=2),
        wide("for_customer", "待甲方事项", "Waiting for customer", lines=2),
        wide("things", "钥匙、令牌、文档", "Keys, tokens, documents"),
        wide("notes", "注意事项", "Remarks", lines=3),
    ),
)
_SIGNED = Section(
    title=Words("三、附件与签署", "3 Attachments and signatures"),
    asks=(
        Attachments(),
        Signing(
            title=Words(
                "双方已当面核对以上内容。接班人未到岗，交班人不得离岗。",
                "Both have gone through the above together. Who hands over stays until "
                "the other has come.",
            ),
            boxes=(
                sign("from_person", "交班人", "Handed over by", opinion=False),
                sign("to_person", "接班人", "Taken over by", opinion=False),
            ),
        ),
    ),
)

HANDOVER = FormLayout(
    kind="handover",
    title=Words("交接班记录", "Hand-over record"),
    sections=(_SHIFT, _STATE, _SIGNED),
)
