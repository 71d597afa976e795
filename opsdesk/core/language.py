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


def chosen(environ: Mapping[str, str]) -> Language:
    """Return the language of a terminal: OPSDESK_LANGUAGE, LC_ALL, LC_MESSAGES, LANG.

    Anything that begins with "zh" is Chinese, everything else English.
    """
    for name in ("OPSDESK_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value:
            return "zh_CN" if value.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str, language: str) -> str:
    """Return the sentence of one language."""
    return zh if language.startswith("zh") else en


def pick(words: Words, language: str) -> str:
    """Return the sentence of one language."""
    return say(words.zh, words.en, language)
