"""What the made-up lead wrote for the report of the month before."""

from __future__ import annotations

from datetime import datetime

from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.flows.demo.stage import LEAD
from opsdesk.flows.month.material import number_of
from opsdesk.reporting import operations, span

PARAGRAPHS = {
    "highlights": "本月系统总体平稳。填报高峰期间响应及时，企业填报系统 2.7.4 按窗口发布，"
    "验证码问题已根治；"
    "制图工作站显卡驱动升级未达预期，已按方案回退，业务未受影响。",
    "improvements": "1. 值班电话增设备班，避免交接班时漏接。\n2. 连接池参数与慢查询清单已复核。",
    "risks": "filing-2 的 /data 分区增长较快，须在写满之前清理或扩容；"
    "建议由甲方确认 90 天前导出文件的保留要求。",
    "customer": "1. 请确认导出文件的保留期限。\n2. 请安排下月应急演练的参演人员。",
    "next": "1. 完成 filing-2 扩容（运维工程师，当月 10 日前，验收：占用低于 70%）。\n"
    "2. 完成月度应急演练与恢复演练各一次。\n3. 跟踪验证码问题的有效性复查。",
}


def month(desk: Desk, *, at: datetime) -> None:
    """Save the paragraphs of last month's report, as its lead would."""
    zone = desk.settings.desk.timezone
    number = number_of(desk.settings, span.read("last", local_day(at, zone), zone))
    with desk.database.unit() as session:
        operations.write(
            session, number, PARAGRAPHS, version=0, by=LEAD.username, at=at
        )
