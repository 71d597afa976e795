"""The contents of a Word file: chapters that are found again, with their pages as fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zlib import crc32

from reports.word_styles import element, text_width

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.text.paragraph import Paragraph

STYLE = "toc 1"
"""The name that a word processor gives the entries when it makes them anew."""
_LATER = ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "docVars", "rsids")
"""What stands behind updateFields in the settings, as the schema orders them."""


def bookmark(paragraph: Paragraph, anchor: str) -> None:
    """Give a heading the name by which its page is asked for."""
    name = _name(anchor)
    number = str(crc32(name.encode()) // 2)
    start = element("bookmarkStart", id=number, name=name)
    paragraph._p.insert_element_before(start, "w:r")  # noqa: SLF001 - no door
    paragraph._p.append(element("bookmarkEnd", id=number))  # noqa: SLF001


def _name(anchor: str) -> str:
    return f"_Toc_{anchor.replace('-', '_')}"


def write(word: Word, entries: Iterable[tuple[str, str]]) -> None:
    """Write each chapter's name and page; the pages are fields, filled in on opening.

    No TOC field surrounds them: LibreOffice would keep what it holds as it stands.
    """
    if STYLE not in [style.name for style in word.styles]:
        _add_style(word)
    for text, anchor in entries:
        _entry(word, text, anchor)
    _renew_on_opening(word)


def _entry(word: Word, text: str, anchor: str) -> None:
    paragraph = word.add_paragraph(style=STYLE)
    link = element("hyperlink", anchor=_name(anchor), history="1")
    said = element("t")
    said.text = text
    link.append(_run(said))
    link.append(_run(element("tab")))
    for made in _begun(f"PAGEREF {_name(anchor)} \\h"):
        link.append(made)
    page = element("t")
    page.text = "…"
    link.append(_run(page))
    link.append(_run(element("fldChar", fldCharType="end")))
    paragraph._p.append(link)  # noqa: SLF001


def _begun(code: str) -> list[Any]:
    """Return the runs that begin a field whose result is to be made anew."""
    instruction = element("instrText")
    instruction.text = code
    return [
        _run(element("fldChar", fldCharType="begin", dirty="true")),
        _run(instruction),
        _run(element("fldChar", fldCharType="separate")),
    ]


def _run(inner: Any) -> Any:
    made = element("r")
    made.append(inner)
    return made


def _add_style(word: Word) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415 - lxml, when asked for

    style = word.styles.add_style(STYLE, 1)
    style.base_style = word.styles["正文"]
    style.paragraph_format.space_after = Pt(6)
    style.paragraph_format.tab_stops.add_tab_stop(
        Mm(text_width(word)), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
    )


def _renew_on_opening(word: Word) -> None:
    settings = word.settings.element
    settings.insert_element_before(
        element("updateFields", val="true"), *(f"w:{name}" for name in _LATER)
    )
