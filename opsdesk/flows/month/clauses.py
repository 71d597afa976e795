"""The contract's duties in words: clause, what it asks, and where a report shows it."""

from __future__ import annotations

from typing import NamedTuple

from reports.documents.words import Words


class Clause(NamedTuple):
    """One duty; `note` is the evidence, or why there is none."""

    id: str
    clause: str
    duty: Words
    note: Words


CLAUSES = (
    Clause(
        "D01",
        "2.2(1) 4.3.3",
        Words("发现、修复并发布程序故障", "Find, repair and release fixes"),
        Words(
            "第 4 章：本期受理与其中已关闭的事件",
            "chapter 4: incidents opened, and closed of these",
        ),
    ),
    Clause(
        "D02",
        "2.2(2)",
        Words("修改妨碍业务的功能", "Change functions that hinder"),
        Words("第 10 章：服务请求受理与办结", "requests opened, and closed of these"),
    ),
    Clause(
        "D03",
        "2.2(3) 4.3.6",
        Words("每周检查软件环境升级", "Check for updates weekly"),
        Words(
            "还没有每周升级检查的登记簿", "there is no register of weekly checks yet"
        ),
    ),
    Clause(
        "D04",
        "2.2(4) 4.3.7",
        Words("每月一次应急演练", "A drill every month"),
        Words("第 9 章：已完成的演练", "chapter 9: drills completed"),
    ),
    Clause(
        "D05",
        "2.2(5) 4.3.8",
        Words("每日备份、每月恢复演练", "Daily backups, a monthly restore drill"),
        Words(
            "备份没有登记簿；恢复演练见第 8 章",
            "no register of backups; restore drills are in chapter 8",
        ),
    ),
    Clause(
        "D06",
        "2.2(6)",
        Words("用户增长时保持稳定（容量分析）", "Stay stable as users grow"),
        Words("第 2 章：容量与预测", "chapter 2: capacity and forecast"),
    ),
    Clause(
        "D07",
        "4.3.1",
        Words("服务至合同期满", "Service until the end date"),
        Words("持续义务，期满之前不能记为完成", "goes on until the contract ends"),
    ),
    Clause(
        "D08",
        "4.3.2",
        Words("1 小时内响应", "Response within an hour"),
        Words(
            "第 4 章：已关闭事件中达标的", "chapter 4: closed incidents that kept it"
        ),
    ),
    Clause(
        "D09",
        "4.3.2 4.4.1",
        Words("一般故障当日修复发布", "Ordinary faults fixed the same day"),
        Words(
            "第 4 章：已关闭事件中达标的", "chapter 4: closed incidents that kept it"
        ),
    ),
    Clause(
        "D10",
        "4.3.2",
        Words("复杂故障三日修复发布", "Complex faults fixed in three days"),
        Words(
            "第 4 章：已关闭事件中达标的", "chapter 4: closed incidents that kept it"
        ),
    ),
    Clause(
        "D11",
        "4.4.1",
        Words("超过一天的故障报修改计划", "Faults over a day reported with a plan"),
        Words("第 4 章：应报与已报的修改计划", "chapter 4: plans owed and reported"),
    ),
    Clause(
        "D12",
        "4.3.3(1)–(5)",
        Words("五类数据修复", "Five data repairs"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D13",
        "4.3.4(1)",
        Words("与省级平台接口联调", "Joint debugging with provinces"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D14",
        "4.3.4(2)",
        Words("清理省级脏数据", "Clean provinces' dirty data"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D15",
        "4.3.4(3)",
        Words("省级数据校验页面", "Validation page for provinces"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D16",
        "4.3.5",
        Words("每日三次监测", "Monitor three times a day"),
        Words("第 3 章：应巡检与完成", "chapter 3: rounds due and held"),
    ),
    Clause(
        "D17",
        "4.3.9",
        Words("登记问题、事件和程序变更", "Register problems, events, changes"),
        Words("六个登记簿本期新增的记录", "records opened in the six registers"),
    ),
    Clause(
        "D18",
        "4.4.1",
        Words("实施计划与节点控制", "Implementation plan and milestones"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D19",
        "4.4.2",
        Words("15 分钟内到场", "On site within 15 minutes"),
        Words(
            "登记了到场时间的事件；其余未要求到场或未登记",
            "incidents with an arrival on record; others needed none or have none",
        ),
    ),
    Clause(
        "D20",
        "4.4.3",
        Words("不少于 8 名专职人员", "At least 8 dedicated staff"),
        Words(
            "期末在册的工程师与负责人账号", "accounts of engineers and leads at the end"
        ),
    ),
    Clause(
        "D21",
        "4.4.4",
        Words("与现有技术兼容", "Compatibility with present technology"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D22",
        "4.4.5",
        Words("保密协议、培训、账号与补丁", "Agreements, training, accounts"),
        Words("还没有登记簿", "there is no register yet"),
    ),
    Clause(
        "D23",
        "4.4.6",
        Words("七类应急预案", "Seven emergency plans"),
        Words(
            "预案是文件，随软件提供，其批准情况见应急模块",
            "plans are files that come with the desk; their approval shows there",
        ),
    ),
    Clause(
        "D24",
        "4.4.6",
        Words("在约定目标内恢复", "Recovery within objectives"),
        Words(
            "实测值见第 8、9 章的恢复演练与应急响应",
            "see chapters 8 and 9 for what was measured",
        ),
    ),
    Clause(
        "D25",
        "4.4.7(1)",
        Words("运维档案与配置库可追溯", "Archive and configuration library"),
        Words(
            "配置库台账项数，每项有修订历史",
            "items of the library, each with its history",
        ),
    ),
    Clause(
        "D26",
        "4.4.7(2)",
        Words("规范的变更流程", "Standard change process"),
        Words("经变更登记簿流转的变更", "changes that went through the register"),
    ),
    Clause(
        "D27",
        "4.4.7(3)",
        Words("准确、安全、可追溯的发布", "Release management"),
        Words("本期关闭与未回退的发布", "releases closed, and not rolled back"),
    ),
    Clause(
        "D28",
        "4.5",
        Words("《日常巡检记录》", "Daily inspection record"),
        Words("附录 A：已归档的每日记录", "appendix A: records in the archive"),
    ),
    Clause(
        "D29",
        "4.5",
        Words("《运维月报》", "Monthly report"),
        Words(
            "本报告；更长的报告期为其中各整月已归档的月报",
            "this report; of longer periods, the archived ones of their whole months",
        ),
    ),
    Clause(
        "D30",
        "4.5",
        Words("《运维重大变更申请表》", "Major change form"),
        Words("每单可出具表单", "a form can be printed of each record"),
    ),
    Clause(
        "D31",
        "4.5",
        Words("《硬件维修申请表》", "Repair form"),
        Words("每单可出具表单", "a form can be printed of each record"),
    ),
    Clause(
        "D32",
        "4.5",
        Words("《应急响应服务记录》", "Emergency response record"),
        Words("第 9 章：应急响应", "chapter 9: emergencies"),
    ),
    Clause(
        "D33",
        "4.5",
        Words("《问题记录》", "Problem record"),
        Words("每单可出具表单", "a form can be printed of each record"),
    ),
    Clause(
        "D34",
        "2.1",
        Words("为企业与主管部门用户提供帮助", "Help for users"),
        Words("第 10 章：服务请求", "chapter 10: requests"),
    ),
)
