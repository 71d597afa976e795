"""The same document as DOCX, with styles named in Chinese, to edit in Word or WPS."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reports import word_contents
from reports.documents.parts import (
    Align,
    Cell,
    Column,
    Contents,
    Cover,
    Drawing,
    Grid,
    Heading,
    Part,
    Prose,
    Rows,
    Sheet,
    Signatures,
    Together,
    Tone,
)
from reports.documents.words import Text, Words
from reports.figures import qr_png
from reports.filters import printed
from reports.page import laid_out
from reports.word_grids import as_grid
from reports.word_marks import add_watermark, float_right
from reports.word_styles import (
    TABLE_STYLES,
    add_field,
    keep_row_whole,
    keep_with_next,
    prepare,
    repeat_head,
    set_least_height,
    set_margins,
    set_stops,
    set_widths,
    shade,
    text_width,
)

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import _Cell

    from reports.documents.freezing import Document as Form

_TINTS = {
    Tone.LABEL: "F3F5F8",
    Tone.ATTENTION: "FFF3D6",
    Tone.ABNORMAL: "FBDCD9",
    Tone.GAP: "EEEEEE",
}
_HEAD_TINT = "E8EDF3"
_BOX_WIDTH, _BOX_HEIGHT, _LINE, _CODE = 64.0, 25.0, 4.3, 20.0  # mm
_CHAPTER = 2  # the level of a chapter's heading
_ABREAST = 4  # boxes on a page across
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Writer:
    """What every part needs to be written: the file, and the language."""

    def __init__(self, word: Word, language: str) -> None:
        self.word = word
        self.language = language

    def say(self, text: Text) -> str:
        """Return the text of the language; XML takes no control characters."""
        return _UNPRINTABLE.sub("〓", printed(text, self.language))


def docx(document: Form, language: str = "zh") -> bytes:
    """Return the document as DOCX in a language ("zh…", else English)."""
    import docx as python_docx  # noqa: PLC0415 - lxml and all, when asked for

    sheet = laid_out(document, language)
    word = python_docx.Document()
    writer = _Writer(word, language)
    prepare(word, upright=sheet.upright)
    _describe(writer, sheet)
    _running(writer, sheet)
    _title(writer, sheet)
    for part, following in pairwise((*sheet.parts, Together(parts=sheet.closing))):
        _write(writer, part, together=isinstance(following, Together))
    for part in sheet.closing:
        _write(writer, part, together=True)
    kept = io.BytesIO()
    word.save(kept)
    return kept.getvalue()


def _describe(writer: _Writer, sheet: Sheet) -> None:
    core = writer.word.core_properties
    core.title = f"{writer.say(sheet.title)} {sheet.number}"
    core.subject = writer.say(sheet.subject)
    core.author = writer.say(sheet.frame.contractor)[:255]
    core.language = "zh-CN" if writer.language.startswith("zh") else "en"
    core.comments = ""
    if sheet.created is not None:
        core.created = core.modified = sheet.created


def _title(writer: _Writer, sheet: Sheet) -> None:
    writer.word.add_paragraph(writer.say(sheet.title), style="标题")
    if sheet.cover:
        _cover(writer, sheet.cover)
        return
    if not sheet.upright:
        return
    said = Words("表单编号：", "Form number: ")
    number = writer.word.add_paragraph(writer.say(said) + sheet.number, style="副标题")
    if sheet.address:
        picture = number.add_run().add_picture(io.BytesIO(qr_png(sheet.address)))
        float_right(picture, _CODE, alt=sheet.address)


def _cover(writer: _Writer, cover: Cover) -> None:
    writer.word.add_paragraph(writer.say(cover.subtitle), style="副标题")
    room = text_width(writer.word)
    grid = Grid(
        columns=(Column(title="", width=40), Column(title="", width=room - 40)),
        rows=tuple(
            (Cell(label, Tone.LABEL), Cell(value)) for label, value in cover.lines
        ),
        headed=False,
    )
    _grid(writer, grid, together=False)


def _running(writer: _Writer, sheet: Sheet) -> None:
    section = writer.word.sections[0]
    marks = "".join(f"〔{writer.say(mark)}〕" for mark in sheet.marks)
    head = section.header.paragraphs[0]
    head.style = "页眉"
    head.text = (
        f"{writer.say(sheet.frame.project)}\t{writer.say(sheet.title)}{marks}\t"
        f"{sheet.number}｜{writer.say(sheet.version)}｜"
        f"{writer.say(sheet.frame.confidentiality)}"
    )
    for number, mark in enumerate(sheet.marks):
        add_watermark(head, writer.say(mark), number, len(sheet.marks))
    foot = section.footer.paragraphs[0]
    foot.style = "页脚"
    chinese = writer.language.startswith("zh")
    before, between, after = (
        ("第 ", " 页　共 ", " 页") if chinese else ("Page ", " of ", "")
    )
    foot.add_run("｜".join(map(writer.say, sheet.foot)) + f"\t{before}")
    add_field(foot, "PAGE")
    foot.add_run(between)
    add_field(foot, "NUMPAGES")
    foot.add_run(after)


def _write(writer: _Writer, part: Part, *, together: bool = False) -> None:
    match part:
        case Heading():
            _heading(writer, part)
        case Prose():
            _prose(writer, part, together=together)
        case Grid():
            _grid(writer, part, together=together)
        case Signatures():
            _signatures(writer, part, text_width(writer.word))
        case Together():
            for inner in part.parts:
                _write(writer, inner, together=True)
        case Contents() | Drawing() | Rows():
            _book(writer, part)


def _book(writer: _Writer, part: Contents | Drawing | Rows) -> None:
    """Write what only reports have; drawings and lines become tables."""
    match part:
        case Contents():
            _contents(writer, part)
        case Drawing():
            chart = as_grid(part.chart, text_width(writer.word))
            _grid(writer, chart, together=False)
        case Rows():
            _rows(writer, part)


def _rows(writer: _Writer, part: Rows) -> None:
    """Write rows as lines with tab stops: Word takes minutes over so many cells."""
    writer.word.add_paragraph(writer.say(part.caption), style="标题 2")
    titles = tuple(column.title for column in part.columns)
    for lines in ((titles,), part.lines):
        text = "\n".join(
            "\t".join(" ".join(writer.say(cell).split()) for cell in line)
            for line in lines
        )
        paragraph = writer.word.add_paragraph(style="表格小字")
        paragraph.add_run(text).bold = lines is not part.lines or None
        set_stops(paragraph, [column.width for column in part.columns])


def _heading(writer: _Writer, part: Heading) -> None:
    style = "标题 1" if part.level == _CHAPTER else "标题 2"
    paragraph = writer.word.add_paragraph(writer.say(part.text), style=style)
    paragraph.paragraph_format.page_break_before = part.page or None
    if part.anchor:
        word_contents.bookmark(paragraph, part.anchor)


def _contents(writer: _Writer, part: Contents) -> None:
    """Write the chapters' names; the word processor puts in their pages."""
    title = Words("目　录", "Contents")
    head = writer.word.add_paragraph(writer.say(title), style="标题")
    head.paragraph_format.page_break_before = True
    entries = ((writer.say(text), anchor) for text, anchor in part.entries)
    word_contents.write(writer.word, entries)


