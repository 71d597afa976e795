"""Which language a terminal gets."""

from __future__ import annotations

import pytest

from opsdesk.core.language import RefusedInWords, asked_for
from probes.finding import Words


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, None),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "fr_FR.UTF-8"}, None),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"OPSDESK_LANGUAGE": "zh", "LANG": "C"}, "zh_CN"),
        ({"OPSDESK_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "C"}, "zh_CN"),
    ],
)
def test_a_terminal_gets_the_language_it_asks_for(
    environ: dict[str, str], language: str | None
) -> None:
    assert asked_for(environ) == language


def test_a_refusal_in_words_says_the_same_in_both_languages() -> None:
    refusal = RefusedInWords(Words("没有 {name}", "no {name}"), name="甲")
    assert str(refusal) == "没有 甲"
    assert refusal.words.en == "no 甲"
