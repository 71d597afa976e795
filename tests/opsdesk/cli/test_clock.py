"""`opsdesk clock explain` answers anybody's "why this deadline"."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli.clock import clock

CASE = ("--opened", "2026-05-04T08:00+08:00")


def run(*args: str) -> Result:
    return CliRunner().invoke(clock, list(args))


@pytest.mark.parametrize(
    ("kind", "policy", "answer", "due"),
    [
        (
            "ordinary",
            "legal_days",
            "2026-05-04T09:00:00+08:00",
            "2026-05-05T00:00:00+08:00",
        ),
        (
            "ordinary",
            "rest_block",
            "2026-05-06T01:00:00+08:00",
            "2026-05-07T00:00:00+08:00",
        ),
        (
            "complex",
            "rest_block",
            "2026-05-06T01:00:00+08:00",
            "2026-05-10T00:00:00+08:00",
        ),
        ("complex", "always", "2026-05-04T09:00:00+08:00", "2026-05-08T00:00:00+08:00"),
    ],
)
def test_the_answer_has_both_deadlines_with_their_offset(
    kind: str, policy: str, answer: str, due: str
) -> None:
    result = run("explain", *CASE, "--kind", kind, "--policy", policy, "--json")
    told = json.loads(result.output)
    assert (told["response_due"], told["due"]) == (answer, due)
    assert set(told) == {"response_due", "due", "literal_due", "explanation"}
    assert told["explanation"]


def test_a_cutoff_moves_the_deadline_and_the_literal_one_stays() -> None:
    late = ("--opened", "2026-05-06T19:00+08:00", "--kind", "ordinary")
    told = json.loads(run("explain", *late, "--cutoff", "18:00", "--json").output)
    assert told["due"] == "2026-05-08T00:00:00+08:00"
    assert told["literal_due"] == "2026-05-07T00:00:00+08:00"


@pytest.mark.parametrize("opened", ["2026-05-04T08:00", "yesterday", "{0}", ""])
def test_a_time_without_its_offset_is_refused_in_words(opened: str) -> None:
    result = run("explain", "--opened", opened, "--kind", "ordinary")
    assert result.exit_code == 2
    assert "+08:00" in result.output


def test_a_year_without_a_table_is_refused_and_nothing_is_guessed() -> None:
    result = run("explain", "--opened", "2031-05-04T08:00+08:00", "--kind", "ordinary")
    assert result.exit_code == 1
    assert "2031" in result.output


def test_a_provisional_year_says_so() -> None:
    result = run("holidays", "2027")
    assert result.exit_code == 0
    assert "暂定" in result.output or "Provisional" in result.output
