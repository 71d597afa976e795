"""A record's printed values put into a form: what has no value prints 「/」."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reports.documents.daily_record import TableColumn
from reports.documents.forms.layout import (
    Ask,
    Asked,
    Attachments,
    Clocks,
    FormLayout,
    Section,
    Signing,
    TableAsk,
)
from reports.documents.parts import Frame
from reports.documents.record_form import (
    Answer,
    Answers,
    Attachment,
    AttachmentList,
    Block,
    ClockLine,
    ClockTable,
    FormSection,
    Given,
    Listing,
    RecordForm,
    SignBox,
    SignBoxes,
)
from reports.documents.words import NOT_APPLICABLE, Text, Words, joined, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """The choices that hold, and what is written behind them ("45 分钟")."""

    chosen: tuple[str, ...]
    note: Text = ""


Row = Mapping[str, Text]
Value = Text | Ticked | tuple[Row, ...]
"""A `str` beside choices is the key of the one that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the desk knows of a record, by the keys of its form; texts as printed."""

    number: str
    frame: Frame
    zone: str
    values: Mapping[str, Value]
    form_number: str = ""
    signatures: Mapping[str, Given] = field(default_factory=dict)
    clocks: tuple[ClockLine, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    address: str = ""
    demo: bool = False
    void: bool = False


def fill(layout: FormLayout, record: Record) -> RecordForm:
    """Return the form with the record's values in it."""
    return RecordForm(
        kind=layout.kind,
        title=layout.title,
        number=record.number,
        form_number=record.form_number or record.number,
        frame=record.frame,
        zone=record.zone,
        sections=tuple(_section(section, record) for section in layout.sections),
        address=record.address,
        demo=record.demo,
        void=record.void,
    )


def unasked(layout: FormLayout, values: Iterable[str]) -> frozenset[str]:
    """Return the keys that the form has no place for."""
    return frozenset(values) - frozenset(layout.keys)


def _section(section: Section, record: Record) -> FormSection:
    title, blank = section.title, False
    if section.later is not None:
        keys = (a.key for a in section.asks if isinstance(a, Ask | TableAsk))
        blank = not any(record.values.get(key) for key in keys)
    if blank and section.later is not None:
        title = Words(
            f"{title.zh}（{section.later.zh}）", f"{title.en} ({section.later.en})"
        )
    blocks: list[Block] = []
    for ask in section.asks:
        block = _block(ask, record, blank=blank)
        last = blocks[-1] if blocks else None
        if isinstance(block, Answers) and isinstance(last, Answers):
            blocks[-1] = Answers(answers=last.answers + block.answers)
        else:
            blocks.append(block)
    return FormSection(title=title, blocks=tuple(blocks))


def _block(ask: Asked, record: Record, *, blank: bool) -> Block:
    match ask:
        case Ask():
            return Answers(answers=(_answer(ask, record, blank=blank),))
        case TableAsk():
            return _listing(ask, record.values.get(ask.key), blank=blank)
        case Clocks():
            return ClockTable(clocks=record.clocks)
        case Attachments():
            return AttachmentList(attachments=record.attachments)
        case Signing():
            return _boxes(ask, record.signatures)


def _answer(ask: Ask, record: Record, *, blank: bool) -> Answer:
    value = record.values.get(ask.key, "")
    return Answer(
        label=_starred(ask.label, required=ask.required),
        value=_ticks(ask, value) if ask.choices else _text(value, blank=blank),
        wide=ask.wide,
        lines=ask.lines,
    )


def _starred(label: Words, *, required: bool) -> Words:
    return Words(f"{label.zh}\u00a0*", f"{label.en}\u00a0*") if required else label


def _text(value: Value, *, blank: bool = False) -> Text:
    """Return one text; rows under a cell that has no table become its lines."""
    if isinstance(value, Ticked):
        return joined((*value.chosen, value.note), "、", ", ")
    if isinstance(value, str | Words):
        empty = "" if blank else NOT_APPLICABLE
        return value if say(value, "zh").strip() else empty
    rows = tuple(joined(tuple(filter(None, row.values())), "　", "  ") for row in value)
    return joined(rows, "\n", "\n") or ("" if blank else NOT_APPLICABLE)


def _ticks(ask: Ask, value: Value) -> Text:
    """Return every choice with its box; a value that is none of them is written out."""
    keys = frozenset(key for key, _ in ask.choices)
    if isinstance(value, Ticked):
        chosen, note = frozenset(value.chosen), value.note
    elif isinstance(value, str) and value in keys:
        chosen, note = frozenset({value}), ""
    else:
        chosen, note = frozenset(), _text(value, blank=True)
    strange = tuple(sorted(chosen - keys))
    boxes = tuple(
        Words(f"{mark} {words.zh}", f"{mark} {words.en}")
        for key, words in ask.choices
        for mark in ("☑" if key in chosen else "□",)
    )
    told = (*boxes, *strange, *([note] if note else []))
    return joined(told, "　", "\u2003")


def _listing(ask: TableAsk, value: Value | None, *, blank: bool) -> Listing:
    return Listing(
        title=_starred(ask.label, required=ask.required),
        columns=tuple(
            TableColumn(title=col.label, share=col.share, align=col.align)
            for col in ask.columns
        ),
        lines=_lines(ask, value, blank=blank),
    )


def _lines(
    ask: TableAsk, value: Value | None, *, blank: bool
) -> tuple[tuple[Text, ...], ...]:
    """Return the rows; nothing gives none, a text one row of it."""
    if blank:
        return (("",) * len(ask.columns),) * ask.blank
    if not value:
        return ()
    if isinstance(value, str | Words | Ticked):
        return ((_text(value), *(NOT_APPLICABLE for _ in ask.columns[1:])),)
    keys = [col.key for col in ask.columns]
    return tuple(tuple(_text(row.get(key, "")) for key in keys) for row in value)


def _boxes(ask: Signing, signatures: Mapping[str, Given]) -> SignBoxes:
    return SignBoxes(
        title=ask.title,
        boxes=tuple(
            SignBox(role=s.role, opinion=s.opinion, given=signatures.get(s.key))
            for s in ask.boxes
        ),
    )