def _prose(writer: _Writer, part: Prose, *, together: bool) -> None:
    style = "注释" if part.small else "正文"
    paragraph = writer.word.add_paragraph(style=style)
    paragraph.add_run(writer.say(part.text)).bold = part.strong or None
    paragraph.paragraph_format.keep_with_next = together or bool(part.points)
    for number, point in enumerate(part.points, start=1):
        writer.word.add_paragraph(f"{number}. {writer.say(point)}", style=style)


def _grid(writer: _Writer, part: Grid, *, together: bool) -> None:
    table = writer.word.add_table(rows=0, cols=len(part.columns))
    table.style = TABLE_STYLES["dense" if part.dense else "roomy"]
    table.autofit = False
    style = "表格小字" if part.dense else "表格"
    if part.headed:
        _heads(writer, table, part, style)
    for row in part.rows:
        _row(writer, table.add_row(), part, row)
    set_widths(table, [column.width for column in part.columns])
    set_margins(table, 0.5 if part.dense else 0.9, 0.0 if part.dense else 0.6)
    after = writer.word.add_paragraph(style="表后")
    if together:
        keep_with_next(table.rows[-1])
        after.paragraph_format.keep_with_next = True


def _heads(writer: _Writer, table: Any, part: Grid, style: str) -> None:
    if part.caption:
        cells = table.add_row().cells
        caption = cells[0].merge(cells[-1])
        _fill(caption, writer.say(part.caption), style, Align.LEFT)
        _emphasise(caption, _TINTS[Tone.LABEL])
    for cell, column in zip(table.add_row().cells, part.columns, strict=True):
        _fill(cell, writer.say(column.title), style, Align.CENTER)
        _emphasise(cell, _HEAD_TINT)
    for row in table.rows:
        repeat_head(row)
        keep_with_next(row)


