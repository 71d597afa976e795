"""What the made-up problem, changes, release and repair say of themselves."""

from __future__ import annotations

import hashlib
from typing import Any

from opsdesk.tickets.operations.articles import Writing


def sha256(name: str) -> str:
    """Return a made-up file's hash."""
    return hashlib.sha256(name.encode()).hexdigest()


ARTEFACT = {
    "name": "filing-2.7.4.war",
    "size": "48.2 MB",
    "sha256": sha256("filing-2.7.4"),
    "place": "制品库/filing/2.7.4",
}
VERIFIED: dict[str, Any] = {
    "deployed": [
        {
            "node": node,
            "began": "22:20",
            "ended": "22:41",
            "sha256": ARTEFACT["sha256"],
            "result": "一致",
        }
        for node in ("filing-1", "filing-3")
    ],
    "verified": [
        {"item": item, "result": "通过"}
        for item in ("登录", "填报保存", "附件上传", "审核退回", "统计查询")
    ],
}
PROBLEM: dict[str, Any] = {
    "title": "企业登录验证码反复失效",
    "source": "repeated",
    "category": "defect",
    "reporter": "值班组（演示）",
    "module": "统一认证",
    "impact": "middle",
    "urgency": "middle",
    "description": "一个月内多次接到登录时验证码错误的电话，清理缓存后暂时好转。",
}
CAUSE: dict[str, Any] = {
    "root_cause": "两台缓存的时钟相差数秒，验证码在一台上提前过期。",
    "permanent_fix": "统一校时源，并在程序里放宽有效期 30 秒。",
}
PLAN: dict[str, Any] = {
    "title": "企业填报系统升级到 2.7.4",
    "applicant_unit": "（演示）运维单位",
    "source": "problem",
    "module": "企业填报",
    "reason": "消除验证码提前失效的问题。",
    "present": "两个填报节点为 2.7.3，各自校时，相差可达 40 秒。",
    "content": "升级两个填报节点并统一校时源。",
    "impact_analysis": "升级期间由另外两个节点承载，用户无感；统计组件依赖填报系统，需一并验证。",
    "without_it": "登录失败会继续出现，电话量居高不下。",
    "test_result": "测试环境连续运行 3 天，回归全部通过。",
    "steps": [
        {"action": "摘除节点并备份", "by": "乙", "minutes": "20", "check": "备份可读"},
        {
            "action": "替换制品、调整校时",
            "by": "乙",
            "minutes": "30",
            "check": "摘要一致",
        },
        {"action": "验证并恢复负载", "by": "甲", "minutes": "20", "check": "五项通过"},
    ],
    "backup_before": "制品与配置备份到 nas，数据库做增量备份。",
    "announcement": "前一工作日在门户和群内公告。",
    "backout_trigger": "任一验证项失败，或错误率超过 1%。",
    "backout_steps": "还原旧制品和校时配置，重启应用。",
    "backout_data": "本次不改数据，无需回退数据。",
    "backout_minutes": 20.0,
    "backout_rehearsed": True,
    "verification_plan": "登录、填报、附件、审核、统计五项。",
    "risk_scope": "2",
    "risk_reversible": "1",
    "risk_experience": "1",
    "risk_window": "1",
    "stops_service": False,
}
PATCH: dict[str, Any] = {
    "title": "图形工作站显卡驱动更新",
    "module": "制图",
    "reason": "新版制图软件建议更新驱动。",
    "present": "graphics-1 的显卡驱动为旧版，制图时偶有花屏。",
    "content": "更新 graphics-1 的显卡驱动。",
    "impact_analysis": "只影响一台图形工作站，无业务中断。",
}
DATABASE: dict[str, Any] = {
    "title": "监测主库参数调整与补丁",
    "module": "数据库",
    "source": "security",
    "reason": "厂商安全公告，内存参数偏小。",
    "present": "数据库缺本季度安全补丁，共享内存 16 GB，高峰期换页。",
    "content": "安装补丁并把共享内存调整到 24 GB，需要重启数据库。",
    "impact_analysis": "重启期间填报、发布、交换均不可用，约 8 分钟。",
    "stops_service": True,
    "stop_minutes": 8.0,
    "risk_scope": "3",
    "risk_reversible": "2",
    "risk_experience": "2",
}
REPAIR: dict[str, Any] = {
    "title": "视频服务器硬盘告警",
    "urgency_word": "normal",
    "device_name": "视频服务器",
    "device_kind": "服务器",
    "model": "（演示）机架服务器",
    "serial": "DEMO-0001",
    "location": "机房 A-03",
    "warranty": "in",
    "found_by": "inspection",
    "symptom": "2 号盘黄灯，内核日志有读写错误。",
    "tried": "重新插拔后仍告警，阵列降级运行。",
    "affects": "视频会议录像；阵列有冗余，业务未中断。",
    "way": "on-site",
    "has_media": True,
    "taken_away_approved": False,
}
ACCEPTED: dict[str, Any] = {
    "tests": [{"item": "阵列重建、连续写入 1 小时", "result": "通过"}],
    "outcome": "repaired",
}
REPAIRED: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("repair-here", 20, {"repair_company": "（演示）维保厂商"}),
    ("return", 3, {"firmware": "硬盘固件随盘，无变更。"}),
    ("accept", 2, ACCEPTED),
    ("close", 1, {"register_updated": True}),
)
OBSERVED: dict[str, Any] = {
    "register_updated": True,
    "observation_result": "观察 35 小时，无异常。",
}
RESTORED: dict[str, Any] = {
    "register_updated": True,
    "observation_result": "已恢复原状，业务正常。",
}
FIREWALL: dict[str, Any] = {
    "title": "数据区防火墙电源模块告警",
    "device_name": "数据区防火墙",
    "device_kind": "安全设备",
    "serial": "DEMO-0002",
    "location": "机房 B-01",
    "symptom": "2 号电源红灯，单路供电。",
    "tried": "更换插座和电源线后仍告警。",
    "affects": "主备两台，业务未中断。",
    "has_media": False,
}
TREND: dict[str, Any] = {
    "title": "filing-2 数据盘每天增长约 1%",
    "source": "trend",
    "category": "infrastructure",
    "reporter": "值班组（演示）",
    "module": "企业填报",
    "impact": "middle",
    "urgency": "high",
    "description": "巡检趋势显示 /data 按天增长，预计一周内写满。",
}
ARTICLES = (
    Writing(
        title="企业登录提示验证码错误怎么办",
        module="统一认证",
        body="1. 请对方刷新页面重试；2. 在两台缓存上核对时差，超过 1 秒先校时；\n"
        "3. 仍失败时清理该账号的验证码缓存，并在事件中写明时差。",
    ),
    Writing(
        title="附件上传失败的排查",
        module="企业填报",
        body="核对附件大小和浏览器版本；超过 5 MB 时建议压缩或更换浏览器。",
    ),
)
