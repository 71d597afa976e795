"""What DOCX needs besides the text: Chinese style names, faces, widths, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph

TABLE_STYLES = {"roomy": "表格线", "dense": "表格线", "boxes": "签名框"}
_SONG, _HEI, _LATIN = "宋体", "黑体", "Arial"


def prepare(word: Word, *, upright: bool = False) -> None:
    """Set the page across or upright, and name and set the styles."""
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415 - lxml, when asked for
    from docx.shared import Mm  # noqa: PLC0415

    section = word.sections[0]
    if upright:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin, section.bottom_margin = Mm(25), Mm(20)
    else:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = Mm(15)
        section.top_margin, section.bottom_margin = Mm(22), Mm(18)
    _styles(word)


def text_width(word: Word) -> float:
    """Return the room between the margins in millimetres."""
    section = word.sections[0]
    sides = (section.page_width, section.left_margin, section.right_margin)
    page, left, right = (0 if side is None else side.mm for side in sides)
    return page - left - right


def _styles(word: Word) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    named = word.styles
    for built_in, chinese, size, face in (
        ("Normal", "正文", 10.5, _SONG),
        ("Title", "标题", 18, _HEI),
        ("Subtitle", "副标题", 9, _SONG),
        ("Heading 1", "标题 1", 12, _HEI),
        ("Heading 2", "标题 2", 10.5, _HEI),
        ("Header", "页眉", 8, _SONG),
        ("Footer", "页脚", 8, _SONG),
    ):
        style = named[built_in]
        style.name = chinese
        _set_face(style, size, face)
    for chinese, size in (("表格", 9), ("表格小字", 7), ("注释", 8), ("表后", 4)):
        style = named.add_style(chinese, 1)
        style.base_style = named["正文"]
        _set_face(style, size, _SONG)
        style.paragraph_format.space_after = Pt(0 if "表" in chinese else 2)
    named["正文"].paragraph_format.space_after = Pt(3)
    named["标题"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _without_line(named["标题"])
    named["副标题"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    named["副标题"].paragraph_format.space_after = Pt(16)
    named["副标题"].font.italic = False
    named["标题 1"].paragraph_format.keep_with_next = True
    named["标题 1"].paragraph_format.space_before = Pt(6)
    named["标题 2"].paragraph_format.keep_with_next = True
    for running in ("页眉", "页脚"):
        stops = named[running].paragraph_format.tab_stops
        stops.clear_all()
        if running == "页眉":
            stops.add_tab_stop(Mm(text_width(word) / 2), WD_TAB_ALIGNMENT.CENTER)
        stops.add_tab_stop(Mm(text_width(word)), WD_TAB_ALIGNMENT.RIGHT)
    _table_styles(word)


def _without_line(style: Any) -> None:
    """Take away the rule that the template draws under a title."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    for line in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(line)


def _set_face(style: Any, size: float, face: str) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    style.font.size = Pt(size)
    style.font.name = _LATIN
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.font.bold = face == _HEI
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)


def _table_styles(word: Word) -> None:
    for name in dict.fromkeys(TABLE_STYLES.values()):
        style = word.styles.add_style(name, 3)
        style.base_style = word.styles["Table Grid"]


def set_stops(paragraph: Paragraph, widths: list[float]) -> None:
    """Put a tab stop where each column but the first begins, in millimetres."""
    from docx.shared import Mm  # noqa: PLC0415

    at = 0.0
    for width in widths[:-1]:
        at += width
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(at))


def shade(cell: _Cell, tint: str) -> None:
    """Tint a cell's ground."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-docx has no door
    ground = element("shd", val="clear", color="auto", fill=tint)
    place = properties.find(qn("w:vAlign"))
    if place is None:
        properties.append(ground)
    else:
        place.addprevious(ground)  # the schema wants this order


def repeat_head(row: _Row) -> None:
    """Repeat this row at the top of every page."""
    row._tr.get_or_add_trPr().append(element("tblHeader", val="true"))  # noqa: SLF001


def keep_row_whole(row: _Row) -> None:
    """Never split the row between pages."""
    row._tr.get_or_add_trPr().append(element("cantSplit", val="true"))  # noqa: SLF001


def set_least_height(row: _Row, millimetres: float) -> None:
    """Give a row a height that it may outgrow."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    row.height, row.height_rule = Mm(millimetres), WD_ROW_HEIGHT_RULE.AT_LEAST


def keep_with_next(row: _Row) -> None:
    """Keep a row on the page of the one that follows it."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def set_widths(table: Table, widths: list[float]) -> None:
    """Set the columns' widths in millimetres, in the grid and in every cell."""
    from docx.shared import Mm  # noqa: PLC0415

    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table._tbl.tr_lst:  # noqa: SLF001 - table.rows is quadratic
        place = 0
        for cell in row.tc_lst:
            span = cell.grid_span
            cell.width = Mm(sum(widths[place : place + span]))
            place += span


def set_margins(table: Table, beside: float, above: float = 0) -> None:
    """Set the room in millimetres between a cell's text and its lines."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    room = element("tblCellMar")
    sides = (("top", above), ("left", beside), ("bottom", above), ("right", beside))
    for side, millimetres in sides:
        width = str(Mm(millimetres).twips)
        room.append(element(side, w=width, type="dxa"))
    properties = table._tbl.tblPr  # noqa: SLF001
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(room)
    else:
        look.addprevious(room)


def add_field(paragraph: Paragraph, code: str) -> None:
    """Add a field that the word processor fills in: PAGE, NUMPAGES."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            run._r.append(element("fldChar", fldCharType=kind))  # noqa: SLF001
            continue
        instruction = element("instrText")
        instruction.text = text
        run._r.append(instruction)  # noqa: SLF001


def element(tag: str, **attributes: str) -> Any:
    """Return an element of the word processor's own namespace."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made
