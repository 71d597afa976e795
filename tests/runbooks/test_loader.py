"""A plan's file is read, or every mistake in it is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks import loader
from tests.runbooks.example import EXAMPLE

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def mistakes(content: bytes) -> list[str]:
    """Return what is said of a file; [] where it is a plan."""
    try:
        loader.parse(content, "p")
    except loader.BadPlan as bad:
        return [loader.told("p", one, "en") for one in bad.mistakes]
    return []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_all_mistakes_of_a_file_are_told_at_once_in_both_languages(path: Path) -> None:
    with pytest.raises(loader.BadPlan) as caught:
        loader.load(path)
    found = [
        loader.told(path.name, one, language)
        for language in ("en", "zh")
        for one in caught.value.mistakes
    ]
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert found == expected


@pytest.mark.parametrize(
    ("old", "new", "said", "at"),
    [
        ("schema: 1", "schema: 2", "The first line must be schema: 1.", "schema: 2"),
        ("id: mail-outage", "id: Mail", "'Mail' is no name", "id: Mail"),
        (
            "version: V1.0",
            "version: [a]",
            "A single value belongs here.",
            "version: [a]",
        ),
        (
            "version: V1.0",
            "version: V1.0\nversion: V2",
            "twice (first on line 5)",
            "version: V2",
        ),
        (
            "issued: 2026-11-01",
            "issued: 2026-13-01",
            "is no date",
            "issued: 2026-13-01",
        ),
        ("on_site: 15m", "on_site: -15m", "'-15m' is no duration", "on_site: -15m"),
        ("on_site: 15m", "on_site: 1h30m", "'1h30m' is no duration", "on_site: 1h30m"),
        ("on_site: 15m", "on_site: 9999999d", "is no duration", "on_site: 9999999d"),
        (
            "en: Report first}",
            'en: ""}',
            "This must not be empty.",
            '- {zh: 先报后处, en: ""}',
        ),
        (
            "en: Report first}",
            'en: "\\ud800"}',
            "It holds control characters.",
            '- {zh: 先报后处, en: "\\ud800',
        ),
        (
            "en: Report first}",
            'en: "a\\0"}',
            "It holds control characters.",
            '- {zh: 先报后处, en: "a\\0"}',
        ),
        ("- level: II\n", "- level: I\n", "stands here exactly once", "levels:"),
        (
            "from_roster: lead",
            "from_roster: boss",
            "'boss' is no post",
            "from_roster: boss",
        ),
        (
            "phase: verify",
            "phase: verifying",
            "'verifying' is none of detect",
            "phase: verifying",
        ),
        (
            "after: [allow]",
            "after: [switch-over]",
            "no step that stands before",
            "after: [switch-over]",
        ),
        ("after: [allow]", "after: allow", "This must be a list.", "after: allow"),
        (
            "after: [mail-flows]",
            "after: [nothing]",
            "no step that stands before",
            "after: [nothing]",
        ),
        ("- key: allow", "- key: verify", "verify is taken already.", "- key: verify"),
        (
            "    doing: automatic",
            "    doing: manual",
            "Only automatic steps",
            "action: tcp.check",
        ),
        (
            "    doing: approval",
            "    doing: automatic",
            "names its action",
            "- key: allow",
        ),
        (
            "    doing: approval",
            "    doing: manual",
            "Only approvals have a ttl.",
            "ttl: 15m",
        ),
        (
            "action: tcp.check",
            "action: shell.run",
            "is none of ssh.check",
            "action: shell.run",
        ),
        (
            'port: "25"}\n    expect',
            "prt: x}\n    expect",
            "does not take prt",
            'arguments: {server: "{ma',
        ),
        (
            'port: "25"}\n    expect',
            "}\n    expect",
            "tcp.check needs port.",
            'arguments: {server: "{ma',
        ),
        (
            "kind: server",
            "kind: backup",
            "machine is a backup; a server is needed",
            'arguments: {server: "{ma',
        ),
        (
            '"{machine}"',
            '"{machine}x"',
            "A parameter is the whole value",
            'arguments: {server: "{ma',
        ),
        (
            '"{machine}"',
            '"{mashine}"',
            "There is no parameter mashine.",
            'arguments: {server: "{ma',
        ),
        (
            "tolerance: {open",
            "tolerance: {opened",
            "does not answer opened",
            'tolerance: {opened: "tru',
        ),
        ("    confirm: true", "    confirm: maybe", "true or false", "confirm: maybe"),
        (
            "    confirm: true",
            '    pattern: "("',
            "no regular expression",
            'pattern: "("',
        ),
        (
            "kind: server\n",
            "kind: choice\n",
            "choices say between what",
            "- name: machine",
        ),
        (
            "parts: [commander",
            "parts: [leaders",
            "Nobody plays leaders in roles.",
            "parts: [leaders, operato",
        ),
        ("right: 0", "right: 2", "must be below 2", "right: 2"),
        ("timeout: 30s", "timeout: 0s", "This must be above 0.", "timeout: 0s"),
        ("kinds: [text]", "kinds: []", "kinds say which", "evidence: {kinds: [], le"),
    ],
)
def test_a_mistake_is_told_on_the_line_that_it_stands_on(
    old: str, new: str, said: str, at: str
) -> None:
    assert old in EXAMPLE
    wrong = EXAMPLE.replace(old, new, 1)
    found = [one for one in mistakes(wrong.encode()) if said in one]
    assert found
    line = wrong.splitlines()[int(found[0].split(":")[1]) - 1]
    assert line.strip().startswith(at)


def test_a_misspelt_part_is_one_mistake_not_one_for_each_of_its_steps() -> None:
    wrong = EXAMPLE.replace("- part: operator", "- part: operater", 1)
    assert len(mistakes(wrong.encode())) == 1


def test_a_misspelt_parameter_is_one_mistake_not_one_for_each_use() -> None:
    wrong = EXAMPLE.replace("kind: server", "kind: sever", 1)
    assert len(mistakes(wrong.encode())) == 1


def test_a_mistake_hides_no_other_that_does_not_come_of_it() -> None:
    wrong = EXAMPLE.replace("after: [allow]", "after: [alow]", 1)
    wrong = wrong.replace(
        '{server: "{machine}", port: "25"}\n    expect',
        '{server: "{machin}", port: "25; reboot"}\n    command: "reboot"\n    expect',
        1,
    )
    found = [one.split(": ", 1)[1] for one in mistakes(wrong.encode())]
    assert found == [
        "steps[2].after[0]: alow is no step that stands before this one.",
        "steps[3].arguments.server: There is no parameter machin.",
        "steps[3].arguments.port: '25; reboot' is no number; a number is needed here.",
        "steps[3].command: Nothing is called command.",
    ]


def test_a_misspelt_key_is_one_mistake_and_its_value_is_not_missed() -> None:
    wrong = EXAMPLE.replace("    action: tcp.check\n", "    acton: tcp.check\n")
    said = [one for one in mistakes(wrong.encode()) if ": steps" in one]
    assert len(said) == 1
    assert said[0].endswith("Did you mean action?")


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n".encode()
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "p:1:1: The file must be made of `name: value` lines."),
        (b"just words", "p:1:1: The file must be made of `name: value` lines."),
        (b"a: b: c", "p:1:5: Not YAML: mapping values are not allowed here."),
        (b"a: 1\n\tb: 2", "p:2:1: Not YAML:"),
        (b"a: 1\nb: \0", "p:2:4: There is a control character, U+0000."),
        (b"\xff\xfea", "p:1:1: The file is not UTF-8 (at byte 1)."),
        (b"x" * ((1 << 18) + 1), "p:1:1: The file is larger than 256 KiB."),
        (BOMB, "p:1:1: The file is nested too deeply, refers to itself"),
        (b"a: &a [*a]", "p:1:1: The file is nested too deeply, refers to itself"),
        (b"[" * 100_000, "p:1:1: The file is nested too deeply, refers to itself"),
        (b"a: *b", "p:1:4: Not YAML: found undefined alias"),
        (b"a: 1\n---\nb: 2\n", "p:2:1: Not YAML: but found another document."),
        (b"? [a]\n: b\n", "p:1:1: A key must be a word."),
    ],
    ids=lambda given: None if isinstance(given, str) else repr(given[:12]),
)
def test_what_is_no_plan_at_all_is_refused_in_words(content: bytes, said: str) -> None:
    assert any(one.startswith(said) for one in mistakes(content))


def test_a_file_that_is_not_there_is_a_mistake_and_no_crash(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.yaml", tmp_path, Path("nul\0.yaml")):
        with pytest.raises(loader.BadPlan, match="cannot be read"):
            loader.load(path)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    plain = loader.parse(EXAMPLE.encode())
    dressed = b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode()
    assert loader.parse(dressed) == plain
    assert loader.digest(loader.parse(dressed)) == loader.digest(plain)
