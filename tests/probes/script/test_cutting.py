"""Whatever came back is cut apart without losing a byte of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.cutting import Cut, cut

NONCE = "0123456789abcdef"
MARK = NONCE.encode() + b" "
WHOLE = (
    MARK + b"BEGIN load\n"
    b"careful\n\n" + MARK + b"OUT\n"
    b"0.1 0.2 0.3\n" + MARK + b"OVER load 0 12\n" + MARK + b"END 1\n"
)
PIECES = st.sampled_from(
    [
        MARK + b"BEGIN load\n",
        MARK + b"BEGIN \n",
        MARK + b"BEGIN a b\n",
        MARK + b"OUT\n",
        MARK + b"OVER load 0 12\n",
        MARK + b"OVER load\n",
        MARK + b"OVER\n",
        MARK + b"END 1\n",
        MARK + b"END x\n",
        MARK + b"WHAT\n",
        MARK,
        NONCE.encode(),
        b"\n",
        b"\x00\xff",
    ]
)


def told(answer: Cut) -> bytes:
    parts = [answer.stray]
    for section in answer.sections:
        parts += [section.stderr, section.stdout]
    return b"|".join(parts)


def test_a_section_is_taken_apart() -> None:
    answer = cut(WHOLE, NONCE)
    (section,) = answer.sections
    assert answer.complete
    assert answer.stray == b""
    assert (section.name, section.status, section.took_ms) == ("load", 0, 12)
    assert (section.stderr, section.stdout) == (b"careful\n", b"0.1 0.2 0.3\n")


def test_what_stands_around_the_answer_is_stray() -> None:
    answer = cut(b"Welcome!\n" + WHOLE + b"logout\n", NONCE)
    assert answer == Cut(cut(WHOLE, NONCE).sections, True, b"Welcome!\nlogout\n")  # noqa: FBT003


def test_an_answer_cut_off_anywhere_is_not_complete() -> None:
    for length in range(len(WHOLE) - 2):
        answer = cut(WHOLE[:length], NONCE)
        assert not answer.complete
        assert len(answer.sections) <= 1


def test_a_section_that_broke_off_has_no_status() -> None:
    (section,) = cut(WHOLE[: WHOLE.index(b"0.3")], NONCE).sections
    assert (section.status, section.stdout) == (None, b"0.1 0.2 ")


def test_an_end_that_counts_another_number_is_not_complete() -> None:
    assert not cut(WHOLE.replace(b"END 1", b"END 2"), NONCE).complete


def test_without_a_nonce_everything_is_stray() -> None:
    assert cut(WHOLE, "") == Cut((), complete=False, stray=WHOLE)


def test_another_visits_marks_are_only_text() -> None:
    answer = cut(WHOLE, "f" * 16)
    assert answer.sections == ()
    assert answer.stray == WHOLE


def test_a_flood_of_errors_is_cut_and_the_answer_kept() -> None:
    answer = cut(WHOLE.replace(b"careful", b"x" * 100_000), NONCE)
    (section,) = answer.sections
    assert len(section.stderr) == 4096
    assert section.stdout == b"0.1 0.2 0.3\n"


@given(st.binary(max_size=400))
def test_any_bytes_are_cut_without_raising(raw: bytes) -> None:
    assert cut(raw, NONCE).stray == raw
    assert len(cut(raw, "\n").stray) <= len(raw)


@given(st.lists(PIECES, max_size=20))
def test_no_byte_between_the_marks_is_lost(pieces: list[bytes]) -> None:
    raw, words = b"", []
    for number, piece in enumerate(pieces):
        word = b"<%d>" % number
        words.append(word)
        raw += piece + (b"" if piece.endswith(b"\n") else b"\n") + word + b"\n"
    kept = told(cut(raw, NONCE))
    for word in words:
        assert kept.count(word) == 1


@given(st.lists(PIECES, max_size=20))
def test_a_mark_where_none_belongs_is_kept_as_stray(pieces: list[bytes]) -> None:
    answer = cut(b"".join(pieces) + b"\n" + MARK + b"WHAT 7 is this\n", NONCE)
    assert b"WHAT 7 is this" in told(answer)
