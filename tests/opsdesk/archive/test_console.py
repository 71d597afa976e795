"""The archive at the machine's shell: what it shows, and what it writes down for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli import main
from opsdesk.cli.opened import console_user


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a desk with an internal document, and a restricted one put in at the shell."""
    monkeypatch.setenv("OPSDESK_LANGUAGE", "en")
    path = tmp_path / "config.yaml"
    path.write_text("servers: [{name: here, transport: local, zone: z}]\n", "utf-8")
    assert run(path, "init").exit_code == 0
    for label, title in (("internal", "值守制度"), ("restricted", "密码制度")):
        file = tmp_path / f"{label}.txt"
        file.write_text(label)
        words = ("archive", "add", str(file), "--title", title, "--label", label)
        assert run(path, *words, "--category", "contract").exit_code == 0
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--config", str(config)])


def readings(config: Path) -> list[str]:
    """Return the audit trail's lines about who was shown what."""
    lines = run(config, "audit", "export").output.splitlines()
    return [line for line in lines if "document.shown" in line]


@pytest.mark.parametrize("words", [("list",), ("search", "制度")])
def test_restricted_documents_are_left_out_unless_asked_for_and_then_it_is_written(
    config: Path, words: tuple[str, ...]
) -> None:
    plain = run(config, "archive", *words)
    assert plain.exit_code == 0
    assert "值守制度" in plain.output
    assert "密码制度" not in plain.output
    assert readings(config) == []
    asked = run(config, "archive", *words, "--restricted")
    assert "值守制度" in asked.output
    assert "密码制度" in asked.output
    [entry] = readings(config)
    assert console_user() in entry
    assert words[0] in entry


def test_a_search_for_what_is_only_in_restricted_documents_finds_nothing(
    config: Path,
) -> None:
    assert run(config, "archive", "search", "密码").exit_code == 1
    assert run(config, "archive", "search", "密码", "--restricted").exit_code == 0


def test_a_search_is_narrowed_to_a_shelf(config: Path) -> None:
    words = ("archive", "search", "制度", "--category")
    assert run(config, *words, "contract").exit_code == 0
    assert run(config, *words, "training").exit_code == 1
