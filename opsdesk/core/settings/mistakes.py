"""A mistake in the configuration: where it stands and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from probes.finding import Words

Where = tuple[str | int, ...]
"""A place in the file: ("servers", 2, "via", 0)."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right. `line` counts from 1; None where there is no line."""

    path: str
    line: int | None
    words: Words


class BadSettings(Exception):
    """The configuration has mistakes; all of them are here, in the file's order.

    `language` is the desk's own where the file still says it, else "".
    """

    def __init__(self, mistakes: Iterable[Mistake], language: str = "") -> None:
        self.mistakes = tuple(mistakes)
        self.language = language
        super().__init__(
            "; ".join(f"{m.path} (line {m.line}): {m.words.en}" for m in self.mistakes)
        )


def dotted(where: Where) -> str:
    """Return a place as people write it: `servers[2].via[0]`."""
    text = ""
    for step in where:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def near_miss(word: str, known: Collection[str]) -> Words:
    """Return "did you mean …" for a word that is almost one of the known, else ""."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    if not close:
        return Words("", "")
    return Words(f"是不是 {close[0]}？", f" Did you mean {close[0]}?")


class Notebook:
    """Where mistakes are noted while the whole file is read."""

    def __init__(self, lines: dict[Where, int]) -> None:
        self._lines = lines
        self._mistakes: dict[Where, Mistake] = {}

    def note(self, where: Where, words: Words) -> None:
        """Note a mistake at a place; only the first one of a place counts."""
        if where not in self._mistakes:
            self._mistakes[where] = Mistake(dotted(where), self.line(where), words)

    def has(self, *where: str | int) -> bool:
        """Say whether something at a place, or inside it, is wrong."""
        return any(noted[: len(where)] == where for noted in self._mistakes)

    def line(self, where: Where) -> int | None:
        """Return the line of a place, or of the nearest thing around it."""
        for length in range(len(where), -1, -1):
            if where[:length] in self._lines:
                return self._lines[where[:length]]
        return None

    @property
    def mistakes(self) -> list[Mistake]:
        """All that was noted, in the order of the file."""
        noted = self._mistakes.values()
        return sorted(noted, key=lambda mistake: mistake.line or 0)
