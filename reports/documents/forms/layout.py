"""What a form asks: its cells, tables and places to sign, each under a plain key.

A form is a value. `filling.fill` puts a record's printed values beside the keys; a key
without a value prints 「/」.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.documents.parts import Align
from reports.documents.words import Words

Choices = tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One labelled cell. `wide` takes the row; `lines` is its least height.

    With `choices` it prints every choice with □ or ☑.
    """

    key: str
    label: Words
    wide: bool = False
    required: bool = False
    lines: int = 1
    choices: Choices = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Col:
    """A column of a table; widths are shares of the page."""

    key: str
    label: Words
    share: float = 10
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAsk:
    """A table whose rows are numbered."""

    key: str
    label: Words
    columns: tuple[Col, ...]
    required: bool = False
    blank: int = 1  # rows to write in where it is filled in later


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A place to sign. Without `opinion` only name and date are asked."""

    key: str
    role: Words
    opinion: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The boxes that are signed together, under what they say."""

    title: Words
    boxes: tuple[Sign, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Where the clocks stand: due, actual, result, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Where the list of attachments stands."""


Asked = Ask | TableAsk | Signing | Clocks | Attachments


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one title.

    `later` is said beside the title, and cells stay empty to be written in, as long
    as none of the section's keys has a value.
    """

    title: Words
    asks: tuple[Asked, ...]
    later: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLayout:
    """One form: its title and its sections, in the order of the paper."""

    kind: str
    title: Words
    sections: tuple[Section, ...]

    @property
    def asks(self) -> tuple[Asked, ...]:
        return tuple(ask for section in self.sections for ask in section.asks)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every key a value may be given for."""
        return tuple(a.key for a in self.asks if isinstance(a, Ask | TableAsk))

    @property
    def signers(self) -> tuple[str, ...]:
        """Return the key of every box."""
        return tuple(
            box.key
            for ask in self.asks
            if isinstance(ask, Signing)
            for box in ask.boxes
        )


def cell(key: str, zh: str, en: str, *, required: bool = False) -> Ask:
    """Return half a row: a label and a value."""
    return Ask(key=key, label=Words(zh, en), required=required)


def wide(key: str, zh: str, en: str, *, lines: int = 1, required: bool = False) -> Ask:
    """Return a whole row; with `lines` a text of its own height."""
    return Ask(key=key, label=Words(zh, en), wide=True, lines=lines, required=required)


def ticks(
    key: str,
    zh: str,
    en: str,
    *choices: tuple[str, str, str],
    required: bool = False,
    whole: bool = True,
) -> Ask:
    """Return a row of choices, each (key, Chinese, English); half of one if not whole."""
    said = tuple((name, Words(one, two)) for name, one, two in choices)
    return Ask(
        key=key, label=Words(zh, en), wide=whole, required=required, choices=said
    )


def yes_no(key: str, zh: str, en: str, *, required: bool = False) -> Ask:
    """Return half a row with □ 否 □ 是."""
    return ticks(
        key,
        zh,
        en,
        ("no", "否", "no"),
        ("yes", "是", "yes"),
        required=required,
        whole=False,
    )


def col(
    key: str, zh: str, en: str, share: float = 10, align: Align = Align.LEFT
) -> Col:
    """Return a column."""
    return Col(key=key, label=Words(zh, en), share=share, align=align)


def table(
    key: str, zh: str, en: str, *columns: Col, required: bool = False, blank: int = 1
) -> TableAsk:
    """Return a table of these columns."""
    return TableAsk(
        key=key, label=Words(zh, en), columns=columns, required=required, blank=blank
    )


def sign(key: str, zh: str, en: str, *, opinion: bool = True) -> Sign:
    """Return a place to sign."""
    return Sign(key=key, role=Words(zh, en), opinion=opinion)


LEVELS = (("high", "高", "high"), ("middle", "中", "middle"), ("low", "低", "low"))
LINKS = table(
    "links",
    "关联记录",
    "Linked records",
    col("number", "编号", "Number", 24),
    col("relation", "关系", "Relation", 16),
    col("title", "标题", "Title", 46),
    col("state", "状态", "State", 12),
    blank=0,
)
