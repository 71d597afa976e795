"""What is sent: one text, with everything that differs by server as data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from probes.catalogue import PROBES, by_name
from probes.finding import Words
from probes.probe import Probe
from probes.script import DIRECT, LATE, compose, cut
from probes.server import (
    BackupExpectation,
    Expectations,
    Kind,
    PathExpectation,
    Server,
)
from tests.probes.shells import every_shell, run

ASKED = tuple(probe for probe in PROBES if probe.ask is not None)
HOSTILE = (
    "it's",
    '"; touch /tmp/x; "',
    "$(echo run)",
    "`echo run`",
    "a\\b\\n",
    "--option",
    "* ?",
    "库",
    "${OD_NONCE}",
    "%s%n",
    "tab\there ",
)


def server(**more: object) -> Server:
    return Server(
        name="db-1",
        kind=Kind.OTHER,
        zone="test",
        address="127.0.0.1",
        expect=Expectations(**more),  # type: ignore[arg-type]
    )


def asking(text: str, name: str = "load") -> Probe:
    return Probe(name=name, title=Words("问", "ask"), facts=object, read=repr, ask=text)


@every_shell
def test_hostile_names_arrive_as_they_were_written(shell: str) -> None:
    told = asking('printf "%s\\n" "$OD_SERVICES" "$OD_BACKUPS" "$OD_PATHS"')
    expected = server(
        services=HOSTILE,
        backups=tuple(BackupExpectation(glob=name) for name in HOSTILE),
        paths=(PathExpectation(host="$(id)", port=1, label="a'b"),),
    )
    script = compose((told,), expected, nonce="n" * 32)
    (section,) = cut(run(script, shell).stdout, script.nonce).sections
    assert section.text == "\n".join((*HOSTILE, *HOSTILE, "$(id) 1 a'b")) + "\n"


@every_shell
@pytest.mark.parametrize("name", ["load", "raid", "drift"])
def test_a_refusal_comes_with_its_reason(name: str, shell: str) -> None:
    told = asking("printf 'so far\n\n'; denied not for us; return 77", name=name)
    script = compose((told,), server(), nonce="n" * 32)
    (section,) = cut(run(script, shell).stdout, script.nonce).sections
    assert (section.status, section.stderr) == (77, b"not for us\n")
    assert section.stdout == b"so far\n"
    silent = compose((asking(":", name=name),), server(), nonce="n" * 32)
    (section,) = cut(run(silent, shell).stdout, silent.nonce).sections
    assert (section.status, section.stdout, section.stderr) == (0, b"", b"")


@every_shell
def test_a_name_of_two_lines_is_two_names_and_no_command(shell: str) -> None:
    told = asking('printf "%s\\n" "$OD_MOUNTS"; ls /no-such-place 2>/dev/null')
    script = compose((told,), server(mounts=("/a\necho run'",)), nonce="n" * 32)
    (section,) = cut(run(script, shell).stdout, script.nonce).sections
    assert section.text == "/a\necho run'\n"


def test_the_digest_is_of_the_questions_and_not_of_the_nonce() -> None:
    first = compose(ASKED, server(), nonce="a" * 32)
    second = compose(ASKED, server(), nonce="b" * 32)
    assert first.sha256 == second.sha256
    assert first.text.replace("a" * 32, "b" * 32) == second.text
    assert compose(ASKED[1:], server(), nonce="a" * 32).sha256 != first.sha256
    other = compose(ASKED, server(services=("x",)), nonce="a" * 32)
    assert other.sha256 != first.sha256


def test_only_what_has_a_question_is_asked() -> None:
    checks = tuple(probe for probe in PROBES if probe.ask is None)
    script = compose((*checks, *ASKED), server(), nonce="n")
    assert script.names == tuple(probe.name for probe in ASKED)
    assert not any(f"od_ask_{probe.name}(" in script.text for probe in checks)


def test_a_package_manager_is_asked_after_what_measures_the_processor() -> None:
    calls = [
        line.split()[1]
        for line in compose(ASKED, server(), nonce="n").text.splitlines()
        if line.startswith(("od_held ", "od_direct "))
    ]
    assert sorted(calls) == sorted(probe.name for probe in ASKED)
    assert calls[-3:] == ["cpu", "disks", "packages"] == list(LATE)
    assert calls[0] == "clock"


def test_what_may_hang_on_a_file_system_runs_under_the_watchdog() -> None:
    lines = compose(ASKED, server(), nonce="n").text.splitlines()
    watched = {line.split()[1] for line in lines if line.startswith("od_direct ")}
    assert watched == DIRECT
    probe = by_name("filesystems")
    assert probe is not None
    assert f"od_direct filesystems {probe.seconds}" in lines
    slower = compose((replace(probe, seconds=99),), server(), nonce="n").text
    assert "od_direct filesystems 99" in slower


def test_the_text_has_no_line_a_shell_would_take_for_its_own() -> None:
    text = compose(ASKED, server(), nonce="n").text
    assert "\r" not in text
    assert "\0" not in text
    assert "<<" not in text  # a here-document is a file on the server
