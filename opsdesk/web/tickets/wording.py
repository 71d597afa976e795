"""What the entries of a timeline and the links are called."""

from __future__ import annotations

from opsdesk.tickets.models import Relation, What
from probes.finding import Words

WHAT = {
    What.OPENED: Words("受理", "Opened"),
    What.MOVED: Words("状态", "Moved"),
    What.EDITED: Words("修改", "Edited"),
    What.NOTED: Words("备注", "Note"),
    What.ATTACHED: Words("附件", "File"),
    What.LINKED: Words("关联", "Linked"),
    What.UNLINKED: Words("解除关联", "Unlinked"),
    What.RECLASSIFIED: Words("改判", "Reclassified"),
    What.ASKED: Words("请求签署", "Signatures asked"),
    What.DECIDED: Words("签署", "Signed"),
    What.VOIDED: Words("签署失效", "Signatures void"),
    What.ESCALATED: Words("时限提醒", "Escalated"),
    What.SEEN_AGAIN: Words("再次发现", "Seen again"),
    What.CHECKED: Words("复检结果", "Checked"),
    What.REPORTED: Words("报告甲方", "Reported"),
    What.PRINTED: Words("表单归档", "Form archived"),
}
RELATIONS = {
    Relation.CAUSED_BY: Words("起因于", "caused by"),
    Relation.FIXED_BY: Words("由其修复", "fixed by"),
    Relation.RELEASED_IN: Words("随其发布", "released in"),
    Relation.REPAIRED_BY: Words("由其维修", "repaired by"),
    Relation.DUPLICATE_OF: Words("重复于", "duplicate of"),
    Relation.CONTINUES: Words("接续", "continues"),
    Relation.RELATES_TO: Words("相关", "relates to"),
}
