"""服务请求记录: what was asked, what was done, how it was received."""

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
)
from reports.documents.words import Words

_ASKED = Section(
    title=Words("一、请求", "1 Request"),
    asks=(
        wide("title", "标题", "Title", required=True),
        ticks(
            "channel",
            "渠道",
            "Channel",
            ("phone", "电话", "phone"),
            ("portal", "门户", "portal"),
            ("chat", "微信/QQ 群", "chat group"),
            ("mail", "邮件", "e-mail"),
            ("on-site", "现场", "on site"),
        ),
        ticks(
            "category",
            "类别",
            "Category",
            ("consulting", "咨询", "question"),
            ("account", "账号", "account"),
            ("data", "数据", "data"),
            ("training", "培训", "training"),
            ("access", "权限", "access"),
            ("other", "其他", "other"),
        ),
        cell("reporter", "请求人", "Asked by"),
        cell("reporter_unit", "单位", "Unit"),
        cell("region", "区域", "Region"),
        cell("contact", "联系方式", "Contact"),
        cell("received_by", "受理人", "Received by"),
        cell("received_at", "受理时间", "Received at", required=True),
        cell("module", "系统模块", "System module"),
        cell("wanted_by", "希望完成时间", "Wanted by"),
        wide("items", "涉及配置项", "Configuration items"),
        wide("description", "请求内容", "What is asked", lines=4, required=True),
    ),
)
_DONE = Section(
    title=Words("二、办理", "2 Work"),
    asks=(
        cell("owner", "办理人", "Done by"),
        cell("state", "状态", "State"),
        table(
            "timeline",
            "办理过程",
            "What was done",
            col("at", "时间", "Time", 22),
            col("by", "人员", "By", 16),
            col("action", "动作与说明", "Action", 60),
        ),
        wide("solution", "办理结果", "Outcome", lines=3, required=True),
        cell("article", "知识库编号", "Knowledge article"),
        cell("closed_at", "关闭时间", "Closed at"),
        ticks(
            "satisfaction",
            "满意度",
            "Satisfaction",
            ("5", "5 很满意", "5 very good"),
            ("4", "4 满意", "4 good"),
            ("3", "3 一般", "3 fair"),
            ("2", "2 不满意", "2 poor"),
            ("1", "1 很不满意", "1 very poor"),
            ("unanswered", "未答复", "no answer"),
        ),
    ),
)
_SIGNED = Section(
    title=Words("三、时限、关联、附件与签署", "3 Clocks, links, signatures"),
    asks=(
        Clocks(),
        LINKS,
        Attachments(),
        Signing(
            title=Words("签署", "Signatures"),
            boxes=(
                sign("recorder", "办理人", "Done by", opinion=False),
                sign("reviewer", "复核人", "Reviewed by"),
                sign("requester", "请求人确认", "Asked by", opinion=False),
            ),
        ),
    ),
)

REQUEST = FormLayout(
    kind="request",
    title=Words("服务请求记录", "Service request record"),
    sections=(_ASKED, _DONE, _SIGNED),
)
