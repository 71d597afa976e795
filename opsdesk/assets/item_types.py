"""The seven types of item, each with its fields, declared by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from opsdesk.assets.fields import Choices, Field, FieldKind, Mistaken, Value, parsed
from opsdesk.assets.models import State, Type
from opsdesk.core.language import RefusedInWords
from probes.finding import Words
from probes.server import Kind as DeviceKind

LEVELS: Choices = (
    ("1", Words("1 级（核心）", "1 (core)")),
    ("2", Words("2 级（重要）", "2 (important)")),
    ("3", Words("3 级（一般）", "3 (ordinary)")),
    ("4", Words("4 级（辅助）", "4 (auxiliary)")),
)
ENVIRONMENTS: Choices = (
    ("production", Words("生产", "Production")),
    ("testing", Words("测试", "Testing")),
    ("development", Words("开发", "Development")),
    ("spare", Words("备用", "Spare")),
)
SECRECY: Choices = (
    ("public", Words("公开", "Public")),
    ("internal", Words("内部", "Internal")),
    ("confidential", Words("秘密", "Confidential")),
)
DEVICE_KINDS: Choices = tuple((kind.value, kind.words) for kind in DeviceKind)

LONG, NUMBER, DATE = FieldKind.LONG, FieldKind.NUMBER, FieldKind.DATE
CHOICE, LIST = FieldKind.CHOICE, FieldKind.LIST


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemType:
    """One type: how its codes begin, and its own fields in the order they are shown."""

    type: Type
    prefix: str
    words: Words
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


def _text(name: str, zh: str, en: str) -> Field:
    return Field(name=name, label=Words(zh, en))


SYSTEM = _text("system", "所属系统", "System")
IMPORTANCE = Field(
    name="importance", label=Words("重要性", "Importance"), kind=CHOICE, choices=LEVELS
)
ENVIRONMENT = Field(
    name="environment",
    label=Words("环境", "Environment"),
    kind=CHOICE,
    choices=ENVIRONMENTS,
)
OWNERS = (
    _text("owner_a", "责任人 A", "Owner A"),
    _text("owner_b", "责任人 B", "Owner B"),
)
VENDOR = _text("vendor", "厂商", "Vendor")
WARRANTY = Field(
    name="warranty_until",
    label=Words("维保到期", "Warranty until"),
    kind=DATE,
    due=True,
)
LICENCE = Field(
    name="licence_until",
    label=Words("许可到期", "Licence until"),
    kind=DATE,
    due=True,
)
SECRET = Field(
    name="secrecy", label=Words("密级", "Secrecy"), kind=CHOICE, choices=SECRECY
)
BACKUP = _text("backup", "备份策略", "Backup")
NOTE = Field(name="note", label=Words("备注", "Note"), kind=LONG)
VERSION = Field(name="version", label=Words("版本", "Version"), by_release=True)
PLACED = (SYSTEM, IMPORTANCE, ENVIRONMENT)
ENDING = (*OWNERS, SECRET, NOTE)

FOUND = (
    Field(name="os", label=Words("操作系统", "Operating system"), found=True),
    Field(name="kernel", label=Words("内核", "Kernel"), found=True),
    Field(
        name="cores",
        label=Words("CPU 核数", "CPU cores"),
        kind=NUMBER,
        found=True,
    ),
    Field(
        name="memory_mib",
        label=Words("内存", "Memory"),
        kind=NUMBER,
        unit="MiB",
        found=True,
    ),
    Field(name="disks", label=Words("磁盘", "Disks"), kind=LIST, found=True),
    Field(
        name="listening",
        label=Words("监听端口", "Listening ports"),
        kind=LIST,
        found=True,
    ),
    Field(name="accounts", label=Words("账户", "Accounts"), kind=LIST, found=True),
)

DEVICE = ItemType(
    type=Type.DEVICE,
    prefix="CI-SRV",
    words=Words("设备", "Device"),
    fields=(
        Field(
            name="kind",
            label=Words("设备类别", "Kind of device"),
            kind=CHOICE,
            required=True,
            choices=DEVICE_KINDS,
        ),
        Field(name="address", label=Words("地址", "Address"), found=True),
        Field(name="port", label=Words("端口", "Port"), kind=NUMBER),
        _text("zone", "区域", "Zone"),
        _text("model", "规格型号", "Model"),
        _text("serial", "序列号", "Serial number"),
        _text("location", "位置", "Location"),
        *PLACED,
        VENDOR,
        WARRANTY,
        BACKUP,
        _text("monitoring", "监控项", "Monitoring"),
        *FOUND,
        *ENDING,
    ),
)
SOFTWARE = ItemType(
    type=Type.SOFTWARE,
    prefix="CI-SW",
    words=Words("软件", "Software"),
    fields=(
        VERSION,
        _text("patch_level", "补丁级", "Patch level"),
        _text("purpose", "用途", "Purpose"),
        *PLACED,
        VENDOR,
        LICENCE,
        WARRANTY,
        BACKUP,
        *ENDING,
    ),
)
COMPONENT = ItemType(
    type=Type.COMPONENT,
    prefix="CI-CMP",
    words=Words("组件", "Component"),
    fields=(
        VERSION,
        _text("purpose", "用途", "Purpose"),
        _text("interface", "接口", "Interface"),
        *PLACED,
        *ENDING,
    ),
)
DATABASE = ItemType(
    type=Type.DATABASE,
    prefix="CI-DB",
    words=Words("数据库", "Database"),
    fields=(
        _text("product", "产品", "Product"),
        _text("release", "产品版本", "Release"),
        _text("instance", "实例名", "Instance"),
        Field(name="port", label=Words("端口", "Port"), kind=NUMBER),
        Field(
            name="size_gib",
            label=Words("数据量", "Size"),
            kind=NUMBER,
            unit="GiB",
        ),
        *PLACED,
        VENDOR,
        LICENCE,
        BACKUP,
        *ENDING,
    ),
)
LINK = ItemType(
    type=Type.LINK,
    prefix="CI-NET",
    words=Words("网络链路", "Network link"),
    fields=(
        _text("from_end", "本端", "Near end"),
        _text("to_end", "对端", "Far end"),
        Field(
            name="bandwidth_mbit",
            label=Words("带宽", "Bandwidth"),
            kind=NUMBER,
            unit="Mbit/s",
        ),
        _text("carrier", "运营商", "Carrier"),
        _text("circuit", "电路号", "Circuit"),
        Field(
            name="contract_until",
            label=Words("合同到期", "Contract until"),
            kind=DATE,
            due=True,
        ),
        *PLACED,
        *ENDING,
    ),
)
TASK = ItemType(
    type=Type.TASK,
    prefix="CI-JOB",
    words=Words("计划任务", "Scheduled task"),
    fields=(
        Field(name="schedule", label=Words("频率", "Schedule"), required=True),
        _text("account", "运行账号", "Account"),
        _text("script", "脚本", "Script"),
        _text("output", "输出", "Output"),
        _text("last_result", "最近结果", "Last result"),
        Field(
            name="last_run",
            label=Words("最近运行", "Last run"),
            kind=FieldKind.MOMENT,
        ),
        *PLACED,
        *ENDING,
    ),
)
DOCUMENT = ItemType(
    type=Type.DOCUMENT,
    prefix="CI-DOC",
    words=Words("文档", "Document"),
    fields=(
        _text("edition", "版次", "Edition"),
        _text("number", "文号", "Document number"),
        _text("place", "存放位置", "Kept at"),
        Field(
            name="review_on",
            label=Words("复审日期", "Review on"),
            kind=DATE,
            due=True,
        ),
        SYSTEM,
        *ENDING,
    ),
)

TYPES = (DEVICE, SOFTWARE, COMPONENT, DATABASE, LINK, TASK, DOCUMENT)
BY_TYPE: Mapping[Type, ItemType] = MappingProxyType({one.type: one for one in TYPES})

STATES: Mapping[State, Words] = MappingProxyType(
    {
        State.PLANNED: Words("规划", "Planned"),
        State.TESTING: Words("测试", "Testing"),
        State.IN_USE: Words("在用", "In use"),
        State.REPAIR: Words("维修", "In repair"),
        State.STOPPED: Words("停用", "Out of use"),
        State.SCRAPPED: Words("报废", "Scrapped"),
    }
)
MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.PLANNED: frozenset({State.TESTING, State.IN_USE, State.SCRAPPED}),
        State.TESTING: frozenset({State.PLANNED, State.IN_USE, State.STOPPED}),
        State.IN_USE: frozenset({State.TESTING, State.REPAIR, State.STOPPED}),
        State.REPAIR: frozenset(
            {State.TESTING, State.IN_USE, State.STOPPED, State.SCRAPPED}
        ),
        State.STOPPED: frozenset(
            {State.TESTING, State.IN_USE, State.REPAIR, State.SCRAPPED}
        ),
        State.SCRAPPED: frozenset(),
    }
)
"""Where an item may go from where it is; what is scrapped stays scrapped."""


class WrongFields(RefusedInWords):
    """Some fields are wrong; `mistakes` says which and why, by name."""

    def __init__(self, kind: ItemType, mistakes: Mapping[str, Words]) -> None:
        self.mistakes = mistakes
        said = [(_label(kind, name), words) for name, words in mistakes.items()]
        zh = "；".join(f"{label.zh}{words.zh}" for label, words in said)
        en = "; ".join(f"{label.en} {words.en}" for label, words in said)
        super().__init__(
            Words(
                f"{zh}。没有保存，请改正后再提交。",
                f"{en}. Nothing was saved; correct it and try again.",
            )
        )


_NAME = Words("名称", "Name")


def _label(kind: ItemType, name: str) -> Words:
    field = kind.field(name)
    return field.label if field else _NAME if name == "name" else Words(name, name)


def checked(
    kind: ItemType, texts: Mapping[str, str], zone: ZoneInfo, *, whole: bool
) -> dict[str, Value | None]:
    """Return the typed values of texts by field; None empties a field.

    `whole`: a required field must be among them. Raises WrongFields, naming all.
    """
    found: dict[str, Value | None] = {}
    mistakes: dict[str, Words] = {}
    for field in kind.fields:
        if field.name not in texts and not (whole and field.required):
            continue
        try:
            found[field.name] = parsed(field, texts.get(field.name, ""), zone)
        except Mistaken as mistaken:
            mistakes[field.name] = mistaken.words
    for name in texts.keys() - {field.name for field in kind.fields}:
        mistakes[name] = Words("不是这个类型的字段", "is no field of this type")
    if mistakes:
        raise WrongFields(kind, mistakes)
    return found
