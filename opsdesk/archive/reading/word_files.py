"""The words of a DOCX: body, tables, text boxes, headers, footers, notes, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opsdesk.archive.reading.limits import unpacked
from opsdesk.archive.reading.markup import listen

_MAIN = "word/document.xml"
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")
_ENDS = {"p": "\n", "tc": "\t", "tab": "\t", "br": "\n", "cr": "\n"}
_ENOUGH = 400_000


class _Words:
    """Gathers what stands in `w:t`; deleted text stands in another element."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._length = 0
        self._heard = False
        self._fallback = 0

    def begins(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if name == "Fallback":  # the same text box once more, for old programs
            self._fallback += 1
        self._heard = name == "t" and not self._fallback

    def ends(self, name: str) -> None:
        self._heard = False
        if name == "Fallback":
            self._fallback -= 1
        elif name in _ENDS and not self._fallback:
            self.said.append(_ENDS[name])

    def says(self, text: str) -> None:
        if self._heard:
            self.said.append(text)
            self._length += len(text)

    def has_enough(self) -> bool:
        return self._length > _ENOUGH


def pieces(content: bytes) -> Iterator[str]:
    """Yield the words of the body, then those around it."""
    with unpacked(content) as packed:
        names = [_MAIN, *sorted(filter(_BESIDE.fullmatch, packed.namelist()))]
        for name in names:
            words = _Words()
            with packed.open(name) as part:
                listen(part, words)
            yield f"{''.join(words.said)}\n"
