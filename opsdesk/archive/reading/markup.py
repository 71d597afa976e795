"""XML read as it comes, so that a large part never stands in memory as a tree."""

from __future__ import annotations

from typing import IO, Protocol
from xml.parsers import expat

_CHUNK = 1 << 16


class Listener(Protocol):
    """What is told of every element, by its name without a namespace."""

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""

    def ends(self, name: str) -> None:
        """Hear that an element ends."""

    def says(self, text: str) -> None:
        """Hear a piece of text."""

    def has_enough(self) -> bool:
        """Tell whether the rest need not be read."""


def listen(part: IO[bytes], listener: Listener) -> None:
    """Read one part to its end, or until the listener has enough.

    A document type is refused: no Office file has one, and all that it can bring is
    entities that grow.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: listener.begins(
        _local(name), attributes
    )
    parser.EndElementHandler = lambda name: listener.ends(_local(name))
    parser.CharacterDataHandler = listener.says
    parser.StartDoctypeDeclHandler = _refuse
    while chunk := part.read(_CHUNK):
        parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by place only
        if listener.has_enough():
            return
    parser.Parse(b"", True)  # noqa: FBT003 - as above


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_arguments: object) -> None:
    raise ValueError("a document type has no place in an Office file")
