"""The words of a PDF, page by page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from opsdesk.archive.reading.limits import Locked

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BROKEN_LINE = re.compile(rf"(?<=[{_HAN}])[ \t]*\r?\n[ \t]*(?=[{_HAN}])")
_HYPHENATED = re.compile(r"(?<=[A-Za-z])(?:\ufffe|\x02|\xad)\r?\n?(?=[a-z])")
_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")


def pieces(content: bytes) -> Iterator[str]:
    """Yield the words of every page. Raises Locked for a file with a password."""
    import pypdfium2  # noqa: PLC0415 - a library of its own, in the child only

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).casefold():
            raise Locked from error
        raise
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_bounded()
        page.close()
        yield f"{_as_read(text)}\n"


def _as_read(text: str) -> str:
    """Return text as a person reads it: a word goes on over the end of a line.

    Type designers map glyphs to radicals and ligatures that look alike; those are
    turned back into the characters that people type.
    """
    text = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _BROKEN_LINE.sub("", _HYPHENATED.sub("", text))
