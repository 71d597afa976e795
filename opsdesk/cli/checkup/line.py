"""One line of a check-up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probes.finding import Words

NOTHING = Words("", "")


class Level(StrEnum):
    """How a look ended. Only a problem keeps the desk from working."""

    OK = "ok"
    ATTENTION = "attention"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Line:
    """What was looked at, how it is, and what to do ("" where nothing is)."""

    level: Level
    what: Words
    found: Words
    remedy: Words = NOTHING


def fine(what: Words, found: Words) -> Line:
    """Return a line that asks for nothing."""
    return Line(Level.OK, what, found)


def attention(what: Words, found: Words, remedy: Words) -> Line:
    """Return a line about something that works but should be looked after."""
    return Line(Level.ATTENTION, what, found, remedy)


def problem(what: Words, found: Words, remedy: Words) -> Line:
    """Return a line about something that does not work."""
    return Line(Level.PROBLEM, what, found, remedy)


def same(text: object) -> Words:
    """Return a text that reads the same in both languages."""
    return Words(str(text), str(text))
