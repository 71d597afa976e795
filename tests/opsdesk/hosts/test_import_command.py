"""`opsdesk hosts import`: shows first, writes only when told to."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from opsdesk.cli import main
from opsdesk.core import settings

CONFIG = """\
# ours
credentials:
  ops: {user: ops, key_file: key}   # the usual one
servers: []   # none yet
"""
LIST = "name,address,user,kind\nweb-1,192.0.2.1,ops,web\ndb-1,192.0.2.2,root,db\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "key").touch(0o600)
    (tmp_path / "list.csv").write_text(LIST)
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def run(config: Path, *words: str) -> Result:
    file = str(config.parent / "list.csv")
    return CliRunner().invoke(
        main, ["hosts", "import", file, *words, "--config", str(config)]
    )


def test_import_shows_what_it_would_add_and_what_it_cannot(config: Path) -> None:
    result = run(config)
    assert result.exit_code == 1
    assert "name: web-1" in result.stdout
    assert "# + row 2: web-1\n" in result.stderr
    assert "# - row 3: The account root of db-1 has no key" in result.stderr
    assert config.read_text() == CONFIG


def test_import_writes_when_told_and_keeps_every_comment(config: Path) -> None:
    assert run(config, "--write").exit_code == 1
    assert [one.name for one in settings.load(config, environ={}).servers] == ["web-1"]
    text = config.read_text()
    assert all(part in text for part in ("# ours", "# the usual one", "# none yet"))


def test_import_twice_adds_nothing_twice(config: Path) -> None:
    run(config, "--write")
    once = config.read_text()
    assert run(config, "--write").exit_code == 1
    assert config.read_text() == once


def test_import_that_would_not_load_changes_nothing_and_says_why(config: Path) -> None:
    (config.parent / "list.csv").write_text(
        "name,address,user,key\na,192.0.2.1,new,no-such-key\n"
    )
    result = run(config, "--write")
    assert result.exit_code == 2
    assert "no-such-key" in result.stderr
    assert config.read_text() == CONFIG


def test_import_takes_the_credential_it_is_given(config: Path) -> None:
    assert run(config, "--write", "--credential", "ops").exit_code == 0
    names = [one.name for one in settings.load(config, environ={}).servers]
    assert names == ["web-1", "db-1"]
    assert run(config, "--credential", "nobody").exit_code == 2


def test_a_list_that_is_not_there_is_a_sentence(config: Path) -> None:
    (config.parent / "list.csv").unlink()
    result = run(config)
    assert result.exit_code == 2
    assert "list.csv" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("write", [(), ("--write",)])
def test_a_list_of_which_nothing_is_taken_over_is_no_success(
    config: Path, write: tuple[str, ...]
) -> None:
    (config.parent / "list.csv").write_text(
        "name,address,user\ndb-1,192.0.2.2,root\nno-address,,ops\n"
    )
    result = run(config, *write)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n# - row ") + result.stderr.startswith("# - row ") == 2
    assert "0 " in result.stderr.splitlines()[-1]
    assert config.read_text() == CONFIG


def test_every_row_is_accounted_for_and_a_new_name_is_said(config: Path) -> None:
    (config.parent / "list.csv").write_text(
        "name,address,user,port\n"
        "web 1,192.0.2.1,ops,22\n"
        "web-1,192.0.2.2,ops,22\n"
        "***,192.0.2.3,ops,22\n"
        "web-4,192.0.2.4,ops,99999\n"
    )
    result = run(config)
    told = result.stderr.splitlines()
    assert "# + row 2: web-1 (renamed; written “web 1”)" in told
    assert any(
        row.startswith("# - row 3: The name web-1 stands at row 2") for row in told
    )
    assert any(row.startswith("# - row 4: ") for row in told)
    assert "# + row 5: web-4" in told
    assert any(row.startswith("# ! row 5: The port “99999”") for row in told)
    assert result.exit_code == 1


def test_a_list_that_is_taken_over_whole_is_a_success(config: Path) -> None:
    (config.parent / "list.csv").write_text("name,address\nweb-1,192.0.2.1\n")
    assert run(config).exit_code == 0
    result = run(config, "--write")
    assert result.exit_code == 0
    assert "1 added, 0 left out" in result.stderr


def test_a_new_credential_takes_no_name_that_is_used(config: Path) -> None:
    (config.parent / "other").touch(0o600)
    (config.parent / "list.csv").write_text(
        "name,address,user,key\nweb-1,192.0.2.1,ops,other\n"
    )
    assert run(config, "--write").exit_code == 0
    found = settings.load(config, environ={})
    keys = {name: one.key_file for name, one in found.credentials.items()}
    assert keys == {"ops": config.parent / "key", "ops-2": config.parent / "other"}
