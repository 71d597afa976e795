"""One rule for every command: the terminal's language, else the desk's."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from opsdesk.cli import main
from opsdesk.cli.group import COMMANDS

CHINESE = re.compile("[\u4e00-\u9fff]")
SPEAKING = {
    "init": ["init"],
    "serve": ["serve"],  # refused: its port is held
    "inspect": ["inspect"],
    "hosts": ["hosts", "list"],
    "secret": ["secret", "list"],
    "user": ["user", "reset", "nobody"],
    "report": ["report", "daily", "2020-01-01", "-o", "x.pdf"],
    "archive": ["archive", "verify"],
    "plans": ["plans", "show", "nothing"],  # refused: there is no such plan
    "replay": ["replay"],
    "audit": ["audit", "verify"],
    "db": ["db", "status"],
    "doctor": ["doctor"],
    "clock": ["clock", "holidays", "2031"],  # refused: there is no such table
    "demo": ["demo", "--data", "full"],  # refused: it is not empty
}
"""Command -> words that make it say something of its own."""
TERMINALS = [
    ("zh_CN.UTF-8", "en", True),
    ("en_GB.UTF-8", "zh_CN", False),
    ("C.UTF-8", "zh_CN", True),
    ("C.UTF-8", "en", False),
    ("fr_FR.UTF-8", "zh_CN", True),
]


def said(folder: Path, words: list[str], lang: str) -> str:
    """Return all that a command says in a terminal of some language."""
    unset = {"OPSDESK_LANGUAGE": None, "LC_ALL": None, "LC_MESSAGES": None}
    config = str(folder / "config.yaml")
    done = CliRunner().invoke(
        main, [*words, "--config", config], env={**unset, "LANG": lang}
    )
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a configuration and, for `demo`, a folder that is not empty."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(folder: Path, language: str, port: int) -> None:
    (folder / "config.yaml").write_text(
        f"desk: {{language: {language}, listen: '127.0.0.1:{port}', name: Desk}}\n"
        "servers: [{name: here, transport: local, zone: z}]\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize(("lang", "desks", "chinese"), TERMINALS)
def test_every_command_speaks_the_terminals_language_else_the_desks(
    folder: Path, lang: str, desks: str, *, chinese: bool
) -> None:
    assert set(SPEAKING) == set(COMMANDS)
    with socket.create_server(("127.0.0.1", 0)) as held:
        configured(folder, desks, held.getsockname()[1])
        heard = {name: said(folder, words, lang) for name, words in SPEAKING.items()}
    if lang.startswith(("C", "fr")):
        del heard["demo"], heard["clock"]  # read no configuration: English
    assert all(heard.values())
    spoke = {name for name, text in heard.items() if CHINESE.search(text)}
    assert spoke == (set(heard) if chinese else set())


def test_a_file_with_mistakes_still_says_the_language_they_are_told_in(
    folder: Path,
) -> None:
    (folder / "config.yaml").write_text("desk: {language: en}\nfoo: 1\n")
    assert not CHINESE.search(said(folder, ["hosts", "list"], "C"))
    assert CHINESE.search(said(folder, ["hosts", "list"], "zh_CN.UTF-8"))


@pytest.mark.parametrize("command", ["inspect", "replay"])
def test_a_desk_that_was_never_made_is_one_sentence_that_says_what_to_do(
    folder: Path, command: str
) -> None:
    configured(folder, "en", 1)
    told = said(folder, [command], "C").strip()
    assert told == (
        f"There is no data in {folder}/var yet, so nothing was done. "
        "Run `opsdesk init` first."
    )
    assert not (folder / "var").exists()


@pytest.mark.parametrize("command", ["inspect", "replay", "init"])
def test_a_key_that_is_gone_or_open_is_named_once_and_without_a_number(
    folder: Path, command: str
) -> None:
    configured(folder, "en", 1)
    said(folder, ["init"], "C")
    key = folder / "var" / "keys" / "audit.key"
    key.chmod(0o640)
    told = said(folder, [command], "C")
    assert told.count(str(key)) == 1
    assert "0600" in told
    key.unlink()
    told = said(folder, [command], "C")
    assert told.count(str(key)) == 1
    assert "Errno" not in told
    assert "backup" in told
    assert not key.exists()
