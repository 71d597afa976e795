"""Why a round was late, missed or doubtful, as it is printed."""

from __future__ import annotations

from opsdesk.inspections.paper_words import why
from reports.documents.words import say


def test_a_doubtful_round_says_why_in_words_and_not_in_the_desks_own_signs() -> None:
    told = why("", "too-fast 900 42000; unchanged web-1")
    assert say(told, "zh") == (
        "用时 0.9 秒，远少于平时的 42.0 秒；web-1 的应答与上次逐字节相同"
    )
    assert say(told, "en") == (
        "took 0.9 s, far less than the usual 42.0 s; "
        "the answer of web-1 is the former one, byte by byte"
    )


def test_a_reason_a_person_wrote_is_printed_as_it_was_written() -> None:
    assert say(why("停电检修，机房断网"), "en") == "停电检修，机房断网"
    assert why("") == ""
