"""What somebody put into the made-up desk's archive by hand: rules, a ledger, notes."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date, datetime

from opsdesk.archive.entering import Card
from opsdesk.archive.models import Category, Label
from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.core.sheets import write_xlsx
from opsdesk.flows import keep_documents
from opsdesk.flows.demo.stage import LEAD
from opsdesk.flows.keep_documents import File


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """One file, and what is said of it."""

    name: str
    title: str
    category: Category
    label: Label
    keywords: str
    content: bytes
    years: int = 0  # that it is kept; 0: for good


_RULES = (
    (
        "总则",
        "本制度依据运维服务合同制定，适用于全部服务器、数据库、中间件和应用系统。",
        "服务时间为每天 8:00 至 20:00，重大活动期间实行七天二十四小时值守。",
    ),
    (
        "日常巡检",
        "每天 8:00、12:00、20:00 各巡检一次，巡检结果由巡检人签名、负责人复核。",
        "发现异常应在三十分钟内登记为事件，并写明现象、影响和处置经过。",
    ),
    (
        "变更与发布",
        "任何变更须先提出申请并经甲方批准；紧急变更可先口头同意，二十四小时内补签。",
        "变更前必须备份，备份未经恢复验证的不得实施。",
    ),
    (
        "保密",
        "运维人员不得在个人设备上保存业务数据；账号一人一号，离岗当日停用。",
    ),
)
_LEDGER_HEAD = ("序号", "名称", "型号规格", "数量", "存放位置", "保管人")
_LEDGER: tuple[tuple[str | int, ...], ...] = (
    (1, "企业级硬盘", "SAS 1.2 TB 10K", 6, "备件柜 A-1", "运维负责人"),
    (2, "固态硬盘", "SATA 960 GB", 4, "备件柜 A-1", "运维负责人"),
    (3, "内存条", "DDR4 32 GB ECC", 8, "备件柜 A-2", "值班工程师甲"),
    (4, "电源模块", "800 W 冗余", 2, "备件柜 A-3", "值班工程师甲"),
    (5, "光模块", "10GBASE-SR", 10, "备件柜 B-1", "值班工程师乙"),
    (6, "光纤跳线", "LC-LC 5 m 多模", 20, "备件柜 B-2", "值班工程师乙"),
)
_NOTICE = """机房出入须知（演示）

一、进入机房须登记姓名、单位、事由和进出时间，由值班工程师陪同。
二、严禁携带食品、饮料、易燃易爆物品和未经登记的存储介质。
三、温度保持在 18 至 27 摄氏度，湿度保持在 40% 至 60%；超出范围立即报告。
四、发生火警时先撤离人员，再按应急预案启动七氟丙烷灭火系统。
五、离开前确认机柜门已锁、工具已清点、垃圾已带走。
"""
_NEW = "加上携带设备的规定"
_NOTICE_TITLE = "机房出入须知（演示）"
_NOTICE_2 = f"{_NOTICE}六、携带笔记本电脑进入的，须登记序列号，离开时核对。\n".encode()
_ACCOUNTS = """特权账号管理要求（演示，受限）

一、特权账号由安全管理员登记，密码封存，双人启封。
二、密码每九十天更换一次，长度不少于十六位，不得与前五次相同。
三、启封须写明事由、时间和见证人，事后二十四小时内重置。
"""


def enter(desk: Desk, *, at: datetime) -> None:
    """Put the files into the archive, and a second version of the notice."""
    today = local_day(at, desk.settings.desk.timezone)
    with desk.database.unit() as session:
        for one in files():
            file = _file(one, today)
            row = keep_documents.enter(session, desk, file, by=LEAD.username, at=at)
            if one.title == _NOTICE_TITLE:
                later = replace(
                    file, number=row.number, seen=1, content=_NOTICE_2, note=_NEW
                )
                keep_documents.enter(session, desk, later, by=LEAD.username, at=at)


def _file(one: Shelved, today: date) -> File:
    until = date(today.year + one.years, 12, 31) if one.years else None
    card = Card(
        title=one.title,
        category=one.category,
        label=one.label,
        keywords=one.keywords,
        keep_until=until,
    )
    return File(card=card, name=one.name, content=one.content)


def files() -> tuple[Shelved, ...]:
    """Return the files, in the order they are put in."""
    return (
        Shelved(
            name="运维服务管理制度.docx",
            title="运维服务管理制度（演示）",
            category=Category.CONTRACT,
            label=Label.OPEN,
            keywords="制度 合同 巡检 变更 保密",
            content=_rules(),
        ),
        Shelved(
            name="备品备件台账.xlsx",
            title="备品备件台账（演示）",
            category=Category.TECHNICAL,
            label=Label.INTERNAL,
            keywords="备件 硬盘 台账",
            content=write_xlsx(_LEDGER_HEAD, _LEDGER),
            years=3,
        ),
        Shelved(
            name="机房出入须知.txt",
            title=_NOTICE_TITLE,
            category=Category.TRAINING,
            label=Label.OPEN,
            keywords="机房 门禁 消防",
            content=_NOTICE.encode(),
        ),
        Shelved(
            name="特权账号管理要求.txt",
            title="特权账号管理要求（演示）",
            category=Category.CONTRACT,
            label=Label.RESTRICTED,
            keywords="账号 密码 等保",
            content=_ACCOUNTS.encode(),
            years=6,
        ),
    )


def _rules() -> bytes:
    """Return the rules as a DOCX."""
    import docx  # noqa: PLC0415 - lxml and all, when a demo is made

    word = docx.Document()
    word.add_heading("运维服务管理制度（演示）", level=0)
    for title, *paragraphs in _RULES:
        word.add_heading(title, level=1)
        for text in paragraphs:
            word.add_paragraph(text)
    made = io.BytesIO()
    word.save(made)
    return made.getvalue()
