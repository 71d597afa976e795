"""What servers say, made safe to show."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from opsdesk.core.text import one_line, printable


def test_an_escape_sequence_is_seen_and_not_obeyed() -> None:
    assert printable("\x1b[2J\x1b]0;title\x07") == "␛[2J␛]0;title␇"


def test_a_carriage_return_cannot_overwrite_a_line() -> None:
    assert printable("critical\rnormal") == "critical␍normal"


def test_text_that_turns_the_reading_direction_is_shown_by_number() -> None:
    assert printable("user\u202etxt.exe") == "user⟨U+202E⟩txt.exe"


def test_invisible_and_c1_characters_are_shown_by_number() -> None:
    assert printable("a\u200bb\x9bc\ufeff") == "a⟨U+200B⟩b⟨U+009B⟩c⟨U+FEFF⟩"


def test_chinese_lines_and_tabs_stay_as_they_are() -> None:
    text = "磁盘\t已满\n第二行 – “引号” 𠮷"
    assert printable(text) == text


def test_a_cell_is_one_line() -> None:
    assert one_line("a\n\tb") == "a␊␉b"


@given(st.text(st.characters(codec=None)))
def test_nothing_that_moves_a_cursor_gets_through(text: str) -> None:
    shown = one_line(text)
    assert {unicodedata.category(char) for char in shown}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    shown.encode()
