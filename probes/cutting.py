"""Cuts a script's raw output apart again at the markers only this visit knows.

One section is

    NONCE BEGIN name
    what it said on standard error
    NONCE OUT
    what it said on standard output
    NONCE OVER name status milliseconds

and the last line of all is `NONCE END count`. Whatever stands outside (a login banner,
a late child) is stray: kept, shown, never read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from probes.transcript import Section

_STDERR_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Cut:
    """A raw answer in pieces. `complete`: END was seen and its count is right."""

    sections: tuple[Section, ...]
    complete: bool
    stray: bytes


@lru_cache(maxsize=1)  # it is hashed, read and looked at again, one after the other
def cut(raw: bytes, nonce: str) -> Cut:
    """Return the sections of a raw answer; never raises, whatever the bytes are.

    A section without its OVER line was cut off: its status is None.
    """
    if not nonce:
        return Cut((), complete=False, stray=raw)
    pieces = raw.split(nonce.encode() + b" ")
    stray, sections, ended = [pieces[0]], list[Section](), -1
    index = 1
    while index < len(pieces):
        line, _, rest = pieces[index].partition(b"\n")
        words = line.split()
        if words[:1] == [b"BEGIN"] and len(words) == 2:  # noqa: PLR2004 - BEGIN name
            section, late, index = _section(words[1], rest, pieces, index)
            sections.append(section)
            stray.append(late)
            continue
        if words[:1] == [b"END"] and len(words) == 2 and words[1].isdigit():  # noqa: PLR2004
            ended = int(words[1])
            stray.append(rest)
        else:  # a marker where none belongs
            stray.append(pieces[index])
        index += 1
    return Cut(tuple(sections), ended == len(sections) > 0, b"".join(stray))


def _section(
    name: bytes, stderr: bytes, pieces: list[bytes], index: int
) -> tuple[Section, bytes, int]:
    """Return one section, what came after it, and where to go on."""
    stdout, status, took_ms, late = b"", None, None, b""
    index += 1
    if index < len(pieces) and pieces[index].startswith(b"OUT\n"):
        stdout = pieces[index][4:]
        index += 1
    if index < len(pieces) and pieces[index].startswith(b"OVER "):
        line, _, late = pieces[index].partition(b"\n")
        status, took_ms = _over(line.split())
        index += 1
    return (
        Section(
            name=name.decode("ascii", "replace"),
            stdout=_trimmed(stdout),
            stderr=_trimmed(stderr)[:_STDERR_KEPT],
            status=status,
            took_ms=took_ms,
        ),
        late,
        index,
    )


def _over(words: list[bytes]) -> tuple[int | None, int | None]:
    """Return status and milliseconds of `OVER name status ms`, None where unsaid."""
    numbers = [int(word) if word.isdigit() else None for word in words[2:4]]
    numbers += [None, None]
    return numbers[0], numbers[1]


def _trimmed(body: bytes) -> bytes:
    """Drop the line feed that the frame put before the next marker."""
    return body[:-1] if body.endswith(b"\n\n") or body == b"\n" else body
