"""Characters beyond GB 2312 are drawn, not only named in the text of the paper."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from reports.documents.monthly import Narrative
from reports.page import render
from reports.pdf import render_apart
from tests.factories.papers import text
from tests.factories.reports import every_block, short_report

pytestmark = pytest.mark.pdf
RARE = "𠮷龘㐂𬍛㼆䶮堃"
NOWHERE = "𪚥"  # U+2A6A5, four dragons
_MAPPED = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def printed(*blocks: Any, cache: Path, project: str = "运维服务项目") -> bytes:
    return render_apart(render(short_report(*blocks, project=project)), cache=cache)


def drawn(pdf: bytes) -> dict[str, set[int]]:
    """Return how many contours each character's glyphs have, as they are embedded.

    A glyph that a face lacks is number 0, whose contours are those of a box: it counts
    as none.
    """
    found: dict[str, set[int]] = {}
    for font in _fonts(pdf):
        below = font["/DescendantFonts"][0].get_object()
        assert below.get("/CIDToGIDMap", "/Identity") == "/Identity"
        file = below["/FontDescriptor"].get_object()["/FontFile2"].get_object()
        face = TTFont(io.BytesIO(file.get_data()), lazy=True)
        outlines, order = face["glyf"], face.getGlyphOrder()
        mapped = font["/ToUnicode"].get_object().get_data()
        for code, said in _MAPPED.findall(mapped.partition(b"beginbfchar")[2]):
            glyph = int(code, 16)
            char = bytes.fromhex(said.decode()).decode("utf-16-be")
            contours = outlines[order[glyph]].numberOfContours if glyph else 0
            found.setdefault(char, set()).add(contours)
    return found


def _fonts(pdf: bytes) -> Iterator[Any]:
    seen = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"].get_object()
        for reference in resources["/Font"].values():
            font = reference.get_object()
            if font["/BaseFont"] not in seen:
                seen.add(font["/BaseFont"])
                yield font


def test_a_rare_character_has_a_glyph_wherever_it_stands(font_cache: Path) -> None:
    """In the cover, the running head, a heading, a table, a register and a chart."""
    paper = printed(*every_block(RARE), cache=font_cache, project=RARE)
    shapes = drawn(paper)
    assert {
        char: shapes.get(char) for char in RARE if not all(shapes.get(char, {0}))
    } == {}
    found = text(paper)
    assert found.count(RARE) >= 15
    assert "〓" not in found


def test_a_character_that_no_face_has_is_named_by_its_code_and_is_no_box(
    font_cache: Path,
) -> None:
    paper = printed(
        Narrative(key="risks", title="风险", text=f"甲{NOWHERE}乙"), cache=font_cache
    )
    assert "甲〓U+2A6A5乙" in text(paper)
    shapes = drawn(paper)
    assert {char for char, ink in shapes.items() if not all(ink)} <= {" ", "　"}
