"""The command itself: light help, --config anywhere, mistakes told with status 2."""

from __future__ import annotations

import json
import os
import subprocess  # noqa: TID251 - a fresh interpreter, to see what it imports
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from opsdesk.cli import main
from opsdesk.cli.group import COMMANDS
from opsdesk.cli.init import template
from opsdesk.core import audit
from opsdesk.core.database import Database
from opsdesk.inspections.models import Round
from tests.lab.process import free_port

ROOT = Path(__file__).parents[3]
HEAVY = ("flask", "paramiko", "weasyprint", "sqlalchemy", "pydantic", "cryptography")

LOADED = """
import json, sys
from opsdesk.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ending:
    status = ending.code
print(json.dumps([status, sorted(set(sys.modules) & set({heavy!r}))]))
"""


def run(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(main, list(words), env=environ)


def python(code: str, *words: str, **environ: str) -> str:
    """Run our own interpreter on some code and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["nonsense"]])
def test_help_needs_none_of_the_heavy_libraries(words: list[str]) -> None:
    status, loaded = json.loads(
        python(LOADED.format(heavy=HEAVY), *words).splitlines()[-1]
    )
    assert loaded == []
    assert status == (2 if words == ["nonsense"] else 0)


def test_settings_load_without_the_web_the_wire_or_the_database() -> None:
    code = (
        "import sys, pathlib; from opsdesk.core import settings; "
        "settings.load(pathlib.Path('config.yaml'), environ={}); "
        "print(sorted({'flask', 'paramiko', 'weasyprint', 'sqlalchemy'} "
        "& set(sys.modules)))"
    )
    assert python(code).strip() == "[]"


def test_help_lists_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.stdout


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh_CN", "运维台："), ("en", "An operations desk")]
)
def test_help_is_in_the_terminals_language(language: str, sentence: str) -> None:
    said = python(
        "from opsdesk.cli import main; main(['--help'])", OPSDESK_LANGUAGE=language
    )
    assert sentence in said


def test_config_may_be_named_before_or_after_the_command_or_by_the_environment(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("servers:\n  - {name: only-here, transport: local}\n")
    for result in (
        run("--config", str(path), "hosts", "list"),
        run("hosts", "--config", str(path), "list"),
        run("hosts", "list", "--config", str(path)),
        run("hosts", "list", OPSDESK_CONFIG=str(path)),
    ):
        assert result.exit_code == 0, result.output
        assert "only-here" in result.stdout


def test_a_bad_configuration_is_exit_status_2_with_every_mistake_and_nothing_made(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("desk: {language: en, listn: x}\nservers:\n  - {name: 5}\nfoo: 1\n")
    for words in (["hosts", "list"], ["init"], ["doctor"], ["secret", "list"]):
        result = run(*words, "--config", str(path))
        assert result.exit_code == 2, result.output
        for place in ("desk.listn", "servers[0].name", "foo"):
            assert place in result.stderr
        assert f"{path}:3" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["config.yaml"]


def test_what_a_configuration_says_cannot_move_the_cursor(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text('desk: {timezone: "\\e[2J"}\n')
    result = run("hosts", "list", "--config", str(path))
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr
    assert "␛[2J" in result.stderr


def test_the_template_is_the_configuration_at_the_top() -> None:
    assert template() == (ROOT / "config.yaml").read_text(encoding="utf-8")


def test_init_makes_everything_private_and_may_be_repeated(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    result = run("init", "--config", str(path))
    assert result.exit_code == 0, result.output
    made = {one.relative_to(tmp_path / "var") for one in (tmp_path / "var").rglob("*")}
    assert {
        Path("opsdesk.sqlite3"),
        Path("keys/audit.key"),
        Path("keys/secrets.key"),
    } <= made
    for one in (tmp_path / "var").rglob("*"):
        assert one.stat().st_mode & 0o077 == 0, one
    keys = [one.read_bytes() for one in sorted((tmp_path / "var/keys").iterdir())]
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert run("init", "--config", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8").endswith("# mine\n")
    assert keys == [
        one.read_bytes() for one in sorted((tmp_path / "var/keys").iterdir())
    ]


def test_doctor_finds_a_fresh_desk_ready_and_an_open_key_not(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    run("init", "--config", str(path))
    text = path.read_text(encoding="utf-8").replace(
        "127.0.0.1:8600", f"127.0.0.1:{free_port()}"
    )
    path.write_text(text, encoding="utf-8")
    result = run("doctor", "--config", str(path))
    assert result.exit_code == 0, result.output
    (tmp_path / "var/keys/audit.key").chmod(0o644)
    result = run("doctor", "--config", str(path))
    assert result.exit_code == 1
    assert "chmod 600" in result.stdout


def test_doctor_says_what_to_do_before_anything_is_made(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("desk:\n", encoding="utf-8")
    result = run("doctor", "--config", str(path))
    assert result.exit_code == 1
    assert "opsdesk init" in result.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    ("command", "status"), [("init", 1), ("serve", 1), ("inspect", 2)]
)
def test_a_database_that_is_away_is_a_sentence_without_its_password(
    tmp_path: Path, command: str, status: int
) -> None:
    audit.create_key(tmp_path / "var" / "keys" / "audit.key")
    config = tmp_path / "config.yaml"
    config.write_text(
        f'desk: {{listen: "127.0.0.1:{free_port()}"}}\n'
        'database: {url: "postgresql+psycopg://desk:hunter2@127.0.0.1:1/desk"}\n'
    )
    done = run(command, "--config", str(config))
    assert done.exit_code == status, done.output
    assert isinstance(done.exception, SystemExit)
    assert "Check that the database runs" in done.output or "检查数据库" in done.output
    assert "hunter2" not in done.output


def test_json_that_cannot_be_written_is_refused_before_anybody_is_asked(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("servers: [{name: here, transport: local}]\n")
    run("init", "--config", str(config))
    for target in (tmp_path, tmp_path / "nowhere" / "out.json"):
        done = run("inspect", "--json", str(target), "--config", str(config))
        assert done.exit_code == 2, done.output
        assert "Nothing was inspected" in done.stderr
    database = Database(f"sqlite:///{tmp_path}/var/opsdesk.sqlite3")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0
    database.dispose()
