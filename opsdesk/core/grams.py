"""Text as a full-text index takes it: words, and pairs of Chinese characters.

Chinese has no spaces between words, and an index of three-character pieces finds no
word of two. So every run of Chinese becomes its overlapping pairs, whose order makes
any longer word a phrase; single characters are listed once at the end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W_{_IDEOGRAPHS}]+")
_IS_HAN = re.compile(rf"[{_IDEOGRAPHS}]")
MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand side by side; `open_ended`: the last one may go on."""

    tokens: tuple[str, ...]
    open_ended: bool


def indexed(text: str) -> str:
    """Return the tokens of a text, separated by spaces."""
    tokens: list[str] = []
    singles: dict[str, None] = {}
    for run in _runs(text):
        if _IS_HAN.match(run):
            tokens += _pairs(run)
            singles.update(dict.fromkeys(run))
        else:
            tokens.append(run)
    return " ".join([*tokens, "|", *singles]) if singles else " ".join(tokens)


def asked(query: str) -> tuple[Phrase, ...]:
    """Return what a search asks for: every phrase must be there, in any order."""
    phrases = [phrase for term in query.split() for phrase in _phrases(term)]
    return tuple(phrases[:MOST_TERMS])


def _phrases(term: str) -> list[Phrase]:
    """Return a term's phrases: Chinese beside Latin is two, 20261123-0001 is one."""
    runs = list(_runs(term))
    if not any(_IS_HAN.match(run) for run in runs):
        return [Phrase(tuple(runs), open_ended=True)] if runs else []
    return [
        Phrase(tuple(_sought(run)), open_ended=not _IS_HAN.match(run)) for run in runs
    ]


def _sought(run: str) -> list[str]:
    if not _IS_HAN.match(run):
        return [run]
    return list(run) if len(run) == 1 else _pairs(run)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _runs(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return (found.group() for found in _RUN.finditer(plain))
