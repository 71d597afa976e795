"""The kernel's list of mounts, as proc(5) writes it, old form and new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from probes.catalogue.text import cut
from probes.probe import Unreadable

_OLD_FIELDS = 6  # fstab(5): device mount type options dump pass
_NEW_FIELDS = 10
_ESCAPED = (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\043", "#"))
_RO = frozenset({"ro", "emergency_ro"})


class Mount(NamedTuple):
    """One mount. `number` is major:minor, "" where the old list has none.

    `read_only` is the file system's own state, which an error changes, where the list
    tells it: a mount that alone is read-only was made so, as a service manager or a
    container does for those inside, and others still write to what lies behind.
    """

    path: str
    device: str
    type: str
    number: str
    read_only: bool


def mounts(lines: list[str]) -> Iterator[Mount]:
    """Yield every mount. Raises Unreadable on a line of neither form."""
    for line in lines:
        words = line.split(" ")
        if " - " in line and len(words) >= _NEW_FIELDS:
            yield _new(words, line)
        elif len(words) == _OLD_FIELDS:
            yield Mount(
                path=unescape(words[1]),
                device=unescape(words[0]),
                type=words[2],
                number="",
                read_only=_is_read_only(words[3]),
            )
        else:
            raise Unreadable(f"not a mount: {cut(line)!r}")


def _new(words: list[str], line: str) -> Mount:
    """Read a line of mountinfo: what stands behind the dash is the super block's."""
    dash = words.index("-")
    if len(words) < dash + 3:
        raise Unreadable(f"not a mount: {cut(line)!r}")
    behind = words[dash + 3] if len(words) > dash + 3 else ""
    return Mount(
        path=unescape(words[4]),
        device=unescape(words[dash + 2]),
        type=words[dash + 1],
        number=words[2],
        read_only=_is_read_only(behind or words[5]),
    )


def _is_read_only(options: str) -> bool:
    return "ro" in options and not _RO.isdisjoint(options.split(","))


def unescape(text: str) -> str:
    r"""Return a path whose blanks stood as \040 \011 \012, # as \043, \ as \134."""
    if "\\" not in text:
        return text
    for code, char in _ESCAPED:
        text = text.replace(code, char)
    return text.replace("\\134", "\\")
