"""What servers say, made safe to show: no byte of it may move a cursor."""

from __future__ import annotations

from unicodedata import category

_KEPT = frozenset("\n\t")
_PICTURES = 0x2400  # U+2400 "␀" is the picture of U+0000, and so on to U+001F
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str, *, keep: frozenset[str] = _KEPT) -> str:
    """Return text whose control, escape, bidi and invisible characters can be seen.

    Control characters become their pictures (ESC: ␛), the rest of what is invisible
    or turns the reading direction becomes `⟨U+202E⟩`. Line feeds and tabs stay, unless
    `keep` says otherwise.
    """
    if text.isprintable():  # leaves out all that is hidden, and more
        return text
    hidden = {char for char in set(text) - keep if category(char) in _HIDDEN}
    return text.translate({ord(char): _shown(char) for char in hidden})


def storable(text: str) -> str:
    """Return text as every database and file takes it: no NUL, no lone surrogate.

    PostgreSQL refuses both, and a server may send either.
    """
    if "\0" in text:
        text = text.replace("\0", chr(_PICTURES))
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def one_line(text: str) -> str:
    """Return `printable` text without line feeds and tabs, for a cell or a log."""
    return printable(text, keep=frozenset())


def _shown(char: str) -> str:
    code = ord(char)
    if code < 0x20:  # noqa: PLR2004 - C0, by its picture
        return chr(_PICTURES + code)
    if code == 0x7F:  # noqa: PLR2004 - DEL, by its picture
        return "␡"
    return f"⟨U+{code:04X}⟩"
