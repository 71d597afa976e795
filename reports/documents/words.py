"""Text on paper: the same in every language, or said in two."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One text in Chinese and in English."""

    zh: str
    en: str


Text = str | Words
"""A `str` is data (a host's name, a figure) and is printed as it is."""

NOT_APPLICABLE = "/"
NOT_OBTAINED = Words("未取得", "not obtained")
NOT_CHECKED = Words("未检", "not checked")


def not_obtained(reason: Text) -> Words:
    """Return 未取得 with the reason why."""
    return Words(
        f"未取得（{say(reason, 'zh')}）", f"not obtained ({say(reason, 'en')})"
    )


def say(text: Text, language: str) -> str:
    """Return the text in a language ("zh…" or anything else for English)."""
    if isinstance(text, str):
        return text
    return text.zh if language.startswith("zh") else text.en


def joined(texts: tuple[Text, ...], zh: str, en: str) -> Text:
    """Return several texts as one, with each language's own separator."""
    if all(isinstance(text, str) for text in texts) and zh == en:
        return zh.join(say(text, "zh") for text in texts)
    return Words(
        zh.join(say(text, "zh") for text in texts),
        en.join(say(text, "en") for text in texts),
    )
