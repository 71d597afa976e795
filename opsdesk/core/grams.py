"""Text as a full-text index takes it: words, and pairs of Chinese characters.

Chinese has no spaces between words, and an index of three-character pieces finds no
word of two. So every run of Chinese becomes its overlapping pairs, whose order makes
any longer word a phrase; single characters are listed once at the end.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

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


def joints(tokens: Iterable[str]) -> set[int]:
    """Return a number for every two tokens that stand side by side.

    An index that forgets places can still tell by them where a phrase may stand: it
    must have all of the phrase's joints. Two pairs may share a number, seldom.
    """
    return {
        zlib.crc32(f"{left} {right}".encode()) - (1 << 31)
        for left, right in pairwise(tokens)
        if not (_is_single(left) and _is_single(right))
    }


def _is_single(token: str) -> bool:
    """Tell a character of the list at the end: nothing stands side by side there."""
    return len(token) == 1 and not token.isascii()


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
