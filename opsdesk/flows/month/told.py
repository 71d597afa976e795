"""How figures are said: 「—」 without a denominator, 未取得 where nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from opsdesk.tickets.promises.explaining import duration
from probes.finding import Words as Sentence
from reports.documents.daily_record import TableColumn
from reports.documents.parts import Align
from reports.documents.words import NOT_OBTAINED, Text, Words

NONE = "—"


def column(zh: str, en: str, share: float, *, right: bool = False) -> TableColumn:
    """Return a column; figures stand on the right."""
    align = Align.RIGHT if right else Align.LEFT
    return TableColumn(title=Words(zh, en), share=share, align=align)


def words(sentence: Sentence) -> Words:
    """Return a sentence of the desk as words of the paper."""
    return Words(sentence.zh, sentence.en)


def share(part: float, whole: float) -> str:
    """Return a percentage with one digit; 「—」 where there is nothing to share.

    It is rounded half up; what is not all of it never says 100%, what is not none never 0.
    """
    if not whole:
        return NONE
    tenths = int(1000 * part / whole + 0.5)
    if 0 < part < whole:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths / 10:.1f}%"


def count(number: float | None) -> Text:
    """Return a count, 未取得 where it is not known."""
    return NOT_OBTAINED if number is None else f"{number:g}"


def change(now: float | None, before: float | None) -> Text:
    """Return the difference from the period before, with its sign."""
    if now is None or before is None:
        return NOT_OBTAINED
    return f"{now - before:+g}" if now != before else "0"


def length(seconds: float | None) -> Text:
    """Return a length of time in words; 「—」 for none."""
    if seconds is None:
        return NONE
    said = duration(timedelta(seconds=seconds))
    return Words(
        _JOINED.sub("\N{NO-BREAK SPACE}", said.zh),
        _JOINED.sub("\N{NO-BREAK SPACE}", said.en),
    )


_JOINED = re.compile(r"(?<=[0-9]) (?=[^0-9])")
"""Between a number and its unit: no line ends there."""


def stamp(at: datetime | None, zone: tzinfo, *, year: int | None = None) -> str:
    """Return month, day and time: the year is on the cover, or else said if not `year`."""
    if at is None:
        return "/"
    local = at.astimezone(zone)
    same = year is None or local.year == year
    return f"{local:%m-%d %H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"


def brief(text: str, longest: int = 120) -> str:
    """Return a text on one line, cut where a table would burst."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    kept = line[:longest]
    if _WORD.match(line, longest) and (part := _PART.search(kept)) is not None:
        kept = kept[: part.start()].rstrip() or kept  # no word of Latin letters in two
    return f"{kept.rstrip(_OPEN)}…"


_WORD = re.compile(r"[A-Za-z0-9]")
_PART = re.compile(r"[A-Za-z0-9]{1,24}$")
_OPEN = " （(「“，、："


def listed(items: Iterable[str]) -> str:
    """Return texts as one."""
    return "、".join(items) or "/"
