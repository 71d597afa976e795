"""How every reader of the catalogue takes an answer apart, and cuts what it quotes."""

from __future__ import annotations

from probes.probe import Absent, Denied, Unreadable
from probes.transcript import Section

QUOTED = 120
"""Characters of a server's own words that a message repeats."""

_ABSENT, _DENIED = 69, 77


def rows(section: Section) -> list[str]:
    """Return the answer's lines. Raises Absent or Denied where the status says so."""
    if section.status == _ABSENT:
        raise Absent(reason(section))
    if section.status == _DENIED:
        raise Denied(reason(section))
    # Not splitlines(): it takes a NEL or form feed inside a name for the line's end.
    lines = [line.removesuffix("\r") for line in section.text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def reason(section: Section) -> str:
    """Return the last thing the question said on its error stream, cut."""
    said = section.stderr.decode("utf-8", "replace").strip().splitlines()
    return cut(said[-1]) if said else ""


def whole(text: str, row: str, base: int = 10) -> int:
    """Return a whole number, or raise Unreadable naming its row."""
    try:
        return int(text, base)
    except ValueError as error:
        raise Unreadable(f"not a number: {cut(text)!r} in {cut(row)!r}") from error


def cut(text: str) -> str:
    """Return the text, no longer than a message may quote."""
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
