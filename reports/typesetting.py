"""Rows set as lines: columns kept by tab stops, for thousands of them.

A renderer spends about a millisecond on each cell of a table. A line of text with tabs
costs a tenth, and looks the same where every text is as wide as its face says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from reports.documents.parts import Rows
from reports.documents.words import Text
from reports.fonts import everyday, opened

PIXELS = 16  # between two tab stops; the renderer takes whole pixels only
STOP = PIXELS * 25.4 / 96  # the same in mm
POINT = 25.4 / 72
SIZE, SMALL = 7.6, 6.6  # points
_GAP = 1.2  # mm between two columns
Say = Callable[[Text], str]


def lines(rows: Rows, say: Say) -> str:
    """Return the rows as text, a line each; all columns but the last are cut to fit."""
    return "\n".join(_line(rows, line, say) for line in rows.lines)


def head(rows: Rows, say: Say) -> str:
    """Return the columns' titles as such a line."""
    return _line(rows, tuple(column.title for column in rows.columns), say)


def _line(rows: Rows, line: Iterable[Text], say: Say) -> str:
    size = SMALL if rows.small else SIZE
    texts = [" ".join(say(text).split()) for text in line]
    told, at, edge = "", 0.0, 0.0
    for column, text in zip(rows.columns[:-1], texts[:-1], strict=True):
        edge += column.width
        stop = round(edge / STOP) * STOP
        shown = _cut(text, stop - at - _GAP, size)
        told += shown + _leader(at + width(shown, size), stop, size)
        at = stop
    indent = "\n" + _leader(0, at, size)
    return told + indent.join(_wrapped(texts[-1], rows.columns[-1].width, size))


def _leader(end: float, stop: float, size: float) -> str:
    """Return what leads from the end of a text to a tab stop: full-width spaces, a tab.

    One tab only: the renderer draws each a fortieth too wide. The spaces end about the
    middle of the last one's room, so that no text a little wider than it should be
    reaches the next stop.
    """
    em = size * POINT
    return "\u3000" * max(0, round((stop - STOP / 2 - end) / em)) + "\t"


def _wrapped(text: str, room: float, size: float) -> list[str]:
    """Return a text in pieces that fit beneath each other in its column."""
    found, line = [], ""
    for char in text:
        if width(line + char, size) > room:
            found.append(line)
            line = ""
        line += char
    return [*found, line]


def _cut(text: str, room: float, size: float) -> str:
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def width(text: str, size: float) -> float:
    """Return how wide a text is in millimetres, as the everyday face sets it."""
    known, em = _advances()
    return sum(known.get(char, em) for char in text) / em * size * POINT


@cache
def _advances() -> tuple[dict[str, int], int]:
    with opened(everyday()[0]) as font:
        advance = font["hmtx"]
        local = _local(font)
        known = {
            chr(code): advance[local.get(name, name)][0]
            for code, name in font.getBestCmap().items()
        }
        return known, int(font["head"].unitsPerEm)


def _local(font: Any) -> dict[str, str]:
    """Return the glyphs that Chinese text has others for: a dash as wide as a character."""
    table = font["GSUB"].table
    found: dict[str, str] = {}
    for script in table.ScriptList.ScriptRecord:
        for language in script.Script.LangSysRecord:
            for place in language.LangSys.FeatureIndex:
                record = table.FeatureList.FeatureRecord[place]
                if record.FeatureTag == "locl":
                    for number in record.Feature.LookupListIndex:
                        for one in table.LookupList.Lookup[number].SubTable:
                            found.update(getattr(one, "mapping", {}))
    return found
