"""How an official form lies on the page: a grid of four columns, tables, boxes."""

from __future__ import annotations

from collections.abc import Iterable

from reports.documents import issuing
from reports.documents.parts import (
    Align,
    Cell,
    Column,
    Grid,
    Heading,
    Part,
    Prose,
    Sheet,
    Together,
    Tone,
    height,
)
from reports.documents.record_boxes import signatures
from reports.documents.record_form import (
    Answer,
    Answers,
    AttachmentList,
    Block,
    ClockTable,
    Listing,
    RecordForm,
    SignBoxes,
)
from reports.documents.words import NOT_APPLICABLE, Text, Words, joined

WIDTH = 170.0  # mm: A4 upright, less 20 mm on either side
_LABEL, _VALUE = 29.0, 56.0
_FOUR = tuple(Column(title="", width=w) for w in (_LABEL, _VALUE, _LABEL, _VALUE))
_NUMBER = 11.0
_SHORT_LINES = 5  # a value of more lines takes the whole row
_FULL_LINES = 20  # and of more than these the whole width, under its label


def compose(form: RecordForm) -> Sheet:
    """Return the form laid out, with what its issue adds."""
    parts = [
        part
        for section in form.sections
        for part in (Heading(text=section.title), *_blocks(section.blocks, form.zone))
    ]
    last = parts[-1]
    signed = last.parts if isinstance(last, Together) else ()
    return Sheet(
        title=form.title,
        subject=joined((form.title, form.number), " ", " "),
        number=form.form_number,
        version=issuing.version(form.issue),
        frame=form.frame,
        parts=(_head(form), *(parts[:-1] if signed else parts)),
        closing=(*_anchors(form), *signed),
        marks=issuing.marks(
            form.issue, demo=form.demo, void=form.void, exercise=form.exercise
        ),
        foot=issuing.foot(form.issue, form.zone),
        created=form.issue.printed_at if form.issue else None,
        upright=True,
        address=form.address,
    )


def _anchors(form: RecordForm) -> tuple[Prose, ...]:
    where = Words(f"记录地址：{form.address}", f"Record: {form.address}")
    told: list[Text] = [where] if form.address else []
    told.append(Words(f"时间均为 {form.zone} 时区", f"Times are those of {form.zone}"))
    if form.issue is not None:
        told.append(issuing.anchors(form.issue))
    return (Prose(text=joined(tuple(told), "\n", "\n"), small=True),)


def _head(form: RecordForm) -> Grid:
    frame = form.frame
    return _grid(
        (
            _pair("项目名称", "Project", frame.project, wide=True),
            _pair("单号", "Record", form.number),
            _pair("合同编号", "Contract", frame.contract_number),
            _pair("甲方", "Customer", frame.customer),
            _pair("乙方", "Contractor", frame.contractor),
        )
    )


def _pair(zh: str, en: str, value: Text, *, wide: bool = False) -> Answer:
    return Answer(label=Words(zh, en), value=value or NOT_APPLICABLE, wide=wide)


def _blocks(blocks: Iterable[Block], zone: str) -> Iterable[Part]:
    for block in blocks:
        match block:
            case Answers():
                yield _grid(block.answers)
            case Listing():
                yield _listing(block)
            case ClockTable():
                yield _clocks(block)
            case AttachmentList():
                yield _attachments(block)
            case SignBoxes():
                yield _together(block, zone)


def _together(block: SignBoxes, zone: str) -> Together:
    return Together(
        parts=(Prose(text=block.title, strong=True), signatures(block, zone))
    )


def _grid(answers: Iterable[Answer]) -> Grid:
    """Return two labelled values a row; wide and long ones take theirs alone."""
    rows: list[tuple[Cell, ...]] = []
    waiting: Answer | None = None
    for answer in answers:
        if not _takes_row(answer):
            if waiting is None:
                waiting = answer
                continue
            rows.append((*_half(waiting), *_half(answer)))
        else:
            rows.extend(() if waiting is None else (_whole(waiting),))
            rows.extend(_rows_of(answer))
        waiting = None
    rows.extend(() if waiting is None else (_whole(waiting),))
    return Grid(columns=_FOUR, rows=tuple(rows), headed=False)


def _takes_row(answer: Answer) -> bool:
    return answer.wide or height(answer.value, _VALUE) > _SHORT_LINES


def _half(answer: Answer) -> tuple[Cell, Cell]:
    return Cell(answer.label, Tone.LABEL), Cell(answer.value)


def _whole(answer: Answer) -> tuple[Cell, Cell]:
    value = Cell(answer.value, span=3, lines=answer.lines)
    return Cell(answer.label, Tone.LABEL), value


def _rows_of(answer: Answer) -> Iterable[tuple[Cell, ...]]:
    """Return the row of one answer; a text of many lines stands under its label."""
    if height(answer.value, WIDTH - _LABEL) <= _FULL_LINES:
        return (_whole(answer),)
    label = Cell(answer.label, Tone.LABEL, span=4)
    return ((label,), (Cell(answer.value, span=4),))


def _column(zh: str, en: str, width: float, align: Align = Align.LEFT) -> Column:
    return Column(title=Words(zh, en), width=width, align=align)


_ROW_NUMBER = _column("序号", "No.", _NUMBER, Align.CENTER)


def _listing(block: Listing) -> Grid:
    shares = sum(column.share for column in block.columns)
    columns = tuple(
        Column(
            title=column.title,
            width=(WIDTH - _NUMBER) * column.share / shares,
            align=column.align,
        )
        for column in block.columns
    )
    return _numbered(block.title, columns, block.lines, NOT_APPLICABLE)


def _numbered(
    title: Words,
    columns: tuple[Column, ...],
    lines: Iterable[tuple[Text, ...]],
    nothing: Text,
) -> Grid:
    """Return a table with numbered rows; one without rows is a cell that says so."""
    rows = tuple(
        (Cell(str(number)), *map(Cell, line))
        for number, line in enumerate(lines, start=1)
    )
    if not rows:
        return _grid((Answer(label=title, value=nothing, wide=True),))
    return Grid(columns=(_ROW_NUMBER, *columns), rows=rows, caption=title)


_CLOCKS = (
    _column("时限", "Clock", 24),
    _column("应于", "Due", 31),
    _column("实际", "Actual", 31),
    _column("结果", "Result", 19, Align.CENTER),
    _column("计时说明", "Explanation", 54),
)


def _clocks(block: ClockTable) -> Grid:
    lines = tuple(
        (c.label, c.due, c.actual, c.result, joined(c.explanation, "\n", "\n") or "/")
        for c in block.clocks
    )
    nothing = Words("本单没有计时的时限。", "No clock runs on this record.")
    title = Words("时限与计时说明", "Clocks, as counted")
    return _numbered(title, _CLOCKS, lines, nothing)


_ATTACHMENTS = (
    _column("名称", "Name", 71),
    _column("大小", "Size", 22, Align.RIGHT),
    _column("摘要值（SHA-256）", "SHA-256", 66),
)


def _attachments(block: AttachmentList) -> Grid:
    lines = tuple((a.name, a.size, a.sha256) for a in block.attachments)
    nothing = Words("无附件。", "No attachments.")
    title = Words("附件清单", "Attachments")
    return _numbered(title, _ATTACHMENTS, lines, nothing)
