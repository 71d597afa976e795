"""How text goes on paper: in one language, with nothing in it that cannot be seen."""

from __future__ import annotations

import unicodedata

from reports.documents.words import Text, say

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMES = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF"),
    *("VT", "FF", "CR", "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN"),
    *("ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US", "SP", "DEL"),
)
_PICTURES = range(0x2400, 0x2400 + len(_NAMES))
_SPACE, _DELETE = 0x20, 0x7F


def printable(text: str) -> str:
    """Return text whose control, escape and invisible characters can be seen: ‹ESC›.

    Line feeds stay; they break lines inside a cell. Control pictures (␛) are named in
    the same way, since few faces have them.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def printed(text: Text, language: str) -> str:
    """Return the text of one language, safe to print."""
    return printable(say(text, language))


def _shown(char: str) -> str:
    code = ord(char)
    if code in _PICTURES:
        return f"‹{_NAMES[code - _PICTURES.start]}›"
    if char == "\n" or unicodedata.category(char) not in _HIDDEN:
        return char
    if char == "\t":
        return " "
    if code < _SPACE:
        return f"‹{_NAMES[code]}›"
    return "‹DEL›" if code == _DELETE else f"‹U+{code:04X}›"