def _emphasise(cell: _Cell, tint: str) -> None:
    shade(cell, tint)
    for run in cell.paragraphs[0].runs:
        run.bold = True


def _row(writer: _Writer, target: Any, part: Grid, row: tuple[Cell, ...]) -> None:
    style = "表格小字" if part.dense else "表格"
    cells, place = target.cells, 0
    for cell in row:
        spot = cells[place]
        if cell.span > 1:
            spot = spot.merge(cells[place + cell.span - 1])
        align = part.columns[place].align if cell.span == 1 else Align.LEFT
        _fill(spot, writer.say(cell.text), style, align)
        if cell.tone is not Tone.PLAIN:
            shade(spot, _TINTS[cell.tone])
            strong = cell.tone in {Tone.LABEL, Tone.ATTENTION, Tone.ABNORMAL}
            for run in spot.paragraphs[0].runs:
                run.bold = strong
        place += cell.span
    least = max((cell.lines for cell in row), default=1)
    if least > 1:
        set_least_height(target, least * _LINE)
    if not part.splits(row):
        keep_row_whole(target)


def _fill(
    cell: _Cell, text: str, style: str, align: Align, *, middle: bool = True
) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT  # noqa: PLC0415 - see docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    place = WD_CELL_VERTICAL_ALIGNMENT
    cell.vertical_alignment = place.CENTER if middle else place.TOP
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.alignment = {
        Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
        Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
        Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
    }[align]
    paragraph.add_run(text)


def _signatures(writer: _Writer, part: Signatures, room: float) -> None:
    boxes = part.boxes
    across = min(len(boxes), part.across)
    table = writer.word.add_table(rows=0, cols=across)
    table.style = TABLE_STYLES["boxes"]
    table.autofit = False
    for start in range(0, len(boxes), across):
        row = table.add_row()
        for cell, box in zip(row.cells, boxes[start : start + across], strict=False):
            _fill(cell, writer.say(box.part), "表格", Align.LEFT, middle=False)
            cell.paragraphs[0].runs[0].bold = True
            for label, value in box.lines:
                cell.add_paragraph(writer.say(label) + writer.say(value), style="表格")
        keep_row_whole(row)
        set_least_height(row, _BOX_HEIGHT)
        keep_with_next(row)
    width = _BOX_WIDTH if part.across == _ABREAST else room / across
    set_widths(table, [width] * across)
    set_margins(table, 1.5, 1.0)
    writer.word.add_paragraph(style="表后")
