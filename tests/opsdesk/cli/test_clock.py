"""`opsdesk clock explain` answers anybody's "why this deadline"."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli import main

CASE = ("--opened", "2026-05-04T08:00+08:00")


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["clock", *args])


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


@pytest.mark.parametrize(
    "opened",
    [
        "2026-05-04T08:00",
        "yesterday",
        "{0}",
        "",
        "0001-01-01T00:00+08:00",
        "9999-12-31T23:59-08:00",
    ],
)
def test_a_time_without_its_offset_is_refused_in_words(opened: str) -> None:
    result = run("explain", "--opened", opened, "--kind", "ordinary")
    assert result.exit_code == 2
    assert "+08:00" in result.output


def test_a_year_without_a_table_is_refused_and_nothing_is_guessed() -> None:
    result = run("explain", "--opened", "2031-05-04T08:00+08:00", "--kind", "ordinary")
    assert result.exit_code == 2
    assert "2031" in result.output
    assert "Traceback" not in result.output


def test_a_year_without_a_table_has_none_to_show() -> None:
    result = run("holidays", "2031")
    assert result.exit_code == 2
    assert "2031" in result.output


def test_no_configuration_and_no_database_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("explain", *CASE, "--kind", "ordinary", "--json")
    assert result.exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_moment_in_another_zone_is_answered_in_the_contracts() -> None:
    told = json.loads(
        run(
            "explain", "--opened", "2021-09-14T02:00Z", "--kind", "ordinary", "--json"
        ).output
    )
    assert told["response_due"] == "2021-09-14T11:00:00+08:00"


def test_the_explanation_is_said_in_the_terminals_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = ("--opened", "2021-09-30T23:30+08:00", "--kind", "ordinary", "--json")
    monkeypatch.setenv("OPSDESK_LANGUAGE", "zh_CN")
    chinese = json.loads(run("explain", *opened).output)["explanation"]
    monkeypatch.setenv("OPSDESK_LANGUAGE", "en")
    english = json.loads(run("explain", *opened).output)["explanation"]
    assert any("10-01～10-03 国庆节 不计" in line for line in chinese)
    assert any("10-01～10-03 国庆节 not counted" in line for line in english)


def test_a_table_shows_its_days_and_what_was_checked() -> None:
    result = run("holidays", "2026")
    assert result.exit_code == 0
    assert "02-15～02-23" in result.output
    assert "13" in result.output


def test_a_provisional_year_says_so() -> None:
    result = run("holidays", "2027")
    assert result.exit_code == 0
    assert "暂定" in result.output or "Provisional" in result.output
