"""What the made-up callers report, and what is found in the end."""

from __future__ import annotations

from dataclasses import dataclass

REGIONS = (
    "河北省",
    "江苏省",
    "山东省",
    "浙江省",
    "四川省",
    "广东省",
    "陕西省",
    "湖北省",
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is reported, and what was found in the end."""

    title: str
    module: str
    cause_class: str
    cause: str
    solution: str
    source: str = "phone"
    urgency: str = "middle"


FAULTS = (
    Call(
        "企业自行监测数据保存时报“系统繁忙”",
        *("企业填报", "performance", "连接池被长事务占满。"),
        "结束长事务并调大连接池，报告人复测可以保存。",
    ),
    Call(
        "监测站手工数据无法导出 Excel",
        *("数据查询", "defect", "导出行数超过模板上限时没有分页。"),
        "按月分页导出，已随热修复发布。",
    ),
    Call(
        "省级审核页面打不开，提示 502",
        *("数据审核", "infrastructure", "应用节点内存不足，进程被系统终止。"),
        "重启节点并恢复负载均衡，核对近一小时数据无缺失。",
        "monitoring",
        "high",
    ),
    Call(
        "信息发布网站首页图表不显示",
        *("信息发布", "interface", "图表接口返回了空的年份。"),
        "补上默认年份，刷新缓存后正常。",
        "customer",
    ),
    Call(
        "企业登录提示验证码错误",
        *("统一认证", "defect", "两台缓存的时钟相差过大，验证码提前过期。"),
        "校时后恢复；已登记问题，跟踪校时配置。",
    ),
    Call(
        "数据交换前置昨夜没有收到数据",
        *("数据交换", "interface", "对方网络调整后地址未放行。"),
        "与对方核对地址并放行，补传昨夜数据。",
        "inspection",
        "high",
    ),
    Call(
        "修改企业基本信息后仍显示旧名称",
        *("企业填报", "data", "名称缓存没有随修改失效。"),
        "清理缓存并补上失效处理。",
        "chat",
        "low",
    ),
    Call(
        "全省达标率统计与上月报表不一致",
        *("统计分析", "data", "停产企业没有从分母中扣除。"),
        "按口径修正统计脚本，重算并核对三个市。",
        "customer",
    ),
    Call(
        "附件超过 5 MB 时上传失败",
        *("企业填报", "use", "浏览器版本过旧。"),
        "指导更换浏览器后上传成功。",
        "chat",
        "low",
    ),
)
REQUESTS = (
    Call(
        "为新任审核员开通账号", "统一认证", "account", "", "已开通并告知首次登录方法。"
    ),
    Call(
        "导出上季度全省监测数据", "数据查询", "data", "", "已导出并核对条数，刻盘交付。"
    ),
    Call("重置企业填报账号口令", "统一认证", "account", "", "核实身份后重置。", "chat"),
    Call(
        "咨询季度监测方案填报要求", "企业填报", "consulting", "", "已答复并附操作手册。"
    ),
    Call(
        "为市级用户做一次填报培训",
        "企业填报",
        "training",
        "",
        "已远程培训 1 小时。",
        "mail",
    ),
)
