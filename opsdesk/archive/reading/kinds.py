"""A file's kind by its content, and the words in it."""

from __future__ import annotations

import contextlib
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from opsdesk.archive import media
from opsdesk.archive.outcome import Reading
from opsdesk.archive.reading import pdf, word_files, workbooks
from opsdesk.archive.reading.limits import Locked, TooLarge
from opsdesk.core.text import storable

LONGEST = 400_000
"""Characters that are kept of a file; what follows them is not found by search."""
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BLANK_LINES = re.compile(r"\n[ \t\n]*\n")
_MOST_JSON = 4 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What became of reading a file, and the words that were found in it."""

    reading: Reading
    words: str = ""


def words_of(content: bytes) -> Found:
    """Return a file's words, the first LONGEST characters of them.

    Whatever goes wrong in a reader is one of the values of Reading.
    """
    try:
        return _read(content)
    except Locked:
        return Found(Reading.LOCKED)
    except (TooLarge, MemoryError):
        return Found(Reading.TOO_LARGE)
    except Exception:  # noqa: BLE001 - any file may break any reader in any way
        return Found(Reading.BROKEN)


def _read(content: bytes) -> Found:
    kind = media.sniffed(content)
    if kind.startswith("image/"):
        return Found(Reading.WORDLESS)
    reader = _READERS.get(kind)
    if reader is None:
        return Found(_unread(content))
    words = _kept(reader(content))
    return Found(Reading.READ if _says_anything(words) else Reading.WORDLESS, words)


def _unread(content: bytes) -> Reading:
    """Tell why nobody reads it: a locked Office file, a torn one, or a stranger."""
    if content.startswith(_OLE) and _LOCKED_OFFICE in content:
        return Reading.LOCKED
    torn = content.startswith(b"PK\x03\x04") and not _opens(content)
    return Reading.BROKEN if torn else Reading.UNKNOWN


def _opens(content: bytes) -> bool:
    from io import BytesIO  # noqa: PLC0415 - for the rare file only

    try:
        with zipfile.ZipFile(BytesIO(content)):
            return True
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _kept(pieces: Iterable[str]) -> str:
    """Join pieces until there are enough of them."""
    kept: list[str] = []
    length = 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length >= LONGEST:
            break
    text = _CONTROLS.sub(" ", "".join(kept)[: 2 * LONGEST])
    return storable(_BLANK_LINES.sub("\n", text)).strip()[:LONGEST]


def _says_anything(words: str) -> bool:
    return any(character.isalnum() for character in words)


def _plain_text(content: bytes) -> Iterable[str]:
    text = _decoded(content)
    if "\\u" in text and len(text) <= _MOST_JSON and text.lstrip()[:1] in {"{", "["}:
        with contextlib.suppress(ValueError, RecursionError):
            return (json.dumps(json.loads(text), ensure_ascii=False, indent=0),)
    return (text,)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


_READERS: dict[str, Callable[[bytes], Iterable[str]]] = {
    media.PDF: pdf.pieces,
    media.DOCX: word_files.pieces,
    media.XLSX: workbooks.pieces,
    media.TEXT: _plain_text,
}
