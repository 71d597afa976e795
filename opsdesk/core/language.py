"""Which of the two languages a sentence is said in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from opsdesk.core.errors import Refused
from probes.finding import Words

Language = Literal["zh_CN", "en"]


class RefusedInWords(Refused):
    """A refusal that brings its sentence in both languages."""

    def __init__(self, words: Words, **values: object) -> None:
        self.words = words.fill(**values) if values else words
        super().__init__(self.words.zh)


def asked_for(environ: Mapping[str, str]) -> Language | None:
    """Return the language a terminal asks for, or None: it asks for neither of ours.

    OPSDESK_LANGUAGE first, then what POSIX says: of LC_ALL, LC_MESSAGES and LANG the
    first that is set decides. "C" and "POSIX" ask for no language at all.
    """
    for name in ("OPSDESK_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "").lower()
        if value:
            return "zh_CN" if value.startswith("zh") else _english(value)
    return None


def _english(value: str) -> Language | None:
    return "en" if value.startswith("en") else None


def say(zh: str, en: str, language: str) -> str:
    """Return the sentence of one language."""
    return zh if language.startswith("zh") else en


def pick(words: Words, language: str) -> str:
    """Return the sentence of one language."""
    return say(words.zh, words.en, language)
