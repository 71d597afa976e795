"""Fields and words that several registers share."""

from __future__ import annotations

from opsdesk.tickets.register import LEAD as _LEAD
from opsdesk.tickets.register import Field, Move, Shape, State
from probes.finding import Words

TITLE = Field(name="title", label=Words("标题", "Title"))
MODULE = Field(
    name="module",
    label=Words("系统模块", "System module"),
    hint=Words("例如：企业填报", "Such as: enterprise filing"),
)
REGION = Field(
    name="region",
    label=Words("区域", "Region"),
    hint=Words("省、市、县或监测站", "Province, city, county or station"),
)
REPORTER = Field(name="reporter", label=Words("报告人", "Reported by"))
OWNER = Field(
    name="owner", label=Words("负责人", "Owner"), shape=Shape.PERSON, frozen=False
)
DESCRIPTION = Field(
    name="description",
    label=Words("描述", "Description"),
    shape=Shape.TEXT,
    longest=20_000,
)
ITEMS = Field(
    name="items",
    label=Words("涉及配置项", "Configuration items"),
    shape=Shape.ITEMS,
    hint=Words("编号，以空格或顿号分隔", "Codes, separated by spaces"),
)
LEVELS = (
    ("high", Words("高", "High")),
    ("middle", Words("中", "Middle")),
    ("low", Words("低", "Low")),
)
IMPACT = Field(
    name="impact", label=Words("影响度", "Impact"), shape=Shape.CHOICE, choices=LEVELS
)
URGENCY = Field(
    name="urgency", label=Words("紧急度", "Urgency"), shape=Shape.CHOICE, choices=LEVELS
)
VOID_STATE = State(name="void", label=Words("作废", "Void"), is_open=False)
WHY_VOID = Words("作废理由", "Why it is void")
APPROVAL_ORDER = Field(
    name="approval_order",
    label=Words("会签方式", "Signing order"),
    shape=Shape.CHOICE,
    choices=(
        ("sequential", Words("依次签署", "One after another")),
        ("parallel", Words("同时会签", "All at once")),
    ),
)


def text(name: str, zh: str, en: str, *, frozen: bool = True) -> Field:
    """Return a field of many lines."""
    return Field(
        name=name,
        label=Words(zh, en),
        shape=Shape.TEXT,
        longest=20_000,
        frozen=frozen,
    )


def line(name: str, zh: str, en: str, *, frozen: bool = True) -> Field:
    """Return a field of one line."""
    return Field(name=name, label=Words(zh, en), frozen=frozen)


def moment(name: str, zh: str, en: str, *, frozen: bool = True) -> Field:
    """Return a field that holds a date and time."""
    return Field(name=name, label=Words(zh, en), shape=Shape.MOMENT, frozen=frozen)


def stamped(name: str, zh: str, en: str) -> Field:
    """Return a moment that only a move writes."""
    return Field(
        name=name,
        label=Words(zh, en),
        shape=Shape.MOMENT,
        frozen=False,
        by_hand=False,
    )


def yes_no(name: str, zh: str, en: str, *, frozen: bool = True) -> Field:
    """Return a field that is answered with yes or no."""
    return Field(name=name, label=Words(zh, en), shape=Shape.YES_NO, frozen=frozen)


def choice(
    name: str, zh: str, en: str, *choices: tuple[str, str, str], frozen: bool = True
) -> Field:
    """Return a field with choices, each (value, Chinese, English)."""
    return Field(
        name=name,
        label=Words(zh, en),
        shape=Shape.CHOICE,
        choices=tuple((value, Words(one, two)) for value, one, two in choices),
        frozen=frozen,
    )


def rows(name: str, zh: str, en: str, *columns: Field, frozen: bool = True) -> Field:
    """Return a small table."""
    return Field(
        name=name,
        label=Words(zh, en),
        shape=Shape.ROWS,
        columns=columns,
        frozen=frozen,
    )


def void_from(*states: str) -> Move:
    """Return the move that makes a record void: kept, with its reason."""
    return Move(
        name="void",
        label=Words("作废", "Make void"),
        before=states,
        after="void",
        roles=_LEAD,
        noted=WHY_VOID,
    )
